/*
 * arabic: Arabic script as it was stored by old systems.
 *
 * Shape   a document's UTF-8 in, a yes or no out.
 * Calls   any time.
 * Owns    nothing.
 * Errors  none.
 * Source  normalize.md section 6.1.
 */
#ifndef SANGAM_NORMALIZE_ARABIC_H
#define SANGAM_NORMALIZE_ARABIC_H

#include <stdbool.h>
#include <stddef.h>

/* At least 10 words of two or more presentation forms, and in 80 % of them the final form stands first: the text was stored
 * as it is seen, from left to right. Only reported. */
bool arabic_visual_order(const char *utf8, size_t len);

#endif
