/* explain: the same samples in whatever order changes come, each once; what is shown of them is safe to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dice.h"
#include "explain.h"
#include "text/unicode.h"
#include "text/utf8.h"

static uint64_t totals[NORMALIZE_COUNTS];

static void read_line(const char *utf8, struct line *line) {
    line->len = 0;
    for (const char *p = utf8, *end = utf8 + strlen(utf8); p < end;)
        line_put(line, sg_utf8_next(&p));
}

static void see(struct explain *explain, enum normalize_key key, const char *before,
                const char *after) {
    struct line a = {0}, b = {0};
    struct normalize_witness witness = explain_witness(explain);
    read_line(before, &a);
    read_line(after, &b);
    witness.saw(witness.owner, key, &a, &b);
    line_free(&a);
    line_free(&b);
}

/* The answer as text; caller frees. */
static char *told(const struct explain *explain, const char *program) {
    struct sg_buf out = {0};
    explain_put(explain, totals, program, &out);
    return sg_buf_take(&out);
}

static size_t lines_with(const char *text, const char *what) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)); at++) count++;
    return count;
}

static void count_change(enum normalize_key key) {
    memset(totals, 0, sizeof totals);
    totals[COUNT_PASS_LINES + key] = 1234;
    totals[COUNT_PASS_DOCUMENTS + key] = 56;
}

static void test_any_order(void **state) {
    (void)state;
    enum { CHANGES = 300, SAMPLES = 7 };
    char *first = NULL;
    uint64_t seed = 11;
    count_change(KEY_WHITESPACE);
    for (int round = 0; round < 20; round++) {
        int order[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            int j = (int)dice_below(&seed, (uint64_t)i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        struct explain *explain = explain_new(SAMPLES);
        for (int i = 0; i < CHANGES; i++) {
            char before[64], after[64];
            snprintf(before, sizeof before, "line %d  x", order[i]);
            snprintf(after, sizeof after, "line %d x", order[i]);
            see(explain, KEY_WHITESPACE, before, after);
            if (i % 3 == 0)
                see(explain, KEY_WHITESPACE, before, after); /* again: the same change */
        }
        char *now = told(explain, "p");
        assert_int_equal(lines_with(now, "\"level\":\"sample\""), SAMPLES);
        if (!first)
            first = now;
        else {
            assert_string_equal(first, now);
            free(now);
        }
        explain_free(explain);
    }
    free(first);
}

static void test_what_changed(void **state) {
    (void)state;
    static const struct {
        const char *before, *after, *want;
    } rows[] = {
        /* removal, replacement, composition */
        {"ab\xE2\x80\x8B"
         "cd",
         "abcd", "  - ab<U+200B>cd\n  + abcd\n    U+200B ZERO WIDTH SPACE -> nothing\n"},
        {"a\xC2\xA0"
         "b",
         "a b", "  - a<U+00A0>b\n  + a<U+0020>b\n    U+00A0 NO-BREAK SPACE -> U+0020 SPACE\n"},
        {"cafe\xCC\x81", "caf\xC3\xA9",
         "  - cafe\xCC\x81\n  + caf\xC3\xA9\n    U+0065 U+0301 -> U+00E9\n"},
        /* the second change stays out of the first */
        {"one  two and three  four", "one two and three four",
         "  - one <U+0020>two and three  four\n  + one two and three four\n    U+0020 SPACE -> "
         "nothing\n"},
        /* nothing that steers a terminal gets through */
        {"\x1B[31mred", "red",
         "  - <U+001B>[31mred\n  + red\n    U+001B U+005B U+0033 U+0031 U+006D -> nothing\n"},
        {"a\x01\xE2\x80\xAE", "\x01\xE2\x80\xAE",
         "  - a<U+0001><U+202E>\n  + <U+0001><U+202E>\n    U+0061 LATIN SMALL LETTER A -> "
         "nothing\n"},
        /* joiners are spelling, where they did not change */
        {"\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1  x", "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1 x",
         "  - \xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1 <U+0020>x\n  + "
         "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xB1 x\n"},
    };
    count_change(KEY_CONTROL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct explain *explain = explain_new(1);
        see(explain, KEY_CONTROL, rows[i].before, rows[i].after);
        char *text = told(explain, NULL);
        assert_non_null(strstr(text, "\ncontrol: 1,234 lines in 56 documents changed"));
        if (!strstr(text, rows[i].want)) fail_msg("row %zu: got\n%s", i, text);
        free(text);
        explain_free(explain);
    }
}

static void test_long_lines(void **state) {
    (void)state;
    struct sg_buf before = {0}, after = {0};
    for (int i = 0; i < 5000; i++) sg_buf_puts(&before, "0123456789");
    sg_buf_put(&after, before.data, before.len);
    before.data[25000] = 'X'; /* at a multiple of ten: a 0 stood there */
    sg_buf_str(&before);
    sg_buf_str(&after);
    struct explain *explain = explain_new(3);
    count_change(KEY_C1);
    see(explain, KEY_C1, before.data, after.data);
    char *text = told(explain, "sangam-normalize");
    assert_string_equal(
        text,
        "{\"documents\":56,\"level\":\"pass\",\"lines\":1234,\"pass\":\"c1\",\"program\":\"sangam-"
        "normalize\"}\n"
        "{\"added\":[\"U+0030\"],\"after\":\"6789012345678901234567890123456789012345678901234\","
        "\"before\":\"678901234567890123456789X123456789012345678901234\",\"column\":25000,"
        "\"level\":\"sample\",\"pass\":\"c1\",\"program\":\"sangam-normalize\",\"removed\":[\"U+"
        "0058\"]}\n");
    free(text);
    /* everything another: the part is cut too */
    explain_free(explain);
    explain = explain_new(3);
    memset(after.data, 'y', after.len);
    see(explain, KEY_C1, before.data, after.data);
    text = told(explain, NULL);
    assert_true(strlen(text) < 1000);
    assert_non_null(strstr(text, "[\xE2\x80\xA6]"));
    free(text);
    explain_free(explain);
    sg_buf_free(&before);
    sg_buf_free(&after);
}

static void test_summary(void **state) {
    (void)state;
    struct sg_buf out = {0};
    memset(totals, 0, sizeof totals);
    explain_summarise(totals, &out);
    sg_buf_str(&out);
    assert_string_equal(out.data, "; 0 changed");
    out.len = 0;
    totals[COUNT_CHANGED] = 1200;
    for (unsigned k = KEY_NFC; k < KEY_NFC + 5; k++) totals[COUNT_PASS_DOCUMENTS + k] = k;
    totals[COUNT_PASS_DOCUMENTS + KEY_NFC] = 1100;
    explain_summarise(totals, &out);
    sg_buf_str(&out);
    char want[128];
    snprintf(want, sizeof want,
             "; 1,200 changed (nfc 1,100, indic %d, presentation %d, ligatures %d, ...)", KEY_INDIC,
             KEY_PRESENTATION, KEY_LIGATURES);
    assert_string_equal(out.data, want);
    sg_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_what_changed),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_summary),
    };
    struct sg_err err = {0};
    if (sg_unicode_init(&err) != SG_OK) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
