/*
 * romanise: native-script Indian text as people type it in Latin letters, to train the labels of romanised languages.
 *
 * Shape   a style is drawn for each line, for people are consistent: long vowels doubled or not, v or w, which schwas fall.
 * Units   UTF-8; words are set apart by one space.
 * Calls   romanise_lessons before lessons_group: for each pair such as hin_Deva and hin_Latn in a folder, ROMANISE_LINES lines
 *         are added to the latter. romanise_line for one line.
 * Owns    nothing.
 * Errors  those of lessons.h.
 * Source  langtag.md section 7. Schwa deletion after Ohala, "Aspects of Hindi Phonology" (1983).
 */
#ifndef SANGAM_LANGTAG_ROMANISE_H
#define SANGAM_LANGTAG_ROMANISE_H

#include <stdint.h>

#include "lessons.h"

#define ROMANISE_LINES 8000

enum romanise_language {
    ROMANISE_ASM,
    ROMANISE_BEN,
    ROMANISE_GUJ,
    ROMANISE_HIN,
    ROMANISE_KAN,
    ROMANISE_MAL,
    ROMANISE_MAR,
    ROMANISE_NPI,
    ROMANISE_ORY,
    ROMANISE_PAN,
    ROMANISE_TAM,
    ROMANISE_TEL,
    ROMANISE_LANGUAGES
};

/* How a writer spells: chances are parts of 256. */
struct romanise_style {
    enum romanise_language language;
    uint32_t doubled;       /* aa, ee, oo for long vowels; half of that at a word's end */
    uint32_t open;          /* Bengali, Assamese, Odia: the inherent vowel as o */
    uint32_t medial, final; /* schwas that fall */
    uint32_t voiced;        /* Tamil stops between vowels: g d b */
    uint32_t aspirated;     /* dentals of the south as th, dh */
    uint32_t bare;          /* words without their a's: nhi, kr */
    bool w, f, c, z, x, single, hushed, retroflex_l, initial_ch;
};

void romanise_style(enum romanise_language language, uint64_t *chance,
                    struct romanise_style *style);
void romanise_word(const struct romanise_style *style, const char *word, size_t len,
                   uint64_t *chance, struct sg_buf *out);

enum sg_code romanise_lessons(struct lessons *lessons, uint64_t seed,
                              struct sg_err *err) SG_MUST_CHECK;

/* configs/models/colloquial.txt: a line is a label and words of everyday writing. */
extern const char romanise_colloquial[], romanise_colloquial_end[];

#endif
