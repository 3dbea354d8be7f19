/*
 * utf8_tables: which errors each half-byte allows, for the validators of Keiser & Lemire (see utf8_avx2.c).
 *
 * Shape   three lists of 16 bytes to fill a shuffle register with: by the first byte's high half, its low half, and
 *         the second byte's high half. An error is there when all three have its bit.
 */
#ifndef SANGAM_TEXT_UTF8_TABLES_H
#define SANGAM_TEXT_UTF8_TABLES_H

enum {
    too_short = 1 << 0,  /* 11...... 0....... | 11...... 11...... */
    too_long = 1 << 1,   /* 0....... 10...... */
    overlong_3 = 1 << 2, /* 11100000 100..... */
    too_large = 1 << 3,  /* 11110100 1001.... and above */
    surrogate = 1 << 4,  /* 11101101 101..... */
    overlong_2 = 1 << 5, /* 1100000. 10...... */
    overlong_4 = 1 << 6, /* 11110000 1000.... */
    too_large_5 =
        1 << 6, /* 11110101 1000.... and above: shares the bit, the second byte is the same */
    two_trails = 1 << 7, /* 10...... 10...... */
    any_low = too_short | too_long |
              two_trails, /* errors that do not look at the first byte's low half */
};

enum { /* what several entries share */
       large = any_low | too_large,
       larger = any_low | too_large | too_large_5,
       trail = too_long | overlong_2 | two_trails,
};

#define SG_UTF8_FIRST_HIGH                                                                         \
    too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long, /* 0... */     \
        two_trails, two_trails, two_trails, two_trails,                             /* 10.. */     \
        too_short | overlong_2, too_short, too_short | overlong_3 | surrogate,                     \
        too_short | too_large | too_large_5 | overlong_4

#define SG_UTF8_FIRST_LOW                                                                          \
    any_low | overlong_2 | overlong_3 | overlong_4, any_low | overlong_2, any_low, any_low, large, \
        larger, larger, larger, larger, larger, larger, larger, larger, larger | surrogate,        \
        larger, larger

#define SG_UTF8_SECOND_HIGH                                                                        \
    too_short, too_short, too_short, too_short, too_short, too_short, too_short,                   \
        too_short, /* 0... */                                                                      \
        trail | overlong_3 | too_large_5 | overlong_4,                                             \
        trail | overlong_3 | too_large,                               /* 1000 1001 */              \
        trail | surrogate | too_large, trail | surrogate | too_large, /* 101. */                   \
        too_short, too_short, too_short, too_short                    /* 11.. */

#endif
