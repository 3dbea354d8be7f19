/*
 * UTF-8 validation, 32 bytes at a time, after Keiser & Lemire, "Validating UTF-8 In Less Than One Instruction Per
 * Byte", Software: Practice and Experience 51 (2021).
 *
 * Every ill-formed sequence shows itself in two neighbouring bytes, but for one kind: a third or fourth byte that is
 * missing or too much. So each byte and the one before it look up, by three of their half-bytes (first high, first
 * low, second high), which errors that half-byte allows; an error is there when all three allow it. The bit
 * two_trails (80..BF after 80..BF) is no error exactly where a third or fourth byte must stand, two places after
 * E0..EF or three after F0..F4: an XOR settles both "missing" and "too much".
 *
 * Example: C1 81. First high C: too_short | overlong_2; first low 1: ... | overlong_2; second high 8: ... |
 *          overlong_2 | ...; all three: overlong_2 (it would be U+0041).
 *
 * Where an error shows, the portable twin finds the exact byte. Memory: a block of 64 bytes. Threads: no state.
 */
#if defined(__x86_64__)
#include "text/kernels.h"

#include <immintrin.h>
#include <string.h>

#include "text/utf8_tables.h"

#define AVX2 __attribute__((target("avx2")))

/* A table in both halves of a register: shuffles do not cross them. */
AVX2 static inline __m256i look_up(const unsigned char table[16], __m256i half) {
    __m128i once = _mm_load_si128((const __m128i *)table);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(once), half);
}

static const _Alignas(16) unsigned char first_high[16] = {SG_UTF8_FIRST_HIGH};
static const _Alignas(16) unsigned char first_low[16] = {SG_UTF8_FIRST_LOW};
static const _Alignas(16) unsigned char second_high[16] = {SG_UTF8_SECOND_HIGH};

struct state {
    __m256i error, before; /* before: the last 32 bytes */
    __m256i open;          /* not 0: a character reaches past them */
};

AVX2 static inline __m256i high_half(__m256i v) {
    return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0F));
}

AVX2 static inline void check(struct state *state, __m256i v) {
    __m256i joined = _mm256_permute2x128_si256(state->before, v, 0x21);
    __m256i back1 = _mm256_alignr_epi8(v, joined, 15);
    __m256i back2 = _mm256_alignr_epi8(v, joined, 14);
    __m256i back3 = _mm256_alignr_epi8(v, joined, 13);

    __m256i special = _mm256_and_si256(
        _mm256_and_si256(look_up(first_high, high_half(back1)),
                         look_up(first_low, _mm256_and_si256(back1, _mm256_set1_epi8(0x0F)))),
        look_up(second_high, high_half(v)));
    /* The top bit where a third or fourth byte must stand: saturating, so only from E0 and F0 on. */
    __m256i third = _mm256_subs_epu8(back2, _mm256_set1_epi8(0xE0 - 0x80));
    __m256i fourth = _mm256_subs_epu8(back3, _mm256_set1_epi8(0xF0 - 0x80));
    __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    state->error = _mm256_or_si256(state->error, _mm256_xor_si256(must, special));
    state->before = v;
}

/* A lead byte too near to the end. */
AVX2 static inline __m256i open_end(__m256i v) {
    const __m256i most = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                          -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                          -1, (char)0xEF, (char)0xDF, (char)0xBF);
    return _mm256_subs_epu8(v, most);
}

AVX2 static inline void block(struct state *state, const char *bytes) {
    __m256i a = _mm256_loadu_si256((const __m256i *)bytes);
    __m256i b = _mm256_loadu_si256((const __m256i *)(bytes + 32));
    if (_mm256_movemask_epi8(_mm256_or_si256(a, b)) ==
        0) { /* ASCII: only what came before can be wrong */
        state->error = _mm256_or_si256(state->error, state->open);
        state->before = b;
        state->open = _mm256_setzero_si256();
        return;
    }
    check(state, a);
    check(state, b);
    state->open = open_end(b);
}

/* An error was seen in the block at `at`; it begins there or in the last character before. */
static size_t locate(const char *bytes, size_t len, size_t at) {
    size_t start = at < 3 ? 0 : at - 3;
    while (start < at && ((unsigned char)bytes[start] & 0xC0) == 0x80) start++;
    return start + sg_utf8_valid_portable(bytes + start, len - start);
}

AVX2 size_t sg_utf8_valid_avx2(const char *bytes, size_t len) {
    struct state state = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t i = 0;
    for (; len - i >= 64; i += 64) {
        block(&state, bytes + i);
        if (!_mm256_testz_si256(state.error, state.error)) return locate(bytes, len, i);
    }
    char tail[64] = {
        0}; /* zeros are ASCII: a character that is still open at the end becomes an error */
    if (len > i) memcpy(tail, bytes + i, len - i);
    block(&state, tail);
    if (!_mm256_testz_si256(state.error, state.error)) return locate(bytes, len, i);
    return len;
}

AVX2 uint64_t sg_utf8_count_avx2(const char *bytes, size_t len) {
    const __m256i last_trail =
        _mm256_set1_epi8((char)0xBF); /* as signed bytes, 80..BF are the lowest */
    uint64_t count = 0;
    size_t i = 0;
    while (len - i >= 32) {
        __m256i sums =
            _mm256_setzero_si256(); /* per byte: at most 255 steps before they overflow */
        for (int step = 0; step < 255 && len - i >= 32; step++, i += 32) {
            __m256i v = _mm256_loadu_si256((const __m256i *)(bytes + i));
            sums = _mm256_sub_epi8(sums, _mm256_cmpgt_epi8(v, last_trail));
        }
        __m256i wide = _mm256_sad_epu8(sums, _mm256_setzero_si256());
        count += (uint64_t)_mm256_extract_epi64(wide, 0) + (uint64_t)_mm256_extract_epi64(wide, 1) +
                 (uint64_t)_mm256_extract_epi64(wide, 2) + (uint64_t)_mm256_extract_epi64(wide, 3);
    }
    return count + sg_utf8_count_portable(bytes + i, len - i);
}
#else
typedef int sg_utf8_no_avx2; /* ISO C wants something in every file */
#endif
