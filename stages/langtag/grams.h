/*
 * grams: the features of a text, as numbers of buckets.
 *
 * Shape   low features (3-grams) and high ones (5-grams, whole words); for Han low ones are characters and pairs, high ones
 *         triples. A bucket is a number below 2^low_bits + 2^high_bits: low features have the first of these, high ones the
 *         rest. Different features may share a bucket.
 * Units   16-bit units of a stream that begins and ends with a space (letters.h); GRAMS_READ_BEHIND units behind its end may
 *         be read, whatever they are.
 * Calls   grams_find per stream; the list is reused from text to text.
 * Owns    a list its buckets; grams_free accepts {0}.
 * Errors  none.
 * Source  langtag.md section 2, with its worked examples in tests/unit/test_langtag_engine.c.
 */
#ifndef SANGAM_LANGTAG_GRAMS_H
#define SANGAM_LANGTAG_GRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRAMS_READ_BEHIND 12

struct grams_shape {
    unsigned low_bits, high_bits;
    bool han; /* characters instead of letters: words are not set apart */
};

struct grams {
    uint32_t *buckets; /* the low ones first */
    size_t low, count;
    size_t cap;
};

void grams_find(const struct grams_shape *shape, const uint16_t *units, size_t len,
                struct grams *out);
void grams_free(struct grams *grams);

static inline size_t grams_buckets(const struct grams_shape *shape) {
    return ((size_t)1 << shape->low_bits) + ((size_t)1 << shape->high_bits);
}

#endif
