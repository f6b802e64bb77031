/** Certificates and keys in PEM, and TLS with them. */
@NullMarked
package dev.turnout.client.tls;

import org.jspecify.annotations.NullMarked;
