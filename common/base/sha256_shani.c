/*
 * SHA-256 by x86 SHA instructions: sha256rnds2 does two rounds, msg1 and msg2 stretch the message four words
 * at a time. The instructions want the state as (A B E F) and (C D G H), highest word first.
 */
#if defined(__x86_64__)
#include "base/sha256.h"

#include <immintrin.h>

#define SHANI __attribute__((target("sha,sse4.1,ssse3")))

/* Words i..i+3 of the stretched message, from the 16 before them in w[0..3]; w rolls on by one vector. */
SHANI static __m128i stretch(__m128i w[4]) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[0], w[1]), _mm_alignr_epi8(w[3], w[2], 4));
    __m128i next = _mm_sha256msg2_epu32(sum, w[3]);
    w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
    return next;
}

SHANI static void four_rounds(__m128i *abef, __m128i *cdgh, __m128i words, const uint32_t *k) {
    __m128i wk = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)k));
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, wk);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(wk, 0x0E));
}

SHANI void sg_sha256_blocks_shani(uint32_t state[8], const unsigned char *bytes, size_t blocks) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i dcba = _mm_loadu_si128((const __m128i *)state);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);

    for (; blocks; blocks--, bytes += 64) {
        __m128i abef_before = abef, cdgh_before = cdgh, w[4];
        for (int i = 0; i < 4; i++) {
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swap);
            four_rounds(&abef, &cdgh, w[i], sg_sha256_rounds + 4 * i);
        }
        for (int i = 4; i < 16; i++)
            four_rounds(&abef, &cdgh, stretch(w), sg_sha256_rounds + 4 * i);
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }

    __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
typedef int sg_sha256_no_shani; /* ISO C wants something in every file */
#endif
