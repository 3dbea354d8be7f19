/*
 * compact: keep some of eight numbers, by AVX2.
 *
 * Shape   a mask of eight bits says which lanes of a register stay; they move to its beginning in their order. What follows
 *         them is of no account: a caller stores all eight, counts the ones of the mask, and stores the next over the rest.
 * Units   lanes of 32 bits.
 * Calls   compact_store, from functions compiled for AVX2.
 * Errors  none.
 *
 * Example: mask 10100010 keeps lanes 1, 5 and 7; compact_lanes[0xA2] is 0x...070501, and the next store begins 3 further.
 */
#ifndef SANGAM_LANGTAG_COMPACT_H
#define SANGAM_LANGTAG_COMPACT_H

#include <immintrin.h>
#include <stdint.h>

#define COMPACT_LANES 8

/* By mask: a byte for each lane that stays, the lowest first. */
extern const uint64_t compact_lanes[256];

/* Returns where the next number is to go. `to` has room for eight. */
__attribute__((target("avx2"))) static inline uint32_t *compact_store(uint32_t *to, __m256i numbers,
                                                                      uint32_t mask) {
    __m256i lanes =
        _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)&compact_lanes[mask]));
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_permutevar8x32_epi32(numbers, lanes));
    return to + __builtin_popcount(mask);
}

#endif
