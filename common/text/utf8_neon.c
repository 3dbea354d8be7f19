/*
 * UTF-8 validation, 16 bytes at a time; the algorithm and its example stand in utf8_avx2.c.
 */
#if defined(__aarch64__)
#include "text/kernels.h"

#include <arm_neon.h>
#include <string.h>

#include "text/utf8_tables.h"

static const uint8_t first_high[16] = {SG_UTF8_FIRST_HIGH};
static const uint8_t first_low[16] = {SG_UTF8_FIRST_LOW};
static const uint8_t second_high[16] = {SG_UTF8_SECOND_HIGH};

struct state {
    uint8x16_t error, before; /* before: the last 16 bytes */
    uint8x16_t open;          /* not 0: a character reaches past them */
};

static inline void check(struct state *state, uint8x16_t v) {
    uint8x16_t back1 = vextq_u8(state->before, v, 15);
    uint8x16_t back2 = vextq_u8(state->before, v, 14);
    uint8x16_t back3 = vextq_u8(state->before, v, 13);

    uint8x16_t special =
        vandq_u8(vandq_u8(vqtbl1q_u8(vld1q_u8(first_high), vshrq_n_u8(back1, 4)),
                          vqtbl1q_u8(vld1q_u8(first_low), vandq_u8(back1, vdupq_n_u8(0x0F)))),
                 vqtbl1q_u8(vld1q_u8(second_high), vshrq_n_u8(v, 4)));
    /* The top bit where a third or fourth byte must stand: saturating, so only from E0 and F0 on. */
    uint8x16_t third = vqsubq_u8(back2, vdupq_n_u8(0xE0 - 0x80)),
               fourth = vqsubq_u8(back3, vdupq_n_u8(0xF0 - 0x80));
    uint8x16_t must = vandq_u8(vorrq_u8(third, fourth), vdupq_n_u8(0x80));
    state->error = vorrq_u8(state->error, veorq_u8(must, special));
    state->before = v;
}

static inline void block(struct state *state, const char *bytes) {
    static const uint8_t most[16] = {255, 255, 255, 255, 255, 255,  255,  255,
                                     255, 255, 255, 255, 255, 0xEF, 0xDF, 0xBF};
    uint8x16_t v[4];
    for (int i = 0; i < 4; i++) v[i] = vld1q_u8((const uint8_t *)bytes + 16 * i);
    if (vmaxvq_u8(vorrq_u8(vorrq_u8(v[0], v[1]), vorrq_u8(v[2], v[3]))) < 0x80) {
        state->error =
            vorrq_u8(state->error, state->open); /* ASCII: only what came before can be wrong */
        state->before = v[3];
        state->open = vdupq_n_u8(0);
        return;
    }
    for (int i = 0; i < 4; i++) check(state, v[i]);
    state->open = vqsubq_u8(v[3], vld1q_u8(most)); /* a lead byte too near to the end */
}

/* An error was seen in the block at `at`; it begins there or in the last character before. */
static size_t locate(const char *bytes, size_t len, size_t at) {
    size_t start = at < 3 ? 0 : at - 3;
    while (start < at && ((unsigned char)bytes[start] & 0xC0) == 0x80) start++;
    return start + sg_utf8_valid_portable(bytes + start, len - start);
}

size_t sg_utf8_valid_neon(const char *bytes, size_t len) {
    struct state state = {vdupq_n_u8(0), vdupq_n_u8(0), vdupq_n_u8(0)};
    size_t i = 0;
    for (; len - i >= 64; i += 64) {
        block(&state, bytes + i);
        if (vmaxvq_u8(state.error)) return locate(bytes, len, i);
    }
    char tail[64] = {
        0}; /* zeros are ASCII: a character that is still open at the end becomes an error */
    if (len > i) memcpy(tail, bytes + i, len - i);
    block(&state, tail);
    return vmaxvq_u8(state.error) ? locate(bytes, len, i) : len;
}

uint64_t sg_utf8_count_neon(const char *bytes, size_t len) {
    const int8x16_t last_trail =
        vdupq_n_s8((int8_t)0xBF); /* as signed bytes, 80..BF are the lowest */
    uint64_t count = 0;
    size_t i = 0;
    while (len - i >= 16) {
        uint8x16_t sums = vdupq_n_u8(0); /* per byte: at most 255 steps before they overflow */
        for (int step = 0; step < 255 && len - i >= 16; step++, i += 16)
            sums = vsubq_u8(sums, vcgtq_s8(vld1q_s8((const int8_t *)bytes + i), last_trail));
        count += vaddlvq_u8(sums);
    }
    return count + sg_utf8_count_portable(bytes + i, len - i);
}
#else
typedef int sg_utf8_no_neon; /* ISO C wants something in every file */
#endif
