/*
 * normal_form: NFC, NFD, lower case and Mn by the pinned tables: the same on every machine, whatever ICU it has.
 *
 * Shape   valid UTF-8 -> UTF-8, appended to a buffer.
 * Units   bytes; code points where one is named.
 * Calls   plain functions, from any thread.
 * Owns    nothing.
 * Errors  none.
 * Source  UAX 15 (Unicode 15.0.0); Hangul arithmetic of The Unicode Standard 15.0, section 3.12.
 *
 * Example NFD of U+1EAD (â with dot below) is U+0061 U+0323 U+0302: classes 220, 230 in order; NFC of that is U+1EAD again
 */
#ifndef SANGAM_DEDUP_NORMAL_FORM_H
#define SANGAM_DEDUP_NORMAL_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

void dedup_nfc(const char *text, size_t len, struct sg_buf *out);
void dedup_nfd(const char *text, size_t len, struct sg_buf *out);
/* NFD, of which characters of category Mn are left out: what makes "é" an "e", and a vowel sign of Devanagari nothing. */
void dedup_nfd_unmarked(const char *text, size_t len, struct sg_buf *out);

/* Simple lower case: one code point for one. */
uint32_t dedup_lower(uint32_t c);
/* General category Mn. */
bool dedup_is_mark(uint32_t c);

#endif
