/* The kernel of minhash.c with eight lanes a register: 32 lanes at a time, so that a, b and the minima stay in registers. */
#include "minhash.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const uint32_t *at) {
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

AVX2 static inline void store(uint32_t *at, __m256i v) {
    _mm256_storeu_si256((__m256i *)(void *)at, v);
}

AVX2 static inline __m256i step(__m256i least, __m256i a, __m256i b, __m256i x) {
    return _mm256_min_epu32(least, _mm256_add_epi32(_mm256_mullo_epi32(a, x), b));
}

AVX2 static void four(const uint32_t *a, const uint32_t *b, uint32_t *minima, const uint32_t *x, size_t count) {
    __m256i a0 = load(a), a1 = load(a + 8), a2 = load(a + 16), a3 = load(a + 24);
    __m256i b0 = load(b), b1 = load(b + 8), b2 = load(b + 16), b3 = load(b + 24);
    __m256i m0 = load(minima), m1 = load(minima + 8), m2 = load(minima + 16), m3 = load(minima + 24);
    for (size_t i = 0; i < count; i++) {
        __m256i v = _mm256_set1_epi32((int)x[i]);
        m0 = step(m0, a0, b0, v);
        m1 = step(m1, a1, b1, v);
        m2 = step(m2, a2, b2, v);
        m3 = step(m3, a3, b3, v);
    }
    store(minima, m0);
    store(minima + 8, m1);
    store(minima + 16, m2);
    store(minima + 24, m3);
}

AVX2 static void two(const uint32_t *a, const uint32_t *b, uint32_t *minima, const uint32_t *x, size_t count) {
    __m256i a0 = load(a), a1 = load(a + 8), b0 = load(b), b1 = load(b + 8), m0 = load(minima), m1 = load(minima + 8);
    for (size_t i = 0; i < count; i++) {
        __m256i v = _mm256_set1_epi32((int)x[i]);
        m0 = step(m0, a0, b0, v);
        m1 = step(m1, a1, b1, v);
    }
    store(minima, m0);
    store(minima + 8, m1);
}

void dedup_minhash_avx2(const uint32_t *a, const uint32_t *b, uint32_t *minima, unsigned lanes, const uint32_t *x,
                        size_t count) {
    unsigned k = 0;
    for (; k + 32 <= lanes; k += 32) four(a + k, b + k, minima + k, x, count);
    if (k < lanes) two(a + k, b + k, minima + k, x, count);
}
#else
typedef int dedup_minhash_avx2_is_for_x86; /* a translation unit is not empty */
#endif
