/*
 * Rows of int8 by AVX2: 32 labels at a time in two registers of 16-bit sums, which hold 256 rows (256 * 128 = 32768 only
 * when all are -128, and training clips at -127); then they are widened and added to the 32-bit ones.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>

#include "base/num_exp.h"
#include "compact.h"
#include "sparse.h"

#define AVX2 __attribute__((target("avx2")))
#define LANES 32
#define WIDE 128
#define ROWS 256

/* What is loaded has the next bucket's row above its own. */
AVX2 static size_t part(const uint16_t *dense_of, const uint32_t *buckets, size_t count,
                        uint32_t *rows, uint32_t *others) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), one = _mm256_set1_epi32(1);
    uint32_t *row_end = rows;
    for (size_t i = 0; i < count; i += 8) {
        int left = count - i < 8 ? (int)(count - i) : 8;
        __m256i in = _mm256_cmpgt_epi32(_mm256_set1_epi32(left), lanes);
        __m256i bucket = _mm256_loadu_si256((const __m256i *)(const void *)(buckets + i));
        __m256i row = _mm256_mask_i32gather_epi32(in, (const int *)(const void *)dense_of, bucket,
                                                  in, sizeof *dense_of);
        row = _mm256_sub_epi32(_mm256_and_si256(row, _mm256_set1_epi32(0xFFFF)), one);
        uint32_t some = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(in)),
                 none = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(row)); /* -1 */
        row_end = compact_store(row_end, row, some & ~none);
        others = compact_store(others, bucket, some & none);
    }
    return (size_t)(row_end - rows);
}

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

AVX2 static size_t above(const float *logits, size_t width, float least, uint32_t *places) {
    const __m256 limit = _mm256_set1_ps(least);
    __m256i here = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    uint32_t *to = places;
    for (size_t l = 0; l < width; l += 8) {
        __m256 in = _mm256_cmp_ps(_mm256_loadu_ps(logits + l), limit, _CMP_GE_OQ);
        to = compact_store(to, here, (uint32_t)_mm256_movemask_ps(in));
        here = _mm256_add_epi32(here, _mm256_set1_epi32(8));
    }
    return (size_t)(to - places);
}

/* Few are greater than all but some before them: most registers have none to look at one by one. */
AVX2 static size_t next(const float *logits, size_t width, float limit, size_t wanted,
                        uint32_t *places) {
    const __m256 most = _mm256_set1_ps(limit);
    __m256 over = _mm256_set1_ps(SPARSE_LEAST);
    size_t count = 0;
    for (size_t l = 0; wanted > 0 && l < width; l += 8) {
        __m256 z = _mm256_loadu_ps(logits + l);
        __m256 in =
            _mm256_and_ps(_mm256_cmp_ps(z, over, _CMP_GT_OQ), _mm256_cmp_ps(z, most, _CMP_LT_OQ));
        for (unsigned bits = (unsigned)_mm256_movemask_ps(in); bits; bits &= bits - 1) {
            uint32_t place = (uint32_t)l + (uint32_t)__builtin_ctz(bits);
            if (count == wanted && !(logits[place] > logits[places[count - 1]])) continue;
            count = sparse_insert(logits, place, places, count, wanted);
            if (count == wanted) over = _mm256_set1_ps(logits[places[count - 1]]);
        }
    }
    return count;
}

/* sg_num_exp of four numbers from -700 to 0, step by step as it does. */
AVX2 static inline __m256d exponential(__m256d x) {
    static const double term[] = SG_NUM_EXP_TERMS;
    const __m256d inverse = _mm256_set1_pd(SG_NUM_LN2_INVERSE);
    __m128i power =
        _mm256_cvttpd_epi32(_mm256_add_pd(_mm256_mul_pd(x, inverse), _mm256_set1_pd(-0.5)));
    __m256d k = _mm256_cvtepi32_pd(power);
    __m256d r = _mm256_sub_pd(x, _mm256_mul_pd(k, _mm256_set1_pd(SG_NUM_LN2_HIGH)));
    r = _mm256_sub_pd(r, _mm256_mul_pd(k, _mm256_set1_pd(SG_NUM_LN2_LOW)));
    __m256d sum = _mm256_set1_pd(term[0]);
    for (size_t i = 1; i < sizeof term / sizeof *term; i++)
        sum = _mm256_add_pd(_mm256_mul_pd(sum, r), _mm256_set1_pd(term[i]));
    __m256d part = _mm256_add_pd(r, _mm256_mul_pd(_mm256_mul_pd(r, r), sum)),
            value = _mm256_add_pd(_mm256_set1_pd(1), part);
    __m256i exponent = _mm256_slli_epi64(_mm256_cvtepi32_epi64(power), 52);
    return _mm256_castsi256_pd(_mm256_add_epi64(_mm256_castpd_si256(value), exponent));
}

AVX2 static double softmax(float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < 4; i++) values[count + i] = 0;
    for (size_t i = 0; i < count; i += 4)
        _mm_storeu_ps(values + i,
                      _mm256_cvtpd_ps(exponential(_mm256_cvtps_pd(_mm_loadu_ps(values + i)))));
    for (size_t i = 0; i < count; i++) sum += (double)values[i];
    for (size_t i = 0; i < count; i += 4) {
        __m256d part = _mm256_cvtps_pd(_mm_loadu_ps(values + i));
        _mm_storeu_ps(values + i, _mm256_cvtpd_ps(_mm256_div_pd(part, _mm256_set1_pd(sum))));
    }
    return sum;
}

const struct sparse_kernel *sparse_kernel_avx2(void) {
    static const struct sparse_kernel kernel = {"avx2", part, add_rows, weigh,
                                                above,  next, softmax};
    return &kernel;
}
#else
typedef int sparse_avx2_is_for_x86; /* a file may not be empty */
#endif
