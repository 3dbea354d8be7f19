/*
 * Hashes of eight positions at once, each position in a lane of 32 bits; then those that are features are kept.
 *
 * Example, eight positions of the stream _cat_0_o'clock_ : the middle characters of their 3-grams are c a t _ 0 _ o ', so the
 * mask of 3-grams is 11010111 (the first position in the lowest bit); that of 5-grams, whose three middle characters are
 * letters, is 01000001: _cat_ and _o'cl. Spaces at 4, 6 and 14 end the words.
 */
#if defined(__x86_64__)
#include "compact.h"
#include "grams_hash.h"

#define AVX2 __attribute__((target("avx2")))
#define LANES COMPACT_LANES

AVX2 static inline __m256i load_units(const uint16_t *s) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)s));
}

AVX2 static inline __m256i times(__m256i units, uint32_t by) {
    return _mm256_mullo_epi32(units, _mm256_set1_epi32((int)by));
}

AVX2 static inline __m256i mix(__m256i h) {
    h = times(_mm256_xor_si256(h, _mm256_srli_epi32(h, 15)), GRAMS_MIX1);
    return times(_mm256_xor_si256(h, _mm256_srli_epi32(h, 13)), GRAMS_MIX2);
}

AVX2 static inline uint32_t spaces_of(__m256i units) {
    __m256i is_space = _mm256_cmpeq_epi32(units, _mm256_set1_epi32(' '));
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(is_space));
}

/* The lanes i, i + 1 ... that are below end. */
static inline uint32_t lanes_below(size_t end, size_t i) {
    return i + LANES <= end ? 0xFF : i < end ? (1u << (end - i)) - 1 : 0;
}

/* In the place of each word's end comes its bucket, or that of the next when it does not count. */
static uint32_t *hash_words(const struct grams_shape *shape, const uint16_t *s, uint32_t *words,
                            const uint32_t *end) {
    uint32_t *to = words, first_high = 1u << shape->low_bits;
    uint32_t from = 1;
    for (; words < end; words++) {
        uint32_t word = GRAMS_WORD, stop = *words;
        for (uint32_t i = from; i < stop; i++) word = grams_word_unit(word, s[i]);
        *to = first_high + (grams_mix(word) >> (32 - shape->high_bits));
        to += grams_word_counts(stop - from);
        from = stop + 1;
    }
    return to;
}

AVX2 void grams_letters_avx2(const struct grams_shape *shape, const uint16_t *s, size_t len,
                             struct grams_ends *ends) {
    const __m128i low = _mm_cvtsi32_si128(32 - (int)shape->low_bits),
                  high = _mm_cvtsi32_si128(32 - (int)shape->high_bits);
    const __m256i first_high = _mm256_set1_epi32(1 << shape->low_bits),
                  five = _mm256_set1_epi32(GRAMS_FIVE);
    struct grams_ends at = *ends;
    __m256i places = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8);
    for (size_t i = 0; i + 1 < len; i += LANES) {
        __m256i u1 = load_units(s + i + 1), u2 = load_units(s + i + 2), u3 = load_units(s + i + 3);
        uint32_t space1 = spaces_of(u1), space3 = spaces_of(u3),
                 inner = ~(space1 | space3 << 2); /* the units i + 1 ... i + 10 */
        __m256i h3 = _mm256_add_epi32(times(load_units(s + i), GRAMS_C0), times(u1, GRAMS_C1));
        h3 = _mm256_add_epi32(h3, times(u2, GRAMS_C2));
        __m256i h5 = _mm256_add_epi32(times(u3, GRAMS_C3), times(load_units(s + i + 4), GRAMS_C4));
        h5 = _mm256_add_epi32(_mm256_add_epi32(h3, h5), five);
        at.threes = compact_store(at.threes, _mm256_srl_epi32(mix(h3), low),
                                  inner & lanes_below(len - 1, i + 1));
        at.fives =
            compact_store(at.fives, _mm256_add_epi32(_mm256_srl_epi32(mix(h5), high), first_high),
                          inner & inner >> 1 & inner >> 2 & lanes_below(len - 1, i + 3));
        at.words = compact_store(at.words, places, space1 & lanes_below(len, i + 1));
        places = _mm256_add_epi32(places, _mm256_set1_epi32(LANES));
    }
    at.words = hash_words(shape, s, ends->words, at.words);
    *ends = at;
}
#else
typedef int grams_avx2_is_for_x86; /* a file may not be empty */
#endif
