/*
 * syllable_table: what a code point is in a syllable, for the scripts whose passes ask.
 *
 * Shape   one class a code point: U+0900..U+109F, then U+A9E0..U+A9FF and U+AA60..U+AA7F. Two scripts never mix in a
 *         question, so a class name may mean a little another thing in each:
 *           0900-0DFF  letters, vowel signs, nukta, virama, bindu (candrabindu, anusvara), danda slots, other marks
 *           0E00-0EFF  consonants, tones (with thanthakhat), vowel signs above and below
 *           1000-109F  consonants, what else may hold U+1031 (medials, independent vowels), other letters and marks
 * Owns    nothing; read-only.
 * Errors  none: SYLLABLE_NONE elsewhere.
 * Source  IndicSyllabicCategory, IndicPositionalCategory and UnicodeData of Unicode 15.0; made by syllable_table.py,
 *         `make tables`.
 */
#ifndef SANGAM_NORMALIZE_SYLLABLE_TABLE_H
#define SANGAM_NORMALIZE_SYLLABLE_TABLE_H

#include <stdint.h>

enum syllable {
    SYLLABLE_NONE,
    SYLLABLE_LETTER,
    SYLLABLE_CONSONANT,
    SYLLABLE_HOLDER,
    SYLLABLE_VOWEL_SIGN,
    SYLLABLE_NUKTA,
    SYLLABLE_VIRAMA,
    SYLLABLE_BINDU,
    SYLLABLE_TONE,
    SYLLABLE_MARK,
    SYLLABLE_DANDA_SLOT
};

#define SYLLABLE_EXTENDED (0x10A0 - 0x0900)
extern const uint8_t syllable_classes[SYLLABLE_EXTENDED + 0x40];
extern const char syllable_unicode[]; /* "15.0.0" */

static inline enum syllable syllable_of(uint32_t c) {
    if (c - 0x0900 < SYLLABLE_EXTENDED) return (enum syllable)syllable_classes[c - 0x0900];
    if (c - 0xA9E0 < 0x20) return (enum syllable)syllable_classes[SYLLABLE_EXTENDED + c - 0xA9E0];
    if (c - 0xAA60 < 0x20)
        return (enum syllable)syllable_classes[SYLLABLE_EXTENDED + 0x20 + c - 0xAA60];
    return SYLLABLE_NONE;
}

#endif
