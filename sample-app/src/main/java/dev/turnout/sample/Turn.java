package dev.turnout.sample;

/**
 * One turn of a game.
 *
 * @param number counted from 1
 * @param discarded the rank of the card put away
 * @param drawn the rank of the card taken from the deck instead
 */
record Turn(int number, int discarded, int drawn) {}
