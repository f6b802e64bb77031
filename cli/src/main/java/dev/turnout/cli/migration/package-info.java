/** Turns the exports of other flag products into flags that keep every user where they were. */
@NullMarked
package dev.turnout.cli.migration;

import org.jspecify.annotations.NullMarked;
