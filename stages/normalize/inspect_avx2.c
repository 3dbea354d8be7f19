/*
 * Quiet ASCII, 32 bytes at a time: one mask of bytes that are never quiet, and two that depend on the byte before. Those are
 * the mask of spaces (of gaps) shifted by one, with the last bit of the block before carried in.
 */
#if defined(__x86_64__)
#include "inspect.h"

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline unsigned equal(__m256i v, char byte) {
    return (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(byte)));
}

AVX2 size_t inspect_quiet_avx2(const char *text, size_t len) {
    size_t i = 0;
    unsigned space_before = 0, gap_before = 1;
    for (; len - i >= 32; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(text + i));
        /* Signed: bytes from 80 on are below 20 too. */
        unsigned low = (unsigned)_mm256_movemask_epi8(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), v));
        unsigned lf = equal(v, '\n'), tab = equal(v, '\t'), space = equal(v, ' ');
        unsigned gap = lf | tab | space;
        unsigned loud = (low & ~(lf | tab)) | equal(v, 0x7F) | equal(v, '&') |
                        (space & (space << 1 | space_before)) | (lf & (gap << 1 | gap_before));
        if (loud) return i + (size_t)__builtin_ctz(loud);
        space_before = space >> 31;
        gap_before = gap >> 31;
    }
    return inspect_quiet_tail(text, len, i);
}
#else
typedef int normalize_no_avx2; /* ISO C wants something in every file */
#endif
