#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "detect.h"

struct head {
    const char *bytes;
    size_t len;
    enum detect_kind kind;
};

#define HEAD(text, kind)                                                                           \
    { text, sizeof(text) - 1, kind }

static void each_head_is_what_it_is(void **state) {
    (void)state;
    static const struct head heads[] = {
        HEAD("", DETECT_EMPTY),
        HEAD("\x1f\x8b\x08\0\0\0\0\0\0\x03", DETECT_PACKED),
        HEAD("\x28\xb5\x2f\xfd\x24", DETECT_PACKED),
        HEAD("\xfd"
             "7zXZ\0\0\4",
             DETECT_PACKED),
        HEAD("BZh91AY&SY..", DETECT_PACKED),
        HEAD("BZh is how this text begins", DETECT_TEXT),
        HEAD("PK\3\4....", DETECT_ZIP),
        HEAD("PK\5\6....", DETECT_ZIP),
        HEAD("7z\xbc\xaf\x27\x1c\0\4", DETECT_7Z),
        HEAD("070701 is a cpio", DETECT_CPIO),
        HEAD("!<arch>\nfile", DETECT_AR),
        HEAD("Rar!\x1a\x07\0", DETECT_ARCHIVE),
        HEAD("WARC/1.0\r\nWARC-Type: warcinfo\r\n", DETECT_WARC),
        HEAD("\r\nWARC/1.1\r\n", DETECT_WARC),
        HEAD("WARC files are web archives.\n", DETECT_TEXT),
        HEAD("filedesc://a.arc 0.0.0.0 20080430204825 text/plain 76\n", DETECT_ARC),
        HEAD("{\"a\":1}\n{\"a\":2}\n", DETECT_JSONL),
        HEAD("\xef\xbb\xbf{\"a\":1}\n", DETECT_JSONL),
        HEAD("{\"text\":\"\xff\xfe\"}\n", DETECT_JSONL),
        HEAD("{bad}\n{\"a\":2}\n", DETECT_JSONL),
        HEAD("{\n  \"a\": 1\n}\n", DETECT_TEXT), /* a pretty-printed JSON document is a text */
        HEAD("{curly} text\n", DETECT_TEXT),
        HEAD("[1,2]\n", DETECT_TEXT),
        HEAD("<!DOCTYPE html>\n<p>", DETECT_HTML),
        HEAD("  <HTML lang=en>", DETECT_HTML),
        HEAD("<?xml version=\"1.0\"?>\n<!-- c --><!DOCTYPE html PUBLIC \"x\">", DETECT_HTML),
        HEAD("<?xml version=\"1.0\"?><rss><channel/></rss>", DETECT_TEXT),
        HEAD("<htmlish>", DETECT_TEXT),
        HEAD("<div align=center>\n# A README\n", DETECT_TEXT),
        HEAD("# text about <html> tags\n", DETECT_TEXT),
        HEAD("%PDF-1.4\n", DETECT_BINARY),
        HEAD("\x89PNG\r\n\x1a\n", DETECT_BINARY),
        HEAD("ab\0cd\0ef\0gh\0\0\0xyz", DETECT_BINARY),
        HEAD("\x01\x02\x03\x04 abc", DETECT_BINARY),
        HEAD("\xff\xfeh\0i\0", DETECT_TEXT),
        HEAD("\x1b$B$3$s\x1b(B\n", DETECT_TEXT),
        HEAD("\xe9t\xe9 latin-1\n", DETECT_TEXT),
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        enum detect_kind got = detect_kind(heads[i].bytes, heads[i].len, true);
        if (got != heads[i].kind)
            fail_msg("head %zu '%s': %d, not %d", i, heads[i].bytes, (int)got, (int)heads[i].kind);
    }
}

static void a_tar_is_told_by_its_checksum(void **state) {
    (void)state;
    char block[512] = "a.txt";
    unsigned sum = 8 * ' ';
    for (int i = 0; i < 5; i++) sum += (unsigned char)block[i];
    block[148] = (char)('0' + (sum >> 9 & 7)), block[149] = (char)('0' + (sum >> 6 & 7));
    block[150] = (char)('0' + (sum >> 3 & 7)), block[151] = (char)('0' + (sum & 7));
    assert_int_equal(detect_kind(block, 512, true), DETECT_TAR);
    block[0]++;
    assert_int_equal(detect_kind(block, 512, true), DETECT_BINARY);
    assert_int_equal(detect_kind(block, 511, true), DETECT_BINARY);
}

static void a_cut_first_line_is_jsonl_when_it_begins_like_one(void **state) {
    (void)state;
    static const char line[] = "{\"text\": \"a line that goes on behind the head";
    assert_int_equal(detect_kind(line, sizeof line - 1, false), DETECT_JSONL);
    assert_int_equal(detect_kind(line, sizeof line - 1, true), DETECT_TEXT);
    assert_int_equal(detect_kind("{ so it goes", 12, false), DETECT_TEXT);
}

/* "text " in each wide form; numbers in 16 bits are no text though their zeros stand as in UTF-16.
 */
static void wide_characters_without_a_mark(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t width, at;
    } forms[] = {{"utf-16le", 2, 0}, {"utf-16be", 2, 1}, {"utf-32le", 4, 0}, {"utf-32be", 4, 3}};
    static const char text[] = "Plain words in wide characters.\n";
    for (size_t f = 0; f < 4; f++) {
        char wide[256] = {0};
        for (size_t i = 0; i < sizeof text - 1; i++)
            wide[i * forms[f].width + forms[f].at] = text[i];
        const char *name = detect_wide(wide, (sizeof text - 1) * forms[f].width);
        assert_non_null(name);
        assert_string_equal(name, forms[f].name);
    }
    char numbers[256] = {0};
    for (size_t i = 0; i < 128; i++) numbers[i * 2] = (char)(i % 32);
    assert_null(detect_wide(numbers, sizeof numbers));
    assert_null(detect_wide("plain ascii", 11));
}

/* Every prefix of every head is judged without reading past it (the sanitizers look). */
static void prefixes(void **state) {
    (void)state;
    static const char all[] =
        "<?xml ?><!-- --><html>{\"a\":\"\\\"\"}\nWARC/1.0\r\nfiledesc://PK\3\4BZh91AY&SY";
    for (size_t from = 0; from < sizeof all; from++)
        for (size_t len = 0; from + len < sizeof all; len++) {
            char *copy = sg_alloc(len);
            memcpy(copy, all + from, len);
            enum detect_kind kind = detect_kind(copy, len, len % 2);
            assert_true(len == 0 ? kind == DETECT_EMPTY : kind != DETECT_EMPTY);
            assert_true(detect_leaf(copy, len) >= DETECT_HTML);
            free(copy);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_head_is_what_it_is),
        cmocka_unit_test(a_tar_is_told_by_its_checksum),
        cmocka_unit_test(a_cut_first_line_is_jsonl_when_it_begins_like_one),
        cmocka_unit_test(wide_characters_without_a_mark),
        cmocka_unit_test(prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
