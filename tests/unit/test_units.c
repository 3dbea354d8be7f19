/* Units of texts, their keys, and what a cut takes with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cuts.h"
#include "dice.h"
#include "document.h"
#include "units.h"
#include "units_rows.h"

/* The units of text, each behind a '|'. */
static char *units_of(enum dedup_unit unit, const char *text) {
    struct dedup_units units;
    struct sg_buf list = {0};
    size_t begin, end;
    dedup_units_start(&units, unit, text, strlen(text));
    while (dedup_units_next(&units, &begin, &end)) {
        sg_buf_putc(&list, '|');
        sg_buf_put(&list, text + begin, end - begin);
    }
    return sg_buf_take(&list);
}

static void assert_units(const char *text, const char *lines, const char *paragraphs) {
    char *got = units_of(DEDUP_UNIT_LINE, text);
    assert_string_equal(got, lines);
    free(got);
    got = units_of(DEDUP_UNIT_PARA, text);
    assert_string_equal(got, paragraphs);
    free(got);
}

static void test_units(void **state) {
    (void)state;
    assert_units("", "", "");
    assert_units("a", "|a", "|a");
    assert_units("a\n", "|a", "|a");
    assert_units("a\nb\n\nc\n\n\n\nd", "|a|b|c|d", "|a\nb|c|d");
    assert_units("\n\n  a \n\tb\n", "|  a |\tb", "|  a \n\tb");
    assert_units("a\r\nb\r\n\r\nc\r\n", "|a|b|c", "|a\r\nb|c");
    assert_units("a\rb\r", "|a\rb\r", "|a\rb\r"); /* a CR alone parts nothing; one at the end of the text is no CR LF */
    assert_units("a\n \t\v\f\r\nb", "|a|b", "|a|b");
    assert_units("a\n\xC2\xA0\xE3\x80\x80\xE2\x80\xA8\xC2\x85\nb", "|a|b", "|a|b"); /* U+00A0 U+3000 U+2028 U+0085 */
    assert_units("a\n\xE2\x80\x8B\nb", "|a|\xE2\x80\x8B|b", "|a\n\xE2\x80\x8B\nb"); /* U+200B is no White_Space */
}

static void test_only_line_feed_parts(void **state) {
    (void)state;
    const char *text = "one\xE2\x80\xA8two\xE2\x80\xA9three\xC2\x85zero"; /* U+2028 U+2029 U+0085 */
    char *lines = sg_printf_dup("|%s", text);
    assert_units(text, lines, lines);
    free(lines);
}

static void test_blank(void **state) {
    (void)state;
    assert_units("\n", "", "");
    assert_units(" ", "", "");
    assert_units("\r\n\r\n \n\t\n", "", "");
    assert_units("\xE3\x80\x80\n\xE3\x80\x80", "", "");
}

static void test_huge(void **state) {
    (void)state;
    const size_t lines = 300000;
    struct sg_buf text = {0};
    for (size_t i = 0; i < lines; i++) sg_buf_printf(&text, "line %zu%s", i, i % 10 == 9 ? "\n\n" : "\n");
    struct dedup_units units;
    size_t begin, end, count = 0;
    dedup_units_start(&units, DEDUP_UNIT_LINE, text.data, text.len);
    while (dedup_units_next(&units, &begin, &end)) count++;
    assert_int_equal(count, lines);
    dedup_units_start(&units, DEDUP_UNIT_PARA, text.data, text.len);
    for (count = 0; dedup_units_next(&units, &begin, &end);) count++;
    assert_int_equal(count, lines / 10);
    memset(text.data, 'x', text.len); /* one line of megabytes */
    dedup_units_start(&units, DEDUP_UNIT_LINE, text.data, text.len);
    assert_true(dedup_units_next(&units, &begin, &end));
    assert_int_equal(end - begin, text.len);
    assert_false(dedup_units_next(&units, &begin, &end));
    sg_buf_free(&text);
}

static bool profile_key(enum dedup_profile profile, const char *unit, uint64_t min_chars, uint64_t scope,
                        struct sg_hash128 *key) {
    struct dedup_scratch scratch = {0};
    const struct dedup_unit_text text = {.at = unit, .len = strlen(unit), .scope = scope};
    const struct dedup_unit_rule rule = {.profile = profile, .min_chars = min_chars};
    bool long_enough = dedup_unit_key(&rule, &scratch, &text, key);
    dedup_scratch_free(&scratch);
    return long_enough;
}

static bool key_of(const char *unit, uint64_t min_chars, uint64_t scope, struct sg_hash128 *key) {
    return profile_key(DEDUP_SHINGLE, unit, min_chars, scope, key);
}

static bool same_key(const char *a, const char *b) {
    struct sg_hash128 x, y;
    assert_true(key_of(a, 0, 0, &x));
    assert_true(key_of(b, 0, 0, &y));
    return sg_hash_compare(x, y) == 0;
}

static void test_keys(void **state) {
    (void)state;
    assert_true(same_key("one two", " one  two\t"));
    assert_true(same_key("one\r\ntwo", "one\ntwo"));
    assert_true(same_key("caf\xC3\xA9", "cafe\xCC\x81")); /* U+00E9; U+0065 U+0301 */
    assert_false(same_key("one two", "One two"));
    assert_false(same_key("\xE0\xA4\x95\xE0\xA4\xB2", "\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2")); /* kal, kul: U+0941 */
    assert_false(same_key("\xE0\xB8\x81", "\xE0\xB8\x81\xE0\xB9\x88"));                         /* ko kai, with U+0E48 */
    struct sg_hash128 x, y;
    assert_true(key_of("one", 0, 1, &x) && key_of("one", 0, 2, &y));
    assert_int_not_equal(sg_hash_compare(x, y), 0);
}

static bool same_in(enum dedup_profile profile, const char *a, const char *b) {
    struct sg_hash128 x, y;
    assert_true(profile_key(profile, a, 0, 0, &x) && profile_key(profile, b, 0, 0, &y));
    return sg_hash_compare(x, y) == 0;
}

static void test_profiles(void **state) {
    (void)state;
    struct sg_hash128 key;
    assert_true(same_in(DEDUP_CCNET, "Page 12 of 40", "page 98 of 76"));
    assert_false(same_in(DEDUP_SHINGLE, "Page 12 of 40", "page 98 of 76"));
    assert_false(same_in(DEDUP_RAW, "one  two", "one two"));
    assert_true(same_in(DEDUP_RAW, "one two", "one two"));
    assert_true(same_in(DEDUP_FINEWEB, "caf\xC3\xA9", "CAFE"));
    assert_false(profile_key(DEDUP_CCNET, "\xE3\x80\x82\xE3\x80\x81", 0, 0, &key)); /* U+3002 U+3001: nothing is left */
    assert_true(profile_key(DEDUP_SHINGLE, "...", 0, 0, &key));
    assert_false(profile_key(DEDUP_RAW, "abc", 4, 0, &key));
}

static void test_min_chars(void **state) {
    (void)state;
    struct sg_hash128 key;
    assert_true(key_of("abcde", 5, 0, &key));
    assert_false(key_of("abcde", 6, 0, &key));
    assert_false(key_of("   abcde   ", 6, 0, &key));
    assert_true(key_of("ab  e", 5, 0, &key));
    assert_false(key_of("\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2", 4, 0, &key)); /* nine bytes, three code points */
    assert_true(key_of("\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2", 3, 0, &key));
    assert_false(key_of("cafe\xCC\x81", 5, 0, &key)); /* four in NFC, as its composed copy */
}

/* What is left of text when the units whose numbers (from '0') are in `which` go; "?" when they are no units of it. */
static char *left_of(enum dedup_unit unit, const char *text, const char *which) {
    struct dedup_units units;
    struct dedup_unit_cut cuts[64];
    size_t count = 0, begin, end, at = 0;
    dedup_units_start(&units, unit, text, strlen(text));
    for (char number = '0'; dedup_units_next(&units, &begin, &end); number++)
        if (strchr(which, number)) cuts[count++] = (struct dedup_unit_cut){.begin = begin, .end = end};
    dedup_units_start(&units, unit, text, strlen(text));
    if (!dedup_units_spans(&units, cuts, count)) return sg_strdup("?");
    struct sg_buf left = {0};
    for (size_t i = 0; i < count; i++) {
        assert_true(cuts[i].begin >= at && cuts[i].end > cuts[i].begin);
        sg_buf_put(&left, text + at, cuts[i].begin - at);
        at = cuts[i].end;
    }
    sg_buf_put(&left, text + at, strlen(text) - at);
    return sg_buf_take(&left);
}

static void assert_left(enum dedup_unit unit, const char *text, const char *which, const char *expected) {
    char *left = left_of(unit, text, which);
    assert_string_equal(left, expected);
    free(left);
}

static void test_spans(void **state) {
    (void)state;
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc\n", "0", "b\nc\n");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc\n", "1", "a\nc\n");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc\n", "2", "a\nb\n");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc", "2", "a\nb");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc", "12", "a");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc", "01", "c");
    assert_left(DEDUP_UNIT_LINE, "a\nb\nc", "02", "b");
    assert_left(DEDUP_UNIT_LINE, "a\r\nb\r\nc\r\n", "1", "a\r\nc\r\n");
    assert_left(DEDUP_UNIT_PARA, "a\n\nb\n\nc\n", "1", "a\n\nc\n");
    assert_left(DEDUP_UNIT_PARA, "a\n\nb\n\nc\n", "2", "a\n\nb\n");
    assert_left(DEDUP_UNIT_PARA, "a\n\nb\n\n\n\nc\n", "1", "a\n\n\n\nc\n"); /* the longer of two separators */
    assert_left(DEDUP_UNIT_LINE, "a\nb\n\nc\nd", "1", "a\n\nc\nd");         /* paragraphs stay apart */
    assert_left(DEDUP_UNIT_LINE, "a\n\nb\nc\nd", "1", "a\n\nc\nd");
    assert_left(DEDUP_UNIT_LINE, "a\nb\n\nc\nd", "12", "a\n\nd");
    assert_left(DEDUP_UNIT_LINE, "  a\n  b\n    c\n", "1", "  a\n    c\n"); /* indentation is the line's own */
    assert_left(DEDUP_UNIT_LINE, "\n\na\nb\n\n", "0", "\n\nb\n\n");
    assert_left(DEDUP_UNIT_LINE, "\n\na\nb\n\n", "1", "\n\na\n\n");
}

static void test_spans_of_another_text(void **state) {
    (void)state;
    struct dedup_units units;
    struct dedup_unit_cut cut = {.begin = 0, .end = 2};
    dedup_units_start(&units, DEDUP_UNIT_LINE, "a\nb\n", 4);
    assert_false(dedup_units_spans(&units, &cut, 1));
    cut.begin = 2, cut.end = 3;
    dedup_units_start(&units, DEDUP_UNIT_LINE, "a\nb\n", 4);
    assert_true(dedup_units_spans(&units, &cut, 1));
}

/* Whatever goes: what is left has the units that stay, in order. */
static void test_spans_keep_the_rest(void **state) {
    (void)state;
    static const char *const pieces[] = {"\n", "\r\n", " ", "a", "b", "\n\n", "\t", "c d", "\xE3\x80\x80", "\n \n"};
    uint64_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        struct sg_buf text = {0};
        char which[11] = "";
        for (size_t i = dice_below(&seed, 14); i > 0; i--) sg_buf_puts(&text, pieces[dice_below(&seed, 10)]);
        sg_buf_str(&text);
        size_t n = 0;
        for (char number = '0'; number <= '9'; number++)
            if (dice_below(&seed, 2)) which[n++] = number;
        which[n] = 0;
        enum dedup_unit unit = round % 2 ? DEDUP_UNIT_LINE : DEDUP_UNIT_PARA;
        struct sg_buf expected = {0};
        struct dedup_units units;
        size_t begin, end;
        dedup_units_start(&units, unit, text.data, text.len);
        for (char number = '0'; dedup_units_next(&units, &begin, &end); number++) {
            if (strchr(which, number)) continue;
            sg_buf_putc(&expected, '|');
            sg_buf_put(&expected, text.data + begin, end - begin);
        }
        sg_buf_str(&expected);
        char *left = left_of(unit, text.data, which);
        char *stays = units_of(unit, left);
        assert_string_equal(stays, expected.data);
        free(stays);
        free(left);
        sg_buf_free(&expected);
        sg_buf_free(&text);
    }
}

static void test_chars(void **state) {
    (void)state;
    assert_int_equal(dedup_units_chars("", 0), 0);
    assert_int_equal(dedup_units_chars(" \n\xE3\x80\x80", 5), 0);
    assert_int_equal(dedup_units_chars(" a b\n", 5), 3);
    assert_int_equal(dedup_units_chars("\xE0\xA4\x95\xE0\xA5\x81", 6), 2);
}

static void test_rows(void **state) {
    (void)state;
    const struct dedup_unit_row unit = {.key = 0x0123456789ABCDEF, .key_more = 0xFEDCBA98, .priority = ~(uint64_t)7,
                                        .text_key = {.lo = 3, .hi = 4}, .id_high = 5, .line_low = 6, .document = 1u << 30,
                                        .begin = 0x123456789ABC, .end = 0x123456789ABD, .id_offset = 9};
    char row[DEDUP_UNIT_WIDTH], place[24];
    struct dedup_unit_row got;
    dedup_unit_put(&unit, row);
    dedup_unit_get(row, &got);
    assert_memory_equal(row,
                        "\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF8"
                        "\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0\6"
                        "\0\0\0\0\x40\0\0\0\x12\x34\x56\x78\x9A\xBC\x12\x34\x56\x78\x9A\xBD\0\0\0\0\0\0\0\x09",
                        DEDUP_UNIT_WIDTH);
    assert_true(got.key == unit.key && got.key_more == unit.key_more && got.priority == unit.priority);
    assert_true(got.text_key.lo == 3 && got.text_key.hi == 4 && got.id_high == 5 && got.line_low == 6);
    assert_true(got.document == unit.document && got.begin == unit.begin && got.end == unit.end && got.id_offset == 9);
    dedup_unit_put_place(&unit, place);
    dedup_unit_get_place(place, &got);
    assert_true(got.key == unit.key && got.key_more == unit.key_more && got.begin == unit.begin && got.end == unit.end);
}

static void test_cut_rows(void **state) {
    (void)state;
    const struct dedup_cut cut = {.document = 0x0102030405060708, .begin = 5, .end = 260, .survivor = 1ull << 40 | 7,
                                  .text_low = 0x1122334455667788};
    char row[DEDUP_CUT_WIDTH];
    struct dedup_cut got;
    dedup_cut_put(&cut, row);
    dedup_cut_get(row, &got);
    assert_memory_equal(row,
                        "\1\2\3\4\5\6\7\x08\0\0\0\0\0\0\0\5\4\1\0\0\0\0\0\0\7\0\0\0\0\1\0\0"
                        "\x88\x77\x66\x55\x44\x33\x22\x11\0\0\0\0\0\0\0\0",
                        DEDUP_CUT_WIDTH);
    assert_true(got.document == cut.document && got.begin == 5 && got.end == 260 && got.survivor == cut.survivor &&
                got.text_low == cut.text_low);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),      cmocka_unit_test(test_only_line_feed_parts),
        cmocka_unit_test(test_blank),      cmocka_unit_test(test_huge),
        cmocka_unit_test(test_keys),       cmocka_unit_test(test_min_chars),
        cmocka_unit_test(test_spans),      cmocka_unit_test(test_spans_of_another_text),
        cmocka_unit_test(test_chars),      cmocka_unit_test(test_spans_keep_the_rest),
        cmocka_unit_test(test_rows),       cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_cut_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
