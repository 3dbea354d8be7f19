/*
 * sample: which pieces of a long text to read.
 *
 * Shape   at most SAMPLE_PIECES ranges in the order of the text, none overlapping, each beginning and ending between words
 *         where there are words, else between code points.
 * Units   bytes of valid UTF-8.
 * Source  langtag.md section 9: nothing is gained beyond 800 bytes spread over the text.
 */
#ifndef SANGAM_LANGTAG_SAMPLE_H
#define SANGAM_LANGTAG_SAMPLE_H

#include <stddef.h>
#include <stdint.h>

#define SAMPLE_PIECES 4

struct sample_piece {
    size_t at, len;
};

/* sample_bytes 0, or a text less than half as long again: the whole text is the one piece. Returns how many. */
size_t sample_pieces(const char *text, size_t len, uint64_t sample_bytes,
                     struct sample_piece pieces[SAMPLE_PIECES]);

#endif
