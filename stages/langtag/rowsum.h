/*
 * rowsum: the inner loops of the model: sum of rows, product with a matrix kept by columns, exponentials.
 *
 * Shape   every output value is summed by itself, in the order of the rows (or columns); vectors run across values. So all
 *         kernels give the same bits, and the same as the plain loops of fastText.
 * Errors  none.
 * Source  no fused multiply-add anywhere: products are rounded before they are added.
 */
#ifndef SANGAM_LANGTAG_ROWSUM_H
#define SANGAM_LANGTAG_ROWSUM_H

#include <stddef.h>
#include <stdint.h>

struct rowsum_table {
    const void *base; /* floats, at any alignment */
    size_t stride;    /* floats from row to row */
    size_t dim;
};

/*
 * exp(x) for x <= 0: x = k ln 2 + r with |r| <= ln 2 / 2, a polynomial for exp(r), times 2^k. Adding 1.5 * 2^23 rounds to the
 * nearest integer and leaves it in the low bits of the float. ln 2 in two parts: the product of the first with k is exact.
 */
#define ROWSUM_EXP_LEAST -87.0f
#define ROWSUM_EXP_ROUND 12582912.0f
#define ROWSUM_EXP_INVERSE 1.44269504f
#define ROWSUM_EXP_LN2_HIGH 0.693359375f
#define ROWSUM_EXP_LN2_LOW -2.12194440e-4f
#define ROWSUM_EXP_TERMS                                                                           \
    { 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 1.0f / 2 }

struct rowsum_kernel {
    const char *name;
    /* sum[0..dim) += the rows, one after the other */
    void (*add)(const struct rowsum_table *table, const uint32_t *rows, size_t count, float *sum);
    /* out[i] = sum over j of column[j][i] * by[j]; stride is a multiple of 8, out has stride floats */
    void (*product)(const float *columns, size_t stride, const float *by, size_t dim, float *out);
    /* values[i] = exp(values[i] - top), within 2 units of the last place; below exp(-87) it is 0. count is a multiple of 8 */
    void (*exponentials)(float *values, size_t count, float top);
};

const struct rowsum_kernel *
rowsum_kernel(void); /* the best this CPU has; SANGAM_CPU may lower it */
const struct rowsum_kernel *rowsum_kernel_portable(void); /* the reference */
#if defined(__x86_64__)
const struct rowsum_kernel *rowsum_kernel_avx2(void);
#endif

#endif
