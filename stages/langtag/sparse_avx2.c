/*
 * Rows of int8 by AVX2: 32 labels at a time in two registers of 16-bit sums, which hold 256 rows (256 * 128 = 32768 only
 * when all are -128, and training clips at -127); then they are widened and added to the 32-bit ones.
 */
#if defined(__x86_64__)
#include <immintrin.h>

#include "sparse.h"

#define AVX2 __attribute__((target("avx2")))
#define LANES 32
#define ROWS 256

AVX2 static inline void widen(__m256i sums16, int32_t *sums) {
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums16)),
            high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums16, 1));
    __m256i *at = (__m256i *)(void *)sums;
    _mm256_storeu_si256(at, _mm256_add_epi32(_mm256_loadu_si256(at), low));
    _mm256_storeu_si256(at + 1, _mm256_add_epi32(_mm256_loadu_si256(at + 1), high));
}

AVX2 static inline void add_block(const int8_t *dense, size_t width, const uint32_t *rows,
                                  size_t count, int32_t *sums) {
    __m256i low = _mm256_setzero_si256(), high = _mm256_setzero_si256();
    for (size_t r = 0; r < count; r++) {
        const __m128i *at = (const __m128i *)(const void *)(dense + rows[r] * width);
        low = _mm256_add_epi16(low, _mm256_cvtepi8_epi16(_mm_loadu_si128(at)));
        high = _mm256_add_epi16(high, _mm256_cvtepi8_epi16(_mm_loadu_si128(at + 1)));
    }
    widen(low, sums);
    widen(high, sums + 16);
}

AVX2 static inline void add_half(const int8_t *dense, size_t width, const uint32_t *rows,
                                 size_t count, int32_t *sums) {
    __m256i sum = _mm256_setzero_si256();
    for (size_t r = 0; r < count; r++) {
        const __m128i *at = (const __m128i *)(const void *)(dense + rows[r] * width);
        sum = _mm256_add_epi16(sum, _mm256_cvtepi8_epi16(_mm_loadu_si128(at)));
    }
    widen(sum, sums);
}

AVX2 static void add_rows(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                          int32_t *sums) {
    for (size_t from = 0; from < count; from += ROWS) {
        size_t some = count - from < ROWS ? count - from : ROWS, l = 0;
        for (; l + LANES <= width; l += LANES)
            add_block(dense + l, width, rows + from, some, sums + l);
        if (l < width) add_half(dense + l, width, rows + from, some, sums + l);
    }
}

const struct sparse_kernel *sparse_kernel_avx2(void) {
    static const struct sparse_kernel kernel = {"avx2", add_rows};
    return &kernel;
}
#else
typedef int sparse_avx2_is_for_x86; /* a file may not be empty */
#endif
