/*
 * spans: which part of a text is in which language.
 *
 * Shape   a list of spans that cover the text from its first to its last code point, no two neighbours alike.
 * Units   code points, half open.
 * Calls   spans_new per thread, spans_find per text; what it found stands until the next.
 * Owns    its lists.
 * Errors  none.
 * Source  langtag.md section 12; Viterbi (1967) with a cost for every change.
 */
#ifndef SANGAM_LANGTAG_SPANS_H
#define SANGAM_LANGTAG_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "langtag.h"
#include "ways.h"

#define SPANS_ZXX (-1)
#define SPANS_UND (-2) /* less the number of the script */
#define SPANS_NAME 24

struct span {
    size_t start, end;
    int label; /* of the model, or SPANS_ZXX, or SPANS_UND and below */
    uint32_t letters;
};

struct spans {
    struct span *list;
    size_t count, cap;
    bool mixed; /* a second language has at least a tenth of the letters, and 40 of them */
    struct spans_unit *units;
    size_t unit_count, unit_cap;
    struct spans_path *path;
};

struct spans *spans_new(void);
void spans_free(struct spans *spans); /* accepts NULL */
void spans_find(const struct langtag *t, struct langtag_scratch *s, const char *text, size_t len,
                struct spans *spans);
void spans_label(const struct langtag *t, int label, char out[SPANS_NAME]); /* "und_Deva" */

#endif
