/*
 * rowsum by AVX2: 8 values to a register, up to 6 registers at a time stay loaded while the rows go by, so a sum costs one
 * load and one addition for 8 values. Rows lie far apart in memory: those a few steps ahead are asked for early.
 */
#if defined(__x86_64__)
#include <immintrin.h>

#include "rowsum.h"

#define AVX2 __attribute__((target("avx2")))
#define AHEAD 8 /* rows */
#define LANES 8
#define UNROLL _Pragma("GCC unroll 6")

static inline const float *row_at(const struct rowsum_table *table, uint32_t row) {
    return (const float *)((const char *)table->base + (size_t)row * table->stride * sizeof(float));
}

static inline void prefetch(const float *row, size_t dim) {
    for (size_t i = 0; i < dim; i += 16) _mm_prefetch((const char *)(row + i), _MM_HINT_T0);
}

/* `width` registers (known when inlined) of columns from `first` on. */
AVX2 static inline __attribute__((always_inline)) void add_block(const struct rowsum_table *table,
                                                                 const uint32_t *rows, size_t count,
                                                                 float *sum, const size_t width) {
    __m256 acc[6];
    UNROLL for (size_t v = 0; v < width; v++) acc[v] = _mm256_loadu_ps(sum + LANES * v);
    for (size_t r = 0; r < count; r++) {
        if (r + AHEAD < count) prefetch(row_at(table, rows[r + AHEAD]), LANES * width);
        const float *row = row_at(table, rows[r]);
        UNROLL for (size_t v = 0; v < width; v++) acc[v] =
            _mm256_add_ps(acc[v], _mm256_loadu_ps(row + LANES * v));
    }
    UNROLL for (size_t v = 0; v < width; v++) _mm256_storeu_ps(sum + LANES * v, acc[v]);
}

AVX2 static void add(const struct rowsum_table *table, const uint32_t *rows, size_t count,
                     float *sum) {
    struct rowsum_table part = *table;
    size_t at = 0;
    for (; at + 6 * LANES <= table->dim; at += 6 * LANES) {
        part.base = (const char *)table->base + at * sizeof(float);
        add_block(&part, rows, count, sum + at, 6);
    }
    for (; at + 2 * LANES <= table->dim; at += 2 * LANES) {
        part.base = (const char *)table->base + at * sizeof(float);
        add_block(&part, rows, count, sum + at, 2);
    }
    for (; at + LANES <= table->dim; at += LANES) {
        part.base = (const char *)table->base + at * sizeof(float);
        add_block(&part, rows, count, sum + at, 1);
    }
    if (at == table->dim) return;
    part.base = (const char *)table->base + at * sizeof(float);
    part.dim = table->dim - at;
    rowsum_kernel_portable()->add(&part, rows, count, sum + at);
}

AVX2 static inline __attribute__((always_inline)) void product_block(const float *columns,
                                                                     size_t stride, const float *by,
                                                                     size_t dim, float *out,
                                                                     const size_t width) {
    __m256 acc[6];
    UNROLL for (size_t v = 0; v < width; v++) acc[v] = _mm256_setzero_ps();
    for (size_t j = 0; j < dim; j++, columns += stride) {
        __m256 factor = _mm256_set1_ps(by[j]);
        UNROLL for (size_t v = 0; v < width; v++) acc[v] =
            _mm256_add_ps(acc[v], _mm256_mul_ps(_mm256_loadu_ps(columns + LANES * v), factor));
    }
    UNROLL for (size_t v = 0; v < width; v++) _mm256_storeu_ps(out + LANES * v, acc[v]);
}

AVX2 static void product(const float *columns, size_t stride, const float *by, size_t dim,
                         float *out) {
    size_t at = 0;
    for (; at + 6 * LANES <= stride; at += 6 * LANES)
        product_block(columns + at, stride, by, dim, out + at, 6);
    for (; at < stride; at += LANES) product_block(columns + at, stride, by, dim, out + at, 1);
}

AVX2 static inline __m256 times_plus(__m256 a, __m256 b, __m256 c) {
    return _mm256_add_ps(_mm256_mul_ps(a, b), c);
}

AVX2 static inline __m256 exponential(__m256 x) {
    static const float term[] = ROWSUM_EXP_TERMS;
    const __m256 round = _mm256_set1_ps(ROWSUM_EXP_ROUND), one = _mm256_set1_ps(1);
    __m256 shifted = times_plus(x, _mm256_set1_ps(ROWSUM_EXP_INVERSE), round),
           k = _mm256_sub_ps(shifted, round);
    __m256 r = _mm256_sub_ps(x, _mm256_mul_ps(k, _mm256_set1_ps(ROWSUM_EXP_LN2_HIGH)));
    r = _mm256_sub_ps(r, _mm256_mul_ps(k, _mm256_set1_ps(ROWSUM_EXP_LN2_LOW)));
    __m256 sum = _mm256_set1_ps(term[0]);
    for (size_t i = 1; i < sizeof term / sizeof *term; i++)
        sum = times_plus(sum, r, _mm256_set1_ps(term[i]));
    __m256 value = _mm256_add_ps(one, _mm256_add_ps(r, _mm256_mul_ps(_mm256_mul_ps(r, r), sum)));
    __m256i power = _mm256_slli_epi32(_mm256_castps_si256(shifted), 23);
    value = _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(value), power));
    return _mm256_and_ps(value, _mm256_cmp_ps(x, _mm256_set1_ps(ROWSUM_EXP_LEAST), _CMP_GE_OQ));
}

AVX2 static void exponentials(float *values, size_t count, float top) {
    for (size_t i = 0; i < count; i += LANES)
        _mm256_storeu_ps(values + i, exponential(_mm256_sub_ps(_mm256_loadu_ps(values + i),
                                                               _mm256_set1_ps(top))));
}

const struct rowsum_kernel *rowsum_kernel_avx2(void) {
    static const struct rowsum_kernel kernel = {"avx2", add, product, exponentials};
    return &kernel;
}
#else
typedef int rowsum_avx2_is_for_x86; /* a file may not be empty */
#endif
