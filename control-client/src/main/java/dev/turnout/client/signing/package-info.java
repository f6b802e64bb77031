/**
 * Signatures of snapshots, Ed25519 by the JDK's own provider: whoever can make an agent take a
 * snapshot chooses which code runs. What is signed are the bytes of the document as they are sent,
 * so that nobody needs to agree on how to write JSON.
 */
@NullMarked
package dev.turnout.client.signing;

import org.jspecify.annotations.NullMarked;
