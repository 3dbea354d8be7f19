#include "rowsum.h"

#include <string.h>

#include "base/cpu.h"

static void add(const struct rowsum_table *table, const uint32_t *rows, size_t count, float *sum) {
    const char *base = table->base;
    for (size_t r = 0; r < count; r++) {
        const char *row = base + rows[r] * table->stride * sizeof(float);
        for (size_t i = 0; i < table->dim; i++) {
            float value;
            memcpy(&value, row + i * sizeof value, sizeof value);
            sum[i] += value;
        }
    }
}

static void product(const float *columns, size_t stride, const float *by, size_t dim, float *out) {
    memset(out, 0, stride * sizeof *out);
    for (size_t j = 0; j < dim; j++, columns += stride)
        for (size_t i = 0; i < stride; i++) out[i] += columns[i] * by[j];
}

static float exponential(float x) {
    static const float term[] = ROWSUM_EXP_TERMS;
    if (!(x >= ROWSUM_EXP_LEAST)) return 0;
    float shifted = x * ROWSUM_EXP_INVERSE + ROWSUM_EXP_ROUND, k = shifted - ROWSUM_EXP_ROUND;
    float r = (x - k * ROWSUM_EXP_LN2_HIGH) - k * ROWSUM_EXP_LN2_LOW, sum = term[0], value;
    for (size_t i = 1; i < sizeof term / sizeof *term; i++) sum = sum * r + term[i];
    value = 1 + (r + r * r * sum);
    uint32_t bits, power;
    memcpy(&bits, &value, sizeof bits);
    memcpy(&power, &shifted, sizeof power);
    bits += power << 23; /* k into the exponent; what else shifted holds is shifted out */
    memcpy(&value, &bits, sizeof bits);
    return value;
}

static void exponentials(float *values, size_t count, float top) {
    for (size_t i = 0; i < count; i++) values[i] = exponential(values[i] - top);
}

const struct rowsum_kernel *rowsum_kernel_portable(void) {
    static const struct rowsum_kernel kernel = {"portable", add, product, exponentials};
    return &kernel;
}

const struct rowsum_kernel *rowsum_kernel(void) {
#if defined(__x86_64__)
    if (sg_cpu_level() >= SG_CPU_AVX2) return rowsum_kernel_avx2();
#endif
    return rowsum_kernel_portable();
}
