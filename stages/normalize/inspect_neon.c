/* Quiet ASCII on aarch64, 16 bytes at a time; the same masks as in inspect_avx2.c, four bits a byte. */
#if defined(__aarch64__)
#include "inspect.h"

#include <arm_neon.h>

/* Four equal bits for every byte of a comparison's result. */
static inline uint64_t nibbles(uint8x16_t v) {
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(v), 4)), 0);
}
static inline uint64_t equal(uint8x16_t v, uint8_t byte) {
    return nibbles(vceqq_u8(v, vdupq_n_u8(byte)));
}

size_t inspect_quiet_neon(const char *text, size_t len) {
    size_t i = 0;
    uint64_t space_before = 0, gap_before = 0xF;
    for (; len - i >= 16; i += 16) {
        uint8x16_t v = vld1q_u8((const uint8_t *)text + i);
        uint64_t low = nibbles(vcltq_u8(v, vdupq_n_u8(0x20)));
        uint64_t high = nibbles(vcgtq_u8(v, vdupq_n_u8(0x7E)));
        uint64_t lf = equal(v, '\n'), tab = equal(v, '\t'), space = equal(v, ' ');
        uint64_t gap = lf | tab | space;
        uint64_t loud = (low & ~(lf | tab)) | high | equal(v, '&') |
                        (space & (space << 4 | space_before)) | (lf & (gap << 4 | gap_before));
        if (loud) return i + (size_t)(__builtin_ctzll(loud) / 4);
        space_before = space >> 60;
        gap_before = gap >> 60;
    }
    return inspect_quiet_tail(text, len, i);
}
#else
typedef int normalize_no_neon; /* ISO C wants something in every file */
#endif
