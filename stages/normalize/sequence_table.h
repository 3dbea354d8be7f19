/*
 * sequence_table: spellings that look like another and are not to be written, after Unicode's DoNotEmit.
 *
 * Shape   sorted by first code point, below it the longest first; both sides in NFC.
 * Calls   sequence_at: the longest row of one of the kinds that begins at[0], NULL when none does.
 * Owns    nothing; read-only.
 * Errors  none.
 * Source  DoNotEmit 17.0.0 (do-not-emit.tsv, LICENSE-UNICODE), types of normalize.md 6.1 and 6.2 (a); made by
 *         sequence_table.py, `make tables`.
 */
#ifndef SANGAM_NORMALIZE_SEQUENCE_TABLE_H
#define SANGAM_NORMALIZE_SEQUENCE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum sequence_kind {
    SEQUENCE_INDIC = 1, /* vowel letters, khanda ta, chillus, shri, dotless i */
    SEQUENCE_AGGRESSIVE =
        2, /* half form and AA for a whole Devanagari consonant: U+0916 U+094D U+093E */
    SEQUENCE_ARABIC = 4 /* alef maksura with hamza, high hamzas, wavy hamza below */
};

struct sequence {
    uint32_t from[6], to[4];
    uint8_t from_len, to_len, kind;
};
extern const struct sequence sequence_table[];
extern const size_t sequence_count;
/* By kind, one bit for each low twelve bits that a row's first code point has: most code points begin no row. */
extern const uint64_t sequence_starts[3][64];
extern const char sequence_source[]; /* "DoNotEmit-17.0.0" */

const struct sequence *sequence_at(const uint32_t *at, size_t len, unsigned kinds);

#endif
