/*
 * letters: a text as the embedded model is shown it.
 *
 * Shape   first counted (how much is language at all, and in which script), then written out for one script.
 * Units   bytes of valid UTF-8 in, 16-bit units out; counts are code points.
 * Calls   letters_none, letters_count for each piece of a text, then letters_write for each piece, a space between pieces;
 *         len = 0 begins another text.
 * Owns    a stream its units; letters_free accepts {0}.
 * Errors  none.
 * Source  langtag.md sections 1 and 6. Training reads its text by the same function.
 *
 * Example for Latn:  Cat 12 o'clock!  ->  _cat_0_o'clock_  (_ is a space)
 */
#ifndef SANGAM_LANGTAG_LETTERS_H
#define SANGAM_LANGTAG_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "script.h"

struct letters {
    uint32_t solid;    /* code points but spaces, ignored ones and inherited marks */
    uint32_t scripted; /* letters and marks that belong to a script */
    uint32_t code, parens;
    uint32_t tokens;
    bool beyond_ascii;
    uint64_t met[SCRIPT_MAX / 64]; /* bits: scripts that by_script has a count for */
    uint32_t by_script[SCRIPT_MAX];
};

/* Nothing counted yet. */
static inline void letters_none(struct letters *counts) {
    memset(counts, 0, offsetof(struct letters, by_script));
}

void letters_count(const struct script_table *table, const char *text, size_t len,
                   struct letters *counts);

/* Zero is empty. */
struct letters_stream {
    uint16_t *units;
    size_t len, cap;
};

/* Units that letters_write may write: two a byte, and some behind. A stream lent with so much room is not moved. */
#define LETTERS_BEHIND 32
#define LETTERS_ROOM(bytes) (2 * (bytes) + LETTERS_BEHIND)

/* Append what the text has in one script. */
void letters_write(const struct script_table *table, const char *text, size_t len, uint32_t script,
                   struct letters_stream *stream);
void letters_free(struct letters_stream *stream);

#endif
