/** A build tool, not part of any release: packs the agent jar. */
@NullMarked
package dev.turnout.packer;

import org.jspecify.annotations.NullMarked;
