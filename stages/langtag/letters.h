/*
 * letters: a text as the embedded model is shown it.
 *
 * Shape   first counted (how much is language at all, and in which script), then written out for one script.
 * Units   bytes of valid UTF-8 in, UTF-8 out; counts are code points.
 * Calls   letters_count for each piece of a text, then letters_write for each piece, a space between pieces.
 * Errors  none.
 * Source  langtag.md sections 1 and 6; configs/models/samples.py does the same to the training text.
 *
 * Example for Latn:  Cat 12 o'clock!  ->  cat 0 o'clock
 */
#ifndef SANGAM_LANGTAG_LETTERS_H
#define SANGAM_LANGTAG_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "script.h"

struct letters {
    uint32_t solid;    /* code points but spaces, ignored ones and inherited marks */
    uint32_t scripted; /* letters and marks that belong to a script */
    uint32_t code, parens;
    uint32_t tokens;
    bool beyond_ascii;
    uint32_t by_script[SCRIPT_MAX];
};

void letters_count(const struct script_table *table, const char *text, size_t len,
                   struct letters *counts);

/* single: each letter of the script stands alone (Han and kana, where words are not set apart). */
void letters_write(const struct script_table *table, const char *text, size_t len, uint32_t script,
                   bool single, struct sg_buf *out);

#endif
