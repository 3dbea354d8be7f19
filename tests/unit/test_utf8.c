#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/ustring.h>

#include "dice.h"
#include "text/kernels.h"
#include "text/utf8.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* By decoding and comparing, unlike the code under test: the length of the character at s, or 0. */
static size_t character(const unsigned char *s, size_t len) {
    size_t need = s[0] < 0x80   ? 1
                  : s[0] < 0xC0 ? 0
                  : s[0] < 0xE0 ? 2
                  : s[0] < 0xF0 ? 3
                  : s[0] < 0xF8 ? 4
                                : 0;
    if (need == 0 || need > len) return 0;
    if (need == 1) return 1;
    uint32_t c = s[0] & (0xFFu >> (need + 1));
    for (size_t i = 1; i < need; i++) {
        if (s[i] < 0x80 || s[i] > 0xBF) return 0;
        c = c << 6 | (s[i] & 0x3Fu);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    return c >= least[need] && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF) ? need : 0;
}

static size_t valid_by_decoding(const char *bytes, size_t len) {
    size_t i = 0;
    while (i < len) {
        size_t step = character((const unsigned char *)bytes + i, len - i);
        if (!step) break;
        i += step;
    }
    return i;
}

/* Every level this machine has. */
static size_t kernels_here(const struct sg_kernels *list[4]) {
    size_t count = 0;
    for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++) {
        const struct sg_kernels *k = sg_kernels_at((enum sg_cpu)level);
        if (count == 0 || list[count - 1] != k) list[count++] = k;
    }
    assert_int_equal(list[0]->level, SG_CPU_PORTABLE);
    return count;
}

static void check_valid(const char *bytes, size_t len) {
    const struct sg_kernels *list[4];
    size_t count = kernels_here(list), expected = valid_by_decoding(bytes, len);
    for (size_t i = 0; i < count; i++) assert_int_equal(list[i]->valid(bytes, len), expected);
}

/* All beginnings of characters of up to four bytes that differ in what the rules look at. */
static void every_sequence(void **state) {
    (void)state;
    static const unsigned char tails[] = {0x00, 0x22, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F,
                                          0xA0, 0xAF, 0xB0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0,
                                          0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
    for (int lead = 0; lead < 256; lead++)
        for (int second = 0; second < 256; second++)
            for (size_t third = 0; third < COUNT(tails); third++)
                for (size_t fourth = 0; fourth < COUNT(tails); fourth += 1 + (second & 7)) {
                    char s[4] = {(char)lead, (char)second, (char)tails[third], (char)tails[fourth]};
                    size_t expected = valid_by_decoding(s, 4);
                    if (sg_utf8_valid_portable(s, 4) != expected)
                        fail_msg("%02x %02x", lead, second);
                    if (third == 0 || fourth == 0) assert_int_equal(sg_utf8_valid(s, 4), expected);
                }
}

static size_t random_text(uint64_t *rng, char *to, size_t len) {
    size_t i = 0, range = dice_below(rng, 5);
    static const uint32_t from[] = {0, 0x80, 0x900, 0x4E00, 0x1F300},
                          span[] = {0x80, 0x700, 0x200, 0x5000, 0x400};
    while (i + 4 <= len) {
        size_t r = dice_below(rng, 3) ? range : dice_below(rng, 5);
        i += sg_utf8_encode(from[r] + (uint32_t)dice_below(rng, span[r]), to + i);
    }
    return i;
}

/* A broken byte at every kind of place in blocks of 64, in an allocation of the exact size. */
static void kernels_agree_on_broken_text(void **state) {
    (void)state;
    uint64_t rng = 17;
    for (int round = 0; round < 6000; round++) {
        size_t len = dice_below(&rng, round % 10 ? 200 : 3000);
        char *text = malloc(len + 1);
        assert_non_null(text);
        len = random_text(&rng, text, len);
        text = realloc(text, len + 1);
        check_valid(text, len);
        for (int i = 0; len && i < 4; i++) {
            text[dice_below(&rng, len)] = (char)dice_below(&rng, 256);
            check_valid(text, len);
            size_t cut = dice_below(&rng, len);
            check_valid(text + cut, len - cut);
            check_valid(text, cut);
        }
        free(text);
    }
}

static void counting_code_points(void **state) {
    (void)state;
    const struct sg_kernels *list[4];
    size_t kernels = kernels_here(list);
    uint64_t rng = 23;
    static char text[40000];
    for (int round = 0; round < 300; round++) {
        size_t len = random_text(&rng, text, dice_below(&rng, round % 10 ? 300 : sizeof text));
        uint64_t expected = 0;
        for (const char *p = text; p < text + len; expected++) {
            uint32_t c = sg_utf8_next(&p);
            assert_true(c <= 0x10FFFF);
        }
        for (size_t i = 0; i < kernels; i++) assert_int_equal(list[i]->count(text, len), expected);
    }
    assert_int_equal(sg_utf8_count("\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2", 9), 3); /* कुल */
}

static void encode_and_decode_are_inverse(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c == 0xD800) c = 0xE000;
        char spelled[4];
        size_t len = sg_utf8_encode(c, spelled);
        const char *p = spelled;
        if (sg_utf8_next(&p) != c || p != spelled + len) fail_msg("U+%04X", c);
        if (c % 37 == 0) assert_int_equal(sg_utf8_valid(spelled, len), len);
    }
}

static void check_repair(const char *from, size_t len, const char *expected, size_t count) {
    struct sg_buf out = {0};
    assert_int_equal(sg_utf8_repair(from, len, &out), count);
    assert_int_equal(out.len, strlen(expected));
    if (out.len) assert_memory_equal(out.data, expected, out.len);
    sg_buf_free(&out);
}

#define BAD "\xEF\xBF\xBD"
#define REPAIR(from, expected, count) check_repair(from, sizeof(from) - 1, expected, count)

static void repairs(void **state) {
    (void)state;
    REPAIR("", "", 0);
    REPAIR("abc", "abc", 0);
    /* Unicode 15, tables 3-8 to 3-11. */
    REPAIR("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A", 8);
    REPAIR("\xED\xA0\x80\xED\xA0\x80\xED\xAF\x41", BAD BAD BAD BAD BAD BAD BAD BAD "A", 8);
    REPAIR("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", BAD BAD BAD BAD BAD "A" BAD BAD "B", 7);
    REPAIR("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", BAD BAD BAD BAD "A", 4);
    /* CESU-8: a pair is one character; half a pair is not. */
    REPAIR("\xED\xA0\xBD\xED\xB8\x80", "\xF0\x9F\x98\x80", 1);
    REPAIR("x\xED\xA0\x80\xED\xA0\xBD\xED\xB8\x80y", "x" BAD BAD BAD "\xF0\x9F\x98\x80y", 4);
    REPAIR("\xED\xB8\x80\xED\xA0\xBD", BAD BAD BAD BAD BAD BAD, 6);
    REPAIR("\xED\xAF\xBF\xED\xBF\xBF", "\xF4\x8F\xBF\xBF", 1);
    REPAIR("\xED\xA0\xBD\xED\xB8", BAD BAD BAD BAD BAD, 5);
    /* The other spelling of NUL. */
    REPAIR("a\xC0\x80"
           "b",
           "ab", 1);
    REPAIR("a\xC0", "a" BAD, 1);
    REPAIR("\xC3\xC0\x80\xA9", BAD BAD, 3); /* what is dropped joins nothing */
    REPAIR("0123456789abcd\xE0\xA4\x95", "0123456789abcd\xE0\xA4\x95", 0);
    REPAIR("0123456789abcde\xE0\xA4", "0123456789abcde" BAD, 1);
}

static void check_repair_laws(const char *bytes, size_t len) {
    struct sg_buf once = {0}, twice = {0};
    size_t count = sg_utf8_repair(bytes, len, &once);
    assert_int_equal(sg_utf8_valid(once.data, once.len), once.len);
    assert_int_equal(count == 0, sg_utf8_valid(bytes, len) == len);
    assert_int_equal(sg_utf8_repair(once.data, once.len, &twice), 0);
    assert_int_equal(once.len, twice.len);
    if (once.len) assert_memory_equal(once.data, twice.data, once.len);

    /* ICU knows maximal subparts, but not our two extras. */
    static UChar wide[1000];
    static char back[3000];
    bool extras = false;
    for (size_t i = 0; i + 1 < len; i++)
        extras |= (bytes[i] == '\xED' && (bytes[i + 1] & 0xE0) == 0xA0) ||
                  (bytes[i] == '\xC0' && bytes[i + 1] == '\x80');
    if (!extras) {
        UErrorCode status = U_ZERO_ERROR;
        int32_t wide_len, back_len, substitutions;
        u_strFromUTF8WithSub(wide, COUNT(wide), &wide_len, bytes, (int32_t)len, 0xFFFD,
                             &substitutions, &status);
        u_strToUTF8(back, sizeof back, &back_len, wide, wide_len, &status);
        assert_true(U_SUCCESS(status));
        assert_int_equal(count, substitutions);
        assert_int_equal(once.len, back_len);
        if (once.len) assert_memory_equal(once.data, back, once.len);
    }
    sg_buf_free(&once);
    sg_buf_free(&twice);
}

static void repair_of_noise(void **state) {
    (void)state;
    uint64_t rng = 31;
    static const unsigned char likely[] = {0x41, 0x80, 0xA0, 0xBF, 0xC0, 0xC3, 0xE0,
                                           0xE1, 0xED, 0xEF, 0xF0, 0xF4, 0xB0, 0xBD};
    for (int round = 0; round < 20000; round++) {
        char bytes[300];
        size_t len = dice_below(&rng, round % 20 ? 40 : sizeof bytes);
        if (round % 3 == 0) {
            for (size_t i = 0; i < len; i++) bytes[i] = (char)dice_below(&rng, 256);
        } else if (round % 3 == 1) {
            for (size_t i = 0; i < len; i++)
                bytes[i] = (char)likely[dice_below(&rng, COUNT(likely))];
        } else {
            len = random_text(&rng, bytes, len);
            for (int i = 0; len && i < 3; i++)
                bytes[dice_below(&rng, len)] = (char)likely[dice_below(&rng, COUNT(likely))];
        }
        check_repair_laws(bytes, len);
    }
}

/* Latin-1 text of 4 MB: every second character is a repair, and time stays in proportion. */
static void repair_of_much_is_linear(void **state) {
    (void)state;
    enum { len = 4 << 20 };
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < len; i++) text[i] = i % 2 ? 'e' : '\xE9';
    struct sg_buf out = {0};
    assert_int_equal(sg_utf8_repair(text, len, &out), len / 2);
    assert_int_equal(out.len, len / 2 * 4);
    sg_buf_free(&out);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence),
        cmocka_unit_test(kernels_agree_on_broken_text),
        cmocka_unit_test(counting_code_points),
        cmocka_unit_test(encode_and_decode_are_inverse),
        cmocka_unit_test(repairs),
        cmocka_unit_test(repair_of_noise),
        cmocka_unit_test(repair_of_much_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
