/**
 * Flags, snapshots, flags files and reports as JSON, one way for the agent and the control server.
 * What people write is read strictly: whatever is not understood is refused with the field's name.
 * What servers send to agents is read leniently: unknown fields are ignored, and a flag that cannot
 * be understood keeps its last good form.
 */
@NullMarked
package dev.turnout.client.codec;

import org.jspecify.annotations.NullMarked;
