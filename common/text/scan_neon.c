/*
 * Find the next stop byte of a JSON string, 16 bytes at a time. NEON has no movemask; narrowing each 16-bit lane by
 * four bits leaves a nibble per byte in one 64-bit word, lowest byte first.
 */
#if defined(__aarch64__)
#include "text/kernels.h"

#include <arm_neon.h>

static inline uint64_t stop_nibbles(uint8x16_t v) {
    uint8x16_t stop =
        vorrq_u8(vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\'))),
                 vcltq_u8(v, vdupq_n_u8(0x20)));
    return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(stop), 4)), 0);
}

size_t sg_scan_clean_neon(const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 16; i += 16) {
        uint64_t nibbles = stop_nibbles(vld1q_u8((const uint8_t *)bytes + i));
        if (nibbles) return i + (size_t)__builtin_ctzll(nibbles) / 4;
    }
    return i + sg_scan_clean_portable(bytes + i, len - i);
}

size_t sg_scan_copy_neon(char *to, const char *bytes, size_t len) {
    size_t i = 0;
    for (; len - i >= 16; i += 16) {
        uint8x16_t v = vld1q_u8((const uint8_t *)bytes + i);
        vst1q_u8((uint8_t *)to + i,
                 v); /* what stands behind a stop byte is overwritten by the next call */
        uint64_t nibbles = stop_nibbles(v);
        if (nibbles) return i + (size_t)__builtin_ctzll(nibbles) / 4;
    }
    return i + sg_scan_copy_portable(to + i, bytes + i, len - i);
}
#else
typedef int sg_scan_no_neon; /* ISO C wants something in every file */
#endif
