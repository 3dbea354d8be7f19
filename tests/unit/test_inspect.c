/* inspect: every kernel against the rule written out byte by byte, and what lines of clean text are not asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dice.h"
#include "inspect.h"
#include "normalize.h"
#include "text/unicode.h"

/* The header's words. */
static size_t quiet_by_the_book(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        char before = i ? text[i - 1] : '\n';
        bool gap = before == ' ' || before == '\t' || before == '\n';
        bool quiet = (c >= 0x20 && c <= 0x7E && c != '&' && !(c == ' ' && before == ' ')) ||
                     c == '\t' || (c == '\n' && !gap);
        if (!quiet) return i;
    }
    return len;
}

static void test_kernels(void **state) {
    (void)state;
    char text[200];
    uint64_t seed = 4;
    for (int round = 0; round < 200000; round++) {
        size_t len = dice(&seed) % sizeof text;
        memset(text, 'a', sizeof text);
        for (size_t i = 0; i < len; i++) { /* mostly quiet, so that all lengths occur */
            uint64_t roll = dice(&seed);
            if (roll % 8 == 0) text[i] = " \t\n "[roll >> 8 & 3];
            if (roll % 61 == 0) text[i] = (char)(roll >> 16);
        }
        size_t want = quiet_by_the_book(text, len);
        for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++)
            assert_int_equal(inspect_quiet_at((enum sg_cpu)level)(text, len), want);
    }
}

static void test_every_byte_alone(void **state) {
    (void)state;
    char text[65];
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < sizeof text; at++) {
            memset(text, 'x', sizeof text);
            text[at] = (char)byte;
            size_t want = quiet_by_the_book(text, sizeof text);
            for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++)
                assert_int_equal(inspect_quiet_at((enum sg_cpu)level)(text, sizeof text), want);
        }
}

static const struct flags *web(void) {
    static struct flags flags;
    struct settings settings;
    struct sg_err err = {0};
    if (!flags.cells) {
        assert_int_equal(settings_init(&settings, "web", &err), SG_OK);
        flags_init(&flags, &settings);
    }
    return &flags;
}

static uint64_t seen(const char *line) {
    struct sight sight = {0};
    inspect_line(web(), line, line + strlen(line), &sight);
    return sight.active;
}

static void test_clean_text_asks_for_nothing(void **state) {
    (void)state;
    static const char *const lines[] = {
        "plain words, 8 and more",
        "\tindented",
        "    code",
        "हिन्दी में लिखा हुआ वाक्य, क़लम के साथ।", /* nukta composed by nobody: 0915 093C */
        "മലയാളം ന്യൂസ് അവൻ പറഞ്ഞു",
        "தமிழ் மொழி கோயில்",
        "বাংলা ভাষা র‍্যাব",
        "می‌خواهم کتاب‌ها را",
        "සිංහල ශ්‍රී ලංකා",
        "你好，世界！「引号」",
        "こんにちは、世界。ガギグ",
        "한국어 문장입니다.",
        "ภาษาไทยน้ำ",
        "ភាសា​ខ្មែរ",
        "Tiếng Việt có dấu",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (seen(lines[i]))
            fail_msg("'%s' asks for %llx", lines[i], (unsigned long long)seen(lines[i]));
}

static void test_what_asks(void **state) {
    (void)state;
    assert_int_equal(seen("two  spaces"), FLAG(KEY_WHITESPACE));
    assert_int_equal(seen("at the end "), FLAG(KEY_WHITESPACE));
    assert_int_equal(seen("at the end\t"), FLAG(KEY_WHITESPACE));
    assert_int_equal(seen("no\u00A0break"), FLAG(KEY_WHITESPACE));
    assert_int_equal(seen("e\u0301"), FLAG(KEY_NFC));
    assert_int_equal(seen("x\u0301"), 0);                                  /* nothing to compose */
    assert_int_equal(seen("x\u0301\u0323"), FLAG(KEY_NFC));                /* wrong order */
    assert_int_equal(seen("\u00C5\u0323") & FLAG(KEY_NFC), FLAG(KEY_NFC)); /* goes in between */
    assert_int_equal(seen("\u1112\u1161"), FLAG(KEY_NFC));                 /* Hangul, L + V */
    assert_int_equal(seen("\u1161"), 0);
    assert_int_equal(seen("\u0905\u093E"), FLAG(KEY_INDIC));
    assert_int_equal(seen("\u0915\u093E"), 0);
    assert_int_equal(seen("co\u200Cop"), FLAG(KEY_JOINERS));
    assert_int_equal(seen("\u06CC\u200C "), FLAG(KEY_JOINERS) | FLAG(KEY_WHITESPACE));
    assert_int_equal(seen("\u0645\u06CC\u200C\u200C\u062E"), FLAG(KEY_JOINERS));
    assert_int_equal(seen("a\u0335\u0335\u0335\u0335\u0335\u0335\u0335\u0335"), 0);
    assert_int_equal(seen("a\u0335\u0335\u0335\u0335\u0335\u0335\u0335\u0335\u0335"),
                     FLAG(KEY_MARKS));
}

static void test_counts_have_their_names(void **state) {
    (void)state;
    static const char *const ends[] = {"_documents", "_lines", "_removed", "_added"};
    char want[64];
    for (unsigned part = 0; part < 4; part++)
        for (unsigned k = 0; k < NORMALIZE_PASSES; k++) {
            snprintf(want, sizeof want, "%s%s", normalize_keys[k].name, ends[part]);
            assert_string_equal(
                normalize_count_names[COUNT_PASS_DOCUMENTS + part * NORMALIZE_PASSES + k], want);
        }
    for (unsigned i = 0; i < NORMALIZE_COUNTS; i++) assert_non_null(normalize_count_names[i]);
    assert_null(normalize_count_names[NORMALIZE_COUNTS]);
    assert_string_equal(normalize_count_names[COUNT_ZAWGYI], "zawgyi");
    assert_string_equal(normalize_count_names[COUNT_TOO_LONG], "too_long");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_every_byte_alone),
        cmocka_unit_test(test_clean_text_asks_for_nothing),
        cmocka_unit_test(test_what_asks),
        cmocka_unit_test(test_counts_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
