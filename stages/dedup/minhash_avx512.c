/* The kernel of minhash.c with sixteen lanes a register: 64 lanes at a time, with a and b in registers too. */
#include "minhash.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f")))

AVX512 static inline __m512i load(const uint32_t *at) {
    return _mm512_loadu_si512(at);
}

AVX512 static inline __m512i step(__m512i least, __m512i a, __m512i b, __m512i x) {
    return _mm512_min_epu32(least, _mm512_add_epi32(_mm512_mullo_epi32(a, x), b));
}

/* vpmulld has a long latency on some cores: four independent chains hide it. */
AVX512 static void four(const uint32_t *a, const uint32_t *b, uint32_t *minima, const uint32_t *x, size_t count) {
    __m512i a0 = load(a), a1 = load(a + 16), a2 = load(a + 32), a3 = load(a + 48);
    __m512i b0 = load(b), b1 = load(b + 16), b2 = load(b + 32), b3 = load(b + 48);
    __m512i m0 = load(minima), m1 = load(minima + 16), m2 = load(minima + 32), m3 = load(minima + 48);
    for (size_t i = 0; i < count; i++) {
        __m512i v = _mm512_set1_epi32((int)x[i]);
        m0 = step(m0, a0, b0, v);
        m1 = step(m1, a1, b1, v);
        m2 = step(m2, a2, b2, v);
        m3 = step(m3, a3, b3, v);
    }
    _mm512_storeu_si512(minima, m0);
    _mm512_storeu_si512(minima + 16, m1);
    _mm512_storeu_si512(minima + 32, m2);
    _mm512_storeu_si512(minima + 48, m3);
}

AVX512 static void one(const uint32_t *a, const uint32_t *b, uint32_t *minima, const uint32_t *x, size_t count) {
    __m512i a0 = load(a), b0 = load(b), m0 = load(minima);
    for (size_t i = 0; i < count; i++) m0 = step(m0, a0, b0, _mm512_set1_epi32((int)x[i]));
    _mm512_storeu_si512(minima, m0);
}

void dedup_minhash_avx512(const uint32_t *a, const uint32_t *b, uint32_t *minima, unsigned lanes, const uint32_t *x,
                          size_t count) {
    unsigned k = 0;
    for (; k + 64 <= lanes; k += 64) four(a + k, b + k, minima + k, x, count);
    for (; k < lanes; k += 16) one(a + k, b + k, minima + k, x, count);
}
#else
typedef int dedup_minhash_avx512_is_for_x86; /* a translation unit is not empty */
#endif
