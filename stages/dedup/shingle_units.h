/*
 * shingle_units: a key text cut into what shingles are made of.
 *
 * Shape   key text -> stream of token hashes and weights. Units:
 *           window  runs of letters, marks and numbers (weight 2); in scripts without spaces one character and its marks (1)
 *           word    the same tokens, each of weight 1
 *           space   runs of anything but White_Space
 *           char    code points
 *           icu     words of ICU's word break (text/words.h)
 *         Nothing is folded or left out here: that is the profile's part.
 * Units   bytes; weights as above.
 * Calls   dedup_shingle_units_start, dedup_shingle_units_next until 0; dedup_shingle_units_free. Reused from text to text.
 * Owns    ICU's iterator and its spans. The key text is borrowed, and 16 bytes behind it must be readable.
 * Errors  none; where ICU's data are missing, dedup_shingle_units_ready says so before any text is read.
 * Source  dedup.md section 2.
 *
 * Example "ab, ไป"  window ab|2 ไ|1 ป|1   word ab ไ ป   space ab, ไป   char a b , U+0020 ไ ป   icu ab ไป
 */
#ifndef SANGAM_DEDUP_SHINGLE_UNITS_H
#define SANGAM_DEDUP_SHINGLE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum dedup_shingle_unit {
    DEDUP_UNIT_WINDOW,
    DEDUP_UNIT_WORD,
    DEDUP_UNIT_SPACE,
    DEDUP_UNIT_CHAR,
    DEDUP_UNIT_ICU,
};

struct sg_words;

struct dedup_shingle_units {
    enum dedup_shingle_unit unit;
    const char *at, *end;
    const char *start;
    struct sg_words *words; /* made when first needed */
    struct sg_buf spans;
    size_t next_span;
};

/* Can this unit be cut here? */
enum sg_code dedup_shingle_units_ready(enum dedup_shingle_unit unit, struct sg_err *err) SG_MUST_CHECK;
void dedup_shingle_units_start(struct dedup_shingle_units *units, enum dedup_shingle_unit unit, const char *key, size_t len);
/* Hashes and weights of the next tokens, at most room; 0 at the end. */
size_t dedup_shingle_units_next(struct dedup_shingle_units *units, uint64_t *hash, uint8_t *weight, size_t room);
void dedup_shingle_units_free(struct dedup_shingle_units *units);

#endif
