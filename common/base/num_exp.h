/*
 * num_exp: the numbers of sg_num_exp, for kernels that reckon several at once and are to have its bits.
 *
 * Shape   x = k ln 2 + r; SG_NUM_EXP_TERMS are 1/13! to 1/2!, the factors of r^13 to r^2.
 * Source  num_math.c, which says how they are used, in which order.
 */
#ifndef SANGAM_BASE_NUM_EXP_H
#define SANGAM_BASE_NUM_EXP_H

#define SG_NUM_LN2_HIGH 0x1.62e42feep-1 /* 32 bits: times any k below 2^20 it is exact */
#define SG_NUM_LN2_LOW 0x1.a39ef35793c76p-33
#define SG_NUM_LN2_INVERSE 0x1.71547652b82fep+0
#define SG_NUM_EXP_TERMS                                                                           \
    {                                                                                              \
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,            \
            1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2              \
    }

#endif
