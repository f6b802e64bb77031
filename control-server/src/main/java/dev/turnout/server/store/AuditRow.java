package dev.turnout.server.store;

/**
 * An entry in its place in the audit.
 *
 * @param seq the row's number, from 1 without a gap
 * @param hash of this row and all before it, in 64 hexadecimal digits
 */
public record AuditRow(long seq, AuditEntry entry, String hash) {}
