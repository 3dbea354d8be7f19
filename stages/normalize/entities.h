/*
 * entities: `&eacute;` and `&#233;` in text that should hold U+00E9.
 *
 * Shape   UTF-8 for the fast path; the pass itself is pass_entities (passes.h).
 * Calls   any time.
 * Owns    nothing.
 * Errors  none: what is no reference stays as it is.
 * Source  normalize.md section 3, pass 4; HTML standard, sections 13.2.5.72-80 and 13.5.
 */
#ifndef SANGAM_NORMALIZE_ENTITIES_H
#define SANGAM_NORMALIZE_ENTITIES_H

#include <stdbool.h>

/* Does a character reference begin at this `&`? "AT&T", "a & b" and "&nbsp" do not. utf8 < end. */
bool entities_may(const char *utf8, const char *end);

#endif
