/*
 * damaged_utf8: bytes that were UTF-8 once, before a wrong decoding and what happened to its result.
 *
 * Shape   bytes in, bytes appended to out; or bytes in, code points out.
 * Units   bytes.
 * Errors  decoding answers false on bytes that are no UTF-8: out is then to be ignored.
 * Source  normalize.md 4.5 step 2, after ftfy 6.3.1 (Apache-2.0), ftfy/fixes.py and ftfy/bad_codecs.
 */
#ifndef SANGAM_NORMALIZE_DAMAGED_UTF8_H
#define SANGAM_NORMALIZE_DAMAGED_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "line.h"

/* A0 became a space: "\xC3 " was "\xC3\xA0", the letter U+00E0. False: nothing to restore, out untouched. */
bool damaged_restore_a0(const uint8_t *bytes, size_t len, struct sg_buf *out);

/* A byte was lost and stands as 1A (or ?): the whole sequence becomes U+FFFD. False: nothing lost, out untouched. */
bool damaged_replace_lost(const uint8_t *bytes, size_t len, struct sg_buf *out);

/* Strict UTF-8, but for C0 80, which is U+0000, and pairs of surrogates (CESU-8), which are joined. */
bool damaged_decode(const uint8_t *bytes, size_t len, struct line *out);

#endif
