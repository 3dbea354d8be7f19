/*
 * exp and log from additions, multiplications and one division, each rounded once as IEEE 754 says, in a fixed
 * order: so every CPU and every libc gives the same bits (libm's last bit differs between versions).
 *
 * exp: x = k ln 2 + r with |r| <= 0.35; e^x = 2^k e^r, and e^r is its Taylor series up to r^13 / 13!
 *      (the next term is below 5e-18).  Example: x = 1: k = 1, r = 0.30685..., e^r = 1.35914..., times 2.
 * log: x = 2^k m with m between sqrt(1/2) and sqrt(2); with s = (m-1)/(m+1), |s| <= 0.172,
 *      ln m = 2 (s + s^3/3 + s^5/5 + ...) up to s^21 (the next term is below 2e-19 of the first).
 *      Example: x = 10: k = 3, m = 1.25, s = 1/9, ln m = 0.22314..., plus 3 ln 2 = 2.30258...
 *
 * ln 2 is split in two so that k times the first part is exact. Relative error below 4e-16 for exp near 0 and for
 * log, below 1e-15 up to |x| = 700. Compiled with -ffp-contract=off: no fused multiply-add.
 */
#include "base/num.h"

#include <math.h>
#include <string.h>

#include "base/num_exp.h"

/* 2^k for -1022 <= k <= 1023 */
static double power_of_two(int k) {
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double sg_num_exp(double x) {
    if (isnan(x)) return x;
    if (x > 709.79) return INFINITY; /* the largest double is e^709.78 */
    if (x < -745.14) return 0;
    int k = (int)(x * SG_NUM_LN2_INVERSE + (x < 0 ? -0.5 : 0.5)); /* x / ln 2, to the nearest */
    double r = (x - k * SG_NUM_LN2_HIGH) - k * SG_NUM_LN2_LOW;
    static const double term[] = SG_NUM_EXP_TERMS;
    double sum = 0;
    for (size_t i = 0; i < sizeof term / sizeof *term; i++) sum = sum * r + term[i];
    double value = 1 + (r + r * r * sum);
    /* In two steps, for 2^k may be out of range where the product is not (or is subnormal: then it rounds once). */
    int half = k / 2;
    return value * power_of_two(half) * power_of_two(k - half);
}

double sg_num_log(double x) {
    if (isnan(x) || x < 0) return NAN;
    if (x == 0) return -INFINITY;
    if (isinf(x)) return x;
    int k = 0;
    if (x < 0x1p-1022) { /* subnormal: give it its leading 1 */
        x *= 0x1p54;
        k = -54;
    }
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    k += (int)(bits >> 52) - 1023;
    bits = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1023 << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 0x1.6a09e667f3bcdp+0) { /* sqrt(2) */
        m *= 0.5;
        k++;
    }
    double s = (m - 1) / (m + 1), square = s * s, sum = 0;
    for (int odd = 21; odd >= 3; odd -= 2) sum = (sum + 1.0 / odd) * square;
    return k * SG_NUM_LN2_HIGH + (2 * s + (2 * s * sum + k * SG_NUM_LN2_LOW));
}
