/*
 * Find the next stop byte of a JSON string, 32 bytes at a time: three comparisons, one mask, count the zeros below.
 * A string's end is mostly near (names, tags) or far (text), so there is no set-up before the first 32 bytes.
 */
#if defined(__x86_64__)
#include "text/kernels.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i stop_bytes(__m256i v) {
    __m256i quote = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'));
    __m256i backslash = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'));
    __m256i control =
        _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v); /* v <= 1F, unsigned */
    return _mm256_or_si256(_mm256_or_si256(quote, backslash), control);
}

AVX2 static inline unsigned stop_mask(__m256i v) {
    return (unsigned)_mm256_movemask_epi8(stop_bytes(v));
}

AVX2 static inline __m256i load(const char *p) {
    return _mm256_loadu_si256((const __m256i *)p);
}
AVX2 static inline void store(char *p, __m256i v) {
    _mm256_storeu_si256((__m256i *)p, v);
}

AVX2 size_t sg_scan_clean_avx2(const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 32; i += 32) {
        unsigned mask = stop_mask(load(bytes + i));
        if (mask) return i + (size_t)__builtin_ctz(mask);
    }
    return i + sg_scan_clean_portable(bytes + i, len - i);
}

AVX2 size_t sg_scan_copy_avx2(char *to, const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 32; i += 32) {
        __m256i v = load(bytes + i);
        store(to + i, v); /* what stands behind a stop byte is overwritten by the next call */
        unsigned mask = stop_mask(v);
        if (mask) return i + (size_t)__builtin_ctz(mask);
    }
    return i + sg_scan_copy_portable(to + i, bytes + i, len - i);
}
#else
typedef int sg_scan_no_avx2; /* ISO C wants something in every file */
#endif
