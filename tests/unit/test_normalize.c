/* normalize: the specification's examples, UCD's NormalizationTest, and what must hold for any text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "normalize.h"
#include "text/unicode.h"
#include "text/utf8.h"

static void put(struct sg_buf *out, uint32_t c) {
    out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
}

/* "0041 0301" -> UTF-8 */
static void from_hex(const char *hex, struct sg_buf *out) {
    out->len = 0;
    for (char *end; *hex; hex = end) {
        unsigned long c = strtoul(hex, &end, 16);
        if (end == hex) break;
        put(out, (uint32_t)c);
    }
}

static void expect(const struct normalize *n, struct normalize_scratch *scratch,
                   const struct sg_buf *in, const struct sg_buf *want, const char *what) {
    struct normalize_answer answer;
    normalize_document(n, scratch, in->data ? in->data : "", in->len, &answer);
    if (answer.len != want->len ||
        memcmp(answer.text, want->data ? want->data : "", want->len) != 0)
        fail_msg("%s: got '%.*s', want '%.*s'", what, (int)answer.len, answer.text, (int)want->len,
                 want->data);
    assert_int_equal(answer.changed,
                     in->len != want->len || memcmp(in->data, want->data, in->len) != 0);
}

static struct normalize *make(const char *profile) {
    struct sg_err err = {0};
    struct normalize *n = NULL;
    assert_int_equal(sg_unicode_init(&err), SG_OK);
    assert_int_equal(normalize_init(&n, profile, &err), SG_OK);
    return n;
}

static void test_examples(void **state) {
    (void)state;
    struct normalize *web = make("web"), *conservative = make("conservative");
    struct normalize_scratch scratch = {0};
    struct sg_buf in = {0}, want = {0};
    FILE *file = fopen("tests/golden/normalize_examples.tsv", "r");
    assert_non_null(file);
    char line[1024], *cells[5];
    int rows = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') continue;
        line[strcspn(line, "\n")] = 0;
        char *rest = line;
        for (int i = 0; i < 5; i++) cells[i] = strsep(&rest, "\t");
        assert_non_null(cells[4]);
        from_hex(cells[3], &in);
        from_hex(cells[4], &want);
        expect(cells[2][0] == 'c' ? conservative : web, &scratch, &in, &want, cells[0]);
        expect(cells[2][0] == 'c' ? conservative : web, &scratch, &want, &want, cells[0]);
        rows++;
    }
    fclose(file);
    assert_true(rows >= 50);
    sg_buf_free(&in);
    sg_buf_free(&want);
    normalize_scratch_free(&scratch);
    normalize_free(web);
    normalize_free(conservative);
}

static void expect_text(const struct normalize *n, const char *in, const char *want) {
    struct normalize_scratch scratch = {0};
    struct sg_buf a = {(char *)(uintptr_t)in, strlen(in), strlen(in)},
                  b = {(char *)(uintptr_t)want, strlen(want), strlen(want)};
    expect(n, &scratch, &a, &b, in);
    normalize_scratch_free(&scratch);
}

static void test_lines_and_blanks(void **state) {
    (void)state;
    struct normalize *web = make("web"), *conservative = make("conservative");
    expect_text(web, "", "");
    expect_text(web, "\n\n", "");
    expect_text(web, "a\n\nb", "a\n\nb");
    expect_text(web, "a\n\n\n\nb\n", "a\n\nb");
    expect_text(web, "a\n \n\t\n\nb", "a\n\nb");
    expect_text(web, "a\r\r\nb", "a\n\nb");
    expect_text(web, "a\r", "a");
    expect_text(web, "  code\n\tmore  \n  x  y", "  code\n\tmore\n  x y");
    expect_text(web, "a \xC2\xA0 b", "a b");
    expect_text(web, "12345678  12345678", "12345678 12345678");
    expect_text(web, "1234567  12345678", "1234567 12345678");
    expect_text(web, "123456789012345 ", "123456789012345");
    expect_text(conservative, "a  b ", "a  b ");
    expect_text(conservative,
                "a\xC2\xA0"
                "b",
                "a\xC2\xA0"
                "b");
    normalize_free(web);
    normalize_free(conservative);
}

static void test_settings(void **state) {
    (void)state;
    struct sg_err err = {0};
    struct normalize *n = make("web");
    assert_int_equal(normalize_set(n, "whitespace", "off", &err), SG_OK);
    expect_text(n, "a  b", "a  b");
    assert_int_equal(normalize_only(n, "nfc", &err), SG_OK);
    expect_text(n, "e\xCC\x81\r\n\n\n\n", "\xC3\xA9\r\n\n\n\n");
    assert_int_equal(normalize_only(n, "nfc,zalgo", &err), SG_USAGE);
    assert_non_null(strstr(err.text, "no pass 'zalgo'"));
    sg_err_clear(&err);
    assert_int_equal(normalize_set(n, "nfc", "maybe", &err), SG_USAGE);
    normalize_free(n);
    sg_err_clear(&err);
    assert_int_equal(normalize_init(&n, "strong", &err), SG_USAGE);
    normalize_free(n);
}

static void test_counts(void **state) {
    (void)state;
    struct normalize *web = make("web");
    struct normalize_scratch scratch = {0};
    struct normalize_answer answer;
    const char *text = "a\nb  c\n\xEF\xBF\xBD \xEE\x80\x80\nd\x01\n\n\n\ne";
    normalize_document(web, &scratch, text, strlen(text), &answer);
    assert_int_equal(answer.fffd, 1);
    assert_int_equal(answer.pua, 1);
    assert_int_equal(answer.lines_changed, 2 + 2);
    assert_int_equal(answer.passes, NORMALIZE_WHITESPACE | NORMALIZE_CONTROL | NORMALIZE_BLANK);
    normalize_scratch_free(&scratch);
    normalize_free(web);
}

static uint64_t next_random(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Idempotent, NFC, no code point that a pass removes, and each line for itself. */
static void test_properties(void **state) {
    (void)state;
    static const uint32_t pool[] = {
        'a',    'b',     'e',     ' ',     ' ',     ' ',     '\n',    '\n',   '\r',   '\t',
        0,      1,       0x0B,    0x0C,    0x1F,    0x7F,    0x85,    0xA0,   0xC5,   0x300,
        0x301,  0x323,   0x327,   0x30A,   0x345,   0x5D0,   0x5B4,   0x5B7,  0x627,  0x653,
        0x654,  0x915,   0x928,   0x93C,   0x94D,   0x958,   0x9C7,   0x9BE,  0xBC6,  0xBBE,
        0xBD7,  0xDD9,   0xDCF,   0xDCA,   0x1100,  0x1161,  0x11A8,  0xAC00, 0x1680, 0x1820,
        0x180B, 0x2000,  0x2003,  0x200B,  0x2028,  0x2029,  0x202F,  0x206A, 0x212B, 0x2126,
        0x3000, 0x304B,  0x3099,  0xF900,  0xFA19,  0xFB1D,  0xFEFF,  0xFFF9, 0xFFFD, 0xFDD0,
        0xFFFE, 0x1D15E, 0x1D165, 0x110B9, 0x110BA, 0x1FFFE, 0x2F800, 0xE000, 0xF0000};
    struct normalize *web = make("web");
    struct normalize_scratch scratch = {0};
    struct sg_buf in = {0}, once = {0}, nfc = {0};
    uint64_t seed = 7;
    long rounds = getenv("SANGAM_SOAK") ? 1000000 : 100000;
    for (long i = 0; i < rounds; i++) {
        struct normalize_answer answer;
        size_t len = next_random(&seed) % 24;
        in.len = once.len = nfc.len = 0;
        for (size_t k = 0; k < len; k++)
            put(&in, pool[next_random(&seed) % (sizeof pool / sizeof *pool)]);
        normalize_document(web, &scratch, in.data ? in.data : "", in.len, &answer);
        sg_buf_put(&once, answer.text, answer.len);
        sg_unicode_nfc(once.data ? once.data : "", once.len, &nfc);
        assert_int_equal(nfc.len, once.len);
        if (nfc.len) assert_memory_equal(nfc.data, once.data, nfc.len);
        for (const char *p = once.data, *end = p + once.len; p < end;) {
            uint32_t c = sg_utf8_next(&p);
            assert_false(c < 0x20 && c != '\n' && c != '\t');
            assert_false(c == 0x7F || c == 0xFEFF || c == 0x2028 || c == 0xA0 || c == 0x3000 ||
                         (c & 0xFFFE) == 0xFFFE);
        }
        normalize_document(web, &scratch, once.data ? once.data : "", once.len, &answer);
        assert_false(answer.changed);
    }
    sg_buf_free(&in);
    sg_buf_free(&once);
    sg_buf_free(&nfc);
    normalize_scratch_free(&scratch);
    normalize_free(web);
}

/* Column 2 of NormalizationTest.txt is the NFC of columns 1, 2 and 3, column 4 of 4 and 5. */
static void test_unicode_data(void **state) {
    (void)state;
    FILE *file = popen("bzcat /usr/share/unicode/NormalizationTest.txt.bz2 2>/dev/null || cat "
                       "/usr/share/unicode/NormalizationTest.txt",
                       "r");
    int first = file ? getc(file) : EOF;
    if (first == EOF) {
        if (file) pclose(file);
        print_message("skipped: no NormalizationTest.txt (Debian package unicode-data)\n");
        skip();
    }
    ungetc(first, file);
    struct sg_err err = {0};
    struct normalize *n = make("web");
    assert_int_equal(normalize_only(n, "nfc", &err), SG_OK);
    struct normalize_scratch scratch = {0};
    struct sg_buf in = {0}, want = {0};
    static const int nfc_of[5] = {1, 1, 1, 3, 3};
    char line[4096], *cells[5];
    long rows = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || line[0] == '@') continue;
        char *rest = line;
        for (int i = 0; i < 5; i++) cells[i] = strsep(&rest, ";");
        assert_non_null(cells[4]);
        for (int i = 0; i < 5; i++) {
            from_hex(cells[i], &in);
            from_hex(cells[nfc_of[i]], &want);
            expect(n, &scratch, &in, &want, cells[i]);
        }
        rows++;
    }
    pclose(file);
    assert_true(rows > 18000);
    sg_buf_free(&in);
    sg_buf_free(&want);
    normalize_scratch_free(&scratch);
    normalize_free(n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),   cmocka_unit_test(test_lines_and_blanks),
        cmocka_unit_test(test_settings),   cmocka_unit_test(test_counts),
        cmocka_unit_test(test_properties), cmocka_unit_test(test_unicode_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
