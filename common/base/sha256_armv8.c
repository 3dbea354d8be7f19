/*
 * SHA-256 by the ARMv8 cryptographic instructions: sha256h and sha256h2 do four rounds, su0 and su1 stretch the
 * message four words at a time.
 */
#if defined(__aarch64__)
#include "base/sha256.h"

#include <arm_neon.h>

#define SHA2 __attribute__((target("+crypto")))

/* Words i..i+3 of the stretched message, from the 16 before them in w[0..3]; w rolls on by one vector. */
SHA2 static inline uint32x4_t stretch(uint32x4_t w[4]) {
    uint32x4_t next = vsha256su1q_u32(vsha256su0q_u32(w[0], w[1]), w[2], w[3]);
    w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
    return next;
}

SHA2 static inline void four_rounds(uint32x4_t *abcd, uint32x4_t *efgh, uint32x4_t words,
                                    const uint32_t *k) {
    uint32x4_t wk = vaddq_u32(words, vld1q_u32(k)), before = *abcd;
    *abcd = vsha256hq_u32(*abcd, *efgh, wk);
    *efgh = vsha256h2q_u32(*efgh, before, wk);
}

SHA2 void sg_sha256_blocks_armv8(uint32_t state[8], const unsigned char *bytes, size_t blocks) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; blocks; blocks--, bytes += 64) {
        uint32x4_t abcd_before = abcd, efgh_before = efgh, w[4];
        for (int i = 0; i < 4; i++) {
            w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(bytes + 16 * i)));
            four_rounds(&abcd, &efgh, w[i], sg_sha256_rounds + 4 * i);
        }
        for (int i = 4; i < 16; i++)
            four_rounds(&abcd, &efgh, stretch(w), sg_sha256_rounds + 4 * i);
        abcd = vaddq_u32(abcd, abcd_before);
        efgh = vaddq_u32(efgh, efgh_before);
    }
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}
#else
typedef int sg_sha256_no_armv8; /* ISO C wants something in every file */
#endif
