/*
 * graphemes: where a text may be cut.
 *
 * Shape   bytes around an offset -> the next boundary of an extended grapheme cluster in a direction.
 * Units   bytes.
 * Calls   sg_graphemes_open, sg_graphemes_next*, sg_graphemes_close. One thread each.
 * Owns    an ICU iterator; close accepts {0}.
 * Errors  SG_SYSTEM: ICU has no rules.
 * Source  UAX 29, by ICU.
 *
 * Example क्षि (U+0915 U+094D U+0937 U+093F): no boundary before U+094D and U+093F; e + U+0301: none between;
 *         👩 ZWJ 🚀: none inside.
 */
#ifndef SANGAM_TEXT_GRAPHEMES_H
#define SANGAM_TEXT_GRAPHEMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct UBreakIterator;

struct sg_graphemes {
    struct UBreakIterator *breaks;
};

enum sg_code sg_graphemes_open(struct sg_graphemes *graphemes, struct sg_err *err) SG_MUST_CHECK;
/* The boundary at `at` or else the next one, behind it (forward) or before it; 0 and len are boundaries. */
size_t sg_graphemes_next(struct sg_graphemes *graphemes, const char *text, size_t len, size_t at, bool forward);
void sg_graphemes_close(struct sg_graphemes *graphemes);

#endif
