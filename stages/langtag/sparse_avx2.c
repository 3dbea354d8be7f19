/*
 * Rows of int8 by AVX2: 32 labels at a time in two registers of 16-bit sums, which hold 256 rows (256 * 128 = 32768 only
 * when all are -128, and training clips at -127); then they are widened and added to the 32-bit ones.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "sparse.h"

#define AVX2 __attribute__((target("avx2")))
#define LANES 32
#define WIDE 128
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

/* Half of a row of the largest script at once: where a row is is reckoned twice, not eight times. */
AVX2 static inline void add_wide(const int8_t *dense, size_t width, const uint32_t *rows,
                                 size_t count, int32_t *sums) {
    __m256i sum[WIDE / 16];
#pragma GCC unroll 8
    for (size_t i = 0; i < WIDE / 16; i++) sum[i] = _mm256_setzero_si256();
    for (size_t r = 0; r < count; r++) {
        const __m128i *at = (const __m128i *)(const void *)(dense + rows[r] * width);
#pragma GCC unroll 8
        for (size_t i = 0; i < WIDE / 16; i++)
            sum[i] = _mm256_add_epi16(sum[i], _mm256_cvtepi8_epi16(_mm_loadu_si128(at + i)));
    }
#pragma GCC unroll 8
    for (size_t i = 0; i < WIDE / 16; i++) widen(sum[i], sums + 16 * i);
}

AVX2 static void add_rows(const int8_t *dense, size_t width, const uint32_t *rows, size_t count,
                          int32_t *sums) {
    for (size_t from = 0; from < count; from += ROWS) {
        size_t some = count - from < ROWS ? count - from : ROWS, l = 0;
        for (; l + WIDE <= width; l += WIDE)
            add_wide(dense + l, width, rows + from, some, sums + l);
        for (; l + LANES <= width; l += LANES)
            add_block(dense + l, width, rows + from, some, sums + l);
        if (l < width) add_half(dense + l, width, rows + from, some, sums + l);
    }
}

/* No fused multiply-add: the product is rounded, as everywhere. */
AVX2 static float weigh(const int32_t *sums, float factor, const float *bias, size_t width,
                        float *logits) {
    __m256 by = _mm256_set1_ps(factor), best = _mm256_set1_ps(-INFINITY);
    for (size_t l = 0; l < width; l += 8) {
        __m256i sum = _mm256_loadu_si256((const __m256i *)(const void *)(sums + l));
        __m256 z =
            _mm256_add_ps(_mm256_loadu_ps(bias + l), _mm256_mul_ps(by, _mm256_cvtepi32_ps(sum)));
        _mm256_storeu_ps(logits + l, z);
        best = _mm256_max_ps(best, z);
    }
    float lanes[8], most = -INFINITY;
    _mm256_storeu_ps(lanes, best);
    for (int i = 0; i < 8; i++) most = lanes[i] > most ? lanes[i] : most;
    return most;
}

AVX2 static size_t above(const float *logits, size_t width, float least, uint16_t *places) {
    __m256 limit = _mm256_set1_ps(least);
    size_t count = 0;
    for (size_t l = 0; l < width; l += 8) {
        __m256 in = _mm256_cmp_ps(_mm256_loadu_ps(logits + l), limit, _CMP_GE_OQ);
        for (unsigned bits = (unsigned)_mm256_movemask_ps(in); bits; bits &= bits - 1)
            places[count++] = (uint16_t)(l + (unsigned)__builtin_ctz(bits));
    }
    return count;
}

const struct sparse_kernel *sparse_kernel_avx2(void) {
    static const struct sparse_kernel kernel = {"avx2", add_rows, weigh, above};
    return &kernel;
}
#else
typedef int sparse_avx2_is_for_x86; /* a file may not be empty */
#endif
