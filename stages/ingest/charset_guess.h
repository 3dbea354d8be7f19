/*
 * charset_guess: which single-byte charset makes words of a text's high bytes.
 *
 * Shape   pure but for the decoder: each candidate is tried on the first 16 KiB and scored; the
 *         best one is told when it is good.
 * Owns    nothing.
 * Errors  NULL: none is good enough.
 * Source  the alphabets of the languages named in the table; letter frequencies: the commonest
 *         letters of Russian, Ukrainian, Bulgarian and Serbian, Greek, Hebrew, Arabic and Persian.
 */
#ifndef INGEST_CHARSET_GUESS_H
#define INGEST_CHARSET_GUESS_H

#include <unicode/uscript.h>

#include "charset_decoder.h"
#include "charset_label.h"

/* scratch is overwritten. *score is from 0 to 1. */
const struct charset_label *charset_guess(struct charset_decoder *decoder, const char *bytes,
                                          size_t len, struct sg_buf *scratch, double *score);
#define CHARSET_GUESS_NONE (-100.0)
/* How well a charset fits by the same measure; CHARSET_GUESS_NONE: it is none of the candidates. */
double charset_guess_score(struct charset_decoder *decoder, const struct charset_label *label,
                           const char *bytes, size_t len, struct sg_buf *scratch);

/* Of a tally with a look: the share of the high code points that are letters or marks of a
 * script. */
double charset_guess_share(const struct charset_tally *tally, UScriptCode script);

#endif
