/*
 * charset_decoder: bytes of one charset to UTF-8 through ICU, and what the result looks like.
 *
 * Shape   ICU converters kept open by name; one pass decodes and tallies.
 * Calls   {0}; charset_decoder_run*, charset_decoder_free. One struct per thread.
 * Owns    the converters.
 * Errors  run: false when ICU has no such converter. Undecodable bytes become U+FFFD and are
 *         counted.
 * Source  ICU 72 ucnv.h.
 */
#ifndef INGEST_CHARSET_DECODER_H
#define INGEST_CHARSET_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CHARSET_CONVERTERS 64
#define CHARSET_LETTERS 128 /* a single-byte charset has no more outside ASCII */

struct charset_letter {
    uint32_t letter; /* in lower case */
    uint32_t count;
};

struct charset_tally {
    uint64_t errors;  /* undecodable sequences */
    uint64_t strange; /* decoded C1 controls and unassigned code points: no text has them */
    uint64_t high;    /* code points outside ASCII */
    /* Only when a look was asked for: */
    uint64_t letters; /* of these, letters and marks */
    uint64_t lower;   /* of these, lower case */
    uint64_t signs;   /* quotes, dashes and the like, where they may stand */
    /* that stand where no word has them: a capital or another script inside a word, a symbol
     * between letters */
    uint64_t odd;
    struct charset_letter distinct[CHARSET_LETTERS];
    size_t distinct_count;
};

struct charset_decoder {
    struct {
        const char *name; /* static */
        struct UConverter *converter;
    } open[CHARSET_CONVERTERS];
    size_t count;
};

/* Replaces out's content. look: fill the tally's second half, at several times the cost. */
bool charset_decoder_run(struct charset_decoder *decoder, const char *converter, const char *bytes,
                         size_t len, bool look, struct charset_tally *tally, struct sg_buf *out);
void charset_decoder_free(struct charset_decoder *decoder);

#endif
