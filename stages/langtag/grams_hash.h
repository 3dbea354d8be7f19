/*
 * grams_hash: the hashes of letters' features, one position at a time or eight.
 *
 * Shape   a feature's hash is grams_mix of a sum of its units, each times its own constant; a word's is made unit by unit. Its
 *         upper bits are the bucket.
 * Units   32-bit integers modulo 2^32.
 * Calls   grams_find gives three lists with room for what there can be, and GRAMS_BEHIND more in each; the functions put
 *         buckets there, in the order of the text, and leave the lists' ends where the next would go.
 * Errors  none.
 * Source  langtag.md section 2.
 */
#ifndef SANGAM_LANGTAG_GRAMS_HASH_H
#define SANGAM_LANGTAG_GRAMS_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "grams.h"

#define GRAMS_BEHIND 8

#define GRAMS_C0 0x9E3779B1u
#define GRAMS_C1 0x85EBCA77u
#define GRAMS_C2 0xC2B2AE3Du
#define GRAMS_C3 0x27D4EB2Fu
#define GRAMS_C4 0x165667B1u
#define GRAMS_FIVE 0x1234567u /* so that 5-grams are another hash than what they begin with */
#define GRAMS_ONE 7u
#define GRAMS_WORD 0x51ED270Bu
#define GRAMS_MIX1 0x2C1B3C6Du
#define GRAMS_MIX2 0x297A2D39u

static inline uint32_t grams_mix(uint32_t h) {
    h ^= h >> 15;
    h *= GRAMS_MIX1;
    h ^= h >> 13;
    return h * GRAMS_MIX2;
}

static inline uint32_t grams_word_unit(uint32_t word, uint16_t unit) {
    word = (word + unit) * GRAMS_C0;
    return word ^ word >> 15;
}

/* A word of one letter says nothing, one of three is a 5-gram with its spaces. */
static inline uint32_t grams_word_counts(size_t letters) {
    return letters == 2 || letters >= 4;
}

struct grams_ends {
    uint32_t *threes, *fives, *words;
};

void grams_letters_portable(const struct grams_shape *shape, const uint16_t *units, size_t len,
                            struct grams_ends *ends);
#if defined(__x86_64__)
void grams_letters_avx2(const struct grams_shape *shape, const uint16_t *units, size_t len,
                        struct grams_ends *ends);
#endif

#endif
