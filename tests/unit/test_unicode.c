/* Data: Debian's unicode-data package, the same Unicode version as ICU's; without it those tests are skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "text/unicode.h"
#include "text/utf8.h"

#define DATA "/usr/share/unicode/"

static int start(void **state) {
    (void)state;
    struct sg_err err = {0};
    return sg_unicode_init(&err) == SG_OK ? 0 : -1;
}

static void nfc_is(const char *from, size_t len, const char *expected, size_t expected_len) {
    struct sg_buf out = {0};
    sg_buf_putc(&out, '+'); /* it appends */
    sg_unicode_nfc(from, len, &out);
    if (out.len != expected_len + 1 || memcmp(out.data + 1, expected, expected_len) != 0)
        fail_msg("NFC of '%.*s'", (int)len, from);
    sg_buf_free(&out);
}

static void nfc_cases(void **state) {
    (void)state;
    nfc_is("", 0, "", 0);
    nfc_is("plain", 5, "plain", 5);
    nfc_is("e\xCC\x81", 3, "\xC3\xA9", 2);                    /* e + U+0301 */
    nfc_is("\xE0\xA4\xA9", 3, "\xE0\xA4\xA9", 3);             /* U+0929, composed */
    nfc_is("\xE0\xA5\x98", 3, "\xE0\xA4\x95\xE0\xA4\xBC", 6); /* U+0958: never composed */
    nfc_is("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8", 9, "\xEA\xB0\x81", 3); /* Hangul jamo */
    nfc_is("a\0e\xCC\x81", 5, "a\0\xC3\xA9", 4);                          /* NUL is text */
    nfc_is("\xF0\x9D\x85\x9E", 4, "\xF0\x9D\x85\x97\xF0\x9D\x85\xA5",
           8); /* U+1D15E: 4 bytes to 8 */
}

/* Text is taken in pieces; a decomposed letter anywhere must be composed, whatever stands around it. */
static void nfc_across_pieces(void **state) {
    (void)state;
    for (size_t place = (16 << 10) - 8; place < (16 << 10) + 4; place++)
        for (int lf = 0; lf < 3; lf++) {
            struct sg_buf from = {0}, expected = {0};
            for (size_t i = 0; i < place; i++)
                sg_buf_putc(&from, lf && i % 1000 == 999 ? '\n' : 'x');
            if (lf == 2) from.data[place - 1] = '\n';
            sg_buf_put(&expected, from.data, from.len);
            sg_buf_puts(&from, "e\xCC\x81 \xE0\xA4\x95 e\xCC\x81\n");
            sg_buf_puts(&expected, "\xC3\xA9 \xE0\xA4\x95 \xC3\xA9\n");
            for (int i = 0; i < 70000; i++) sg_buf_putc(&from, 'y'), sg_buf_putc(&expected, 'y');
            nfc_is(from.data, from.len, expected.data, expected.len);
            sg_buf_free(&from);
            sg_buf_free(&expected);
        }
}

/* 40,000 marks on one letter: no place to cut, and the canonical order still comes out. */
static void nfc_of_one_long_cluster(void **state) {
    (void)state;
    struct sg_buf from = {0}, expected = {0};
    sg_buf_putc(&from, 'q'), sg_buf_putc(&expected, 'q');
    for (int i = 0; i < 20000; i++) sg_buf_puts(&from, "\xCC\x81\xCC\xA3"); /* above, below */
    for (int i = 0; i < 20000; i++) sg_buf_puts(&expected, "\xCC\xA3");     /* below sorts first */
    for (int i = 0; i < 20000; i++) sg_buf_puts(&expected, "\xCC\x81");
    nfc_is(from.data, from.len, expected.data, expected.len);
    sg_buf_free(&from);
    sg_buf_free(&expected);
}

/* "1E0A 0323" -> UTF-8; stops at ';'. Returns what follows it. */
static const char *field(const char *p, struct sg_buf *out) {
    out->len = 0;
    while (*p && *p != ';') {
        char *end, spelled[4];
        uint32_t c = (uint32_t)strtoul(p, &end, 16);
        sg_buf_put(out, spelled, sg_utf8_encode(c, spelled));
        p = end;
        while (*p == ' ') p++;
    }
    return *p ? p + 1 : p;
}

/* UAX 15 conformance: c2 == NFC(c1) == NFC(c2) == NFC(c3), c4 == NFC(c4) == NFC(c5). */
static void nfc_conformance(void **state) {
    (void)state;
    if (access(DATA "NormalizationTest.txt.bz2", R_OK) != 0 &&
        access(DATA "NormalizationTest.txt", R_OK) != 0)
        skip();
    FILE *file = popen("bzip2 -dcf " DATA "NormalizationTest.txt* ", "r");
    assert_non_null(file);
    char line[4096];
    struct sg_buf c[5] = {{0}};
    size_t cases = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || line[0] == '@') continue;
        const char *p = line;
        for (int i = 0; i < 5; i++) p = field(p, &c[i]);
        for (int i = 0; i < 3; i++) nfc_is(c[i].data, c[i].len, c[1].data, c[1].len);
        for (int i = 3; i < 5; i++) nfc_is(c[i].data, c[i].len, c[3].data, c[3].len);
        cases++;
    }
    assert_int_equal(pclose(file), 0);
    assert_true(cases > 18000);
    for (int i = 0; i < 5; i++) sg_buf_free(&c[i]);
}

static void script_cases(void **state) {
    (void)state;
    assert_string_equal(sg_unicode_script('a'), "Latn");
    assert_string_equal(sg_unicode_script(0x915), "Deva");
    assert_string_equal(sg_unicode_script(0x964), "Zyyy"); /* danda serves many scripts */
    assert_string_equal(sg_unicode_script(0x300), "Zinh");
    assert_string_equal(sg_unicode_script(0x4E00), "Hani");
    assert_string_equal(sg_unicode_script(0x378), "Zzzz");
    assert_string_equal(sg_unicode_script(0x110000), "Zzzz");
    assert_string_equal(sg_unicode_script(UINT32_MAX), "Zzzz");
}

/* Category and simple lower case of every code point that UnicodeData.txt lists. */
static void categories_and_lower_case(void **state) {
    (void)state;
    FILE *file = fopen(DATA "UnicodeData.txt", "r");
    if (!file) skip();
    char line[1000], *fields[15];
    size_t points = 0;
    while (fgets(line, sizeof line, file)) {
        char *rest = line;
        for (int i = 0; i < 15; i++) fields[i] = strsep(&rest, ";\n");
        uint32_t c = (uint32_t)strtoul(fields[0], NULL, 16);
        uint32_t lower = *fields[13] ? (uint32_t)strtoul(fields[13], NULL, 16) : c;
        if (strcmp(sg_unicode_category(c), fields[2]) != 0 || sg_unicode_lower(c) != lower)
            fail_msg("U+%04X", c);
        points++;
    }
    fclose(file);
    assert_true(points > 34000);
    assert_string_equal(sg_unicode_category(0x378), "Cn");
    assert_string_equal(sg_unicode_category(0x110000), "Cn");
}

/* The long names of Scripts.txt against the codes of PropertyValueAliases.txt. */
static void scripts_of_all_code_points(void **state) {
    (void)state;
    FILE *aliases = fopen(DATA "PropertyValueAliases.txt", "r"),
         *scripts = fopen(DATA "Scripts.txt", "r");
    if (!aliases || !scripts) skip();
    static struct { char code[8], name[40]; } script[400];
    size_t count = 0, points = 0;
    char line[1000], name[80];
    while (fgets(line, sizeof line, aliases) && count < 400)
        if (sscanf(line, "sc ; %7s ; %39s", script[count].code, script[count].name) == 2) count++;
    while (fgets(line, sizeof line, scripts)) {
        unsigned from, to;
        if (sscanf(line, "%x..%x ; %79s", &from, &to, name) != 3) {
            if (sscanf(line, "%x ; %79s", &from, name) != 2) continue;
            to = from;
        }
        size_t i = 0;
        while (i < count && strcmp(script[i].name, name) != 0) i++;
        assert_true(i < count);
        for (unsigned c = from; c <= to; c++, points++)
            if (strcmp(sg_unicode_script(c), script[i].code) != 0)
                fail_msg("U+%04X is %s", c, script[i].code);
    }
    assert_true(points > 140000);
    fclose(aliases);
    fclose(scripts);
}

static void versions(void **state) {
    (void)state;
    unsigned major, minor;
    assert_int_equal(sscanf(sg_unicode_version(), "%u.%u", &major, &minor), 2);
    assert_true(major >= 13);
    assert_int_equal(sscanf(sg_unicode_icu_version(), "%u.%u", &major, &minor), 2);
    assert_true(major >= 67);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nfc_cases),
        cmocka_unit_test(nfc_across_pieces),
        cmocka_unit_test(nfc_of_one_long_cluster),
        cmocka_unit_test(nfc_conformance),
        cmocka_unit_test(script_cases),
        cmocka_unit_test(categories_and_lower_case),
        cmocka_unit_test(scripts_of_all_code_points),
        cmocka_unit_test(versions),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
