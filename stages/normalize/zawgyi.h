/*
 * zawgyi: Burmese text in the old Zawgyi font encoding, told from Unicode by counting, converted by ICU.
 *
 * Shape   is it Zawgyi: a decision over a whole document's UTF-8. Converting: one line of code points.
 * Calls   zawgyi_is any time; zawgyi_open once a thread (some milliseconds: ICU parses its rules), then convert.
 * Owns    the converter belongs to the caller: zawgyi_close accepts NULL.
 * Errors  none: where ICU has no such transliterator, zawgyi_open gives NULL and text stays as it is.
 * Source  normalize.md section 6.5; CLDR transform Zawgyi-my through ICU; google/myanmar-tools for the measure.
 */
#ifndef SANGAM_NORMALIZE_ZAWGYI_H
#define SANGAM_NORMALIZE_ZAWGYI_H

#include "line.h"

bool zawgyi_is(const char *utf8, size_t len);

struct zawgyi;
struct zawgyi *zawgyi_open(void);
void zawgyi_close(struct zawgyi *zawgyi);
bool zawgyi_convert(struct zawgyi *zawgyi, const struct line *in,
                    struct line *out); /* false: nothing changed */

#endif
