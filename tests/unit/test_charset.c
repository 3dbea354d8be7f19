#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "charset.h"
#include "charset_label.h"
#include "dice.h"
#include "text/utf8.h"

/* Bytes as other tools write them (Python's codecs made them), what they say, the hints, and the
 * choice that must come. */
struct row {
    const char *bytes;
    size_t len;
    const char *text, *declared, *language, *domain, *name, *source;
};

/* clang-format off */
static const struct row rows[] = {
    {"A strictly valid text: \xe0""\xa4""\xa8""\xe0""\xa4""\xae""\xe0""\xa4""\xb8""\xe0"
     "\xa5""\x8d""\xe0""\xa4""\xa4""\xe0""\xa5""\x87"" \xe0""\xa4""\xa6""\xe0""\xa5""\x81"
     "\xe0""\xa4""\xa8""\xe0""\xa4""\xbf""\xe0""\xa4""\xaf""\xe0""\xa4""\xbe", 60,
     "A strictly valid text: नमस्ते दुनिया", "", "", "",
     "utf-8", "utf8"},
    {"plain ascii", 11,
     "plain ascii", "windows-1251", "", "",
     "utf-8", "utf8"},
    {"\xd1""\xfa""\xe5""\xf8""\xfc"" \xe5""\xf9""\xb8"" \xfd""\xf2""\xe8""\xf5"" \xec"
     "\xff""\xe3""\xea""\xe8""\xf5"" \xf4""\xf0""\xe0""\xed""\xf6""\xf3""\xe7""\xf1""\xea"
     "\xe8""\xf5"" \xe1""\xf3""\xeb""\xee""\xea"", \xe4""\xe0"" \xe2""\xfb""\xef""\xe5"
     "\xe9"" \xf7""\xe0""\xfe"". \xd8""\xe8""\xf0""\xee""\xea""\xe0""\xff"" \xfd""\xeb"
     "\xe5""\xea""\xf2""\xf0""\xe8""\xf4""\xe8""\xea""\xe0""\xf6""\xe8""\xff"" \xfe""\xe6"
     "\xed""\xfb""\xf5"" \xe3""\xf3""\xe1""\xe5""\xf0""\xed""\xe8""\xe9"" \xe4""\xe0"
     "\xf1""\xf2"" \xec""\xee""\xf9""\xed""\xfb""\xe9"" \xf2""\xee""\xeb""\xf7""\xee"
     "\xea"" \xef""\xee""\xe4""\xfa""\xb8""\xec""\xf3"" \xf1""\xe5""\xeb""\xfc""\xf1"
     "\xea""\xee""\xe3""\xee"" \xf5""\xee""\xe7""\xff""\xe9""\xf1""\xf2""\xe2""\xe0"".", 140,
     "Съешь ещё этих мягких французских булок, да "
     "выпей чаю. Широкая электрификация южных "
     "губерний даст мощный толчок подъёму "
     "сельского хозяйства.",
     "", "", "",
     "windows-1251", "detect"},
    {"\xf3""\xdf""\xc5""\xdb""\xd8"" \xc5""\xdd""\xa3"" \xdc""\xd4""\xc9""\xc8"" \xcd"
     "\xd1""\xc7""\xcb""\xc9""\xc8"" \xc6""\xd2""\xc1""\xce""\xc3""\xd5""\xda""\xd3""\xcb"
     "\xc9""\xc8"" \xc2""\xd5""\xcc""\xcf""\xcb"", \xc4""\xc1"" \xd7""\xd9""\xd0""\xc5"
     "\xca"" \xde""\xc1""\xc0"". \xfb""\xc9""\xd2""\xcf""\xcb""\xc1""\xd1"" \xdc""\xcc"
     "\xc5""\xcb""\xd4""\xd2""\xc9""\xc6""\xc9""\xcb""\xc1""\xc3""\xc9""\xd1"" \xc0""\xd6"
     "\xce""\xd9""\xc8"" \xc7""\xd5""\xc2""\xc5""\xd2""\xce""\xc9""\xca"" \xc4""\xc1"
     "\xd3""\xd4"" \xcd""\xcf""\xdd""\xce""\xd9""\xca"" \xd4""\xcf""\xcc""\xde""\xcf"
     "\xcb"" \xd0""\xcf""\xc4""\xdf""\xa3""\xcd""\xd5"" \xd3""\xc5""\xcc""\xd8""\xd3"
     "\xcb""\xcf""\xc7""\xcf"" \xc8""\xcf""\xda""\xd1""\xca""\xd3""\xd4""\xd7""\xc1"".", 140,
     "Съешь ещё этих мягких французских булок, да "
     "выпей чаю. Широкая электрификация южных "
     "губерний даст мощный толчок подъёму "
     "сельского хозяйства.",
     "", "", "",
     "koi8-r", "detect"},
    {"\x91""\xea""\xa5""\xe8""\xec"" \xa5""\xe9""\xf1"" \xed""\xe2""\xa8""\xe5"" \xac"
     "\xef""\xa3""\xaa""\xa8""\xe5"" \xe4""\xe0""\xa0""\xad""\xe6""\xe3""\xa7""\xe1""\xaa"
     "\xa8""\xe5"" \xa1""\xe3""\xab""\xae""\xaa"", \xa4""\xa0"" \xa2""\xeb""\xaf""\xa5"
     "\xa9"" \xe7""\xa0""\xee"". \x98""\xa8""\xe0""\xae""\xaa""\xa0""\xef"" \xed""\xab"
     "\xa5""\xaa""\xe2""\xe0""\xa8""\xe4""\xa8""\xaa""\xa0""\xe6""\xa8""\xef"" \xee""\xa6"
     "\xad""\xeb""\xe5"" \xa3""\xe3""\xa1""\xa5""\xe0""\xad""\xa8""\xa9"" \xa4""\xa0"
     "\xe1""\xe2"" \xac""\xae""\xe9""\xad""\xeb""\xa9"" \xe2""\xae""\xab""\xe7""\xae"
     "\xaa"" \xaf""\xae""\xa4""\xea""\xf1""\xac""\xe3"" \xe1""\xa5""\xab""\xec""\xe1"
     "\xaa""\xae""\xa3""\xae"" \xe5""\xae""\xa7""\xef""\xa9""\xe1""\xe2""\xa2""\xa0"".", 140,
     "Съешь ещё этих мягких французских булок, да "
     "выпей чаю. Широкая электрификация южных "
     "губерний даст мощный толчок подъёму "
     "сельского хозяйства.",
     "", "", "",
     "ibm866", "detect"},
    {"\xb7""\xd6""\xc1""\xcb"" \xa6"" \xad""\xc1""\xd7""\xc1"" \xd6""\xc9""\xcc""\xc9"" "
     "\xd3""\xcf""\xc2""\xa6"" \xd7"" \xcc""\xa6""\xd3""\xa6"", \xc4""\xc5"" \xd2""\xcf"
     "\xd3""\xcc""\xc9"" \xa7""\xa7"" \xd5""\xcc""\xc0""\xc2""\xcc""\xc5""\xce""\xa6"" "
     "\xd1""\xc7""\xcf""\xc4""\xc9"". \xfd""\xcf""\xc4""\xce""\xd1"" \xd7""\xa6""\xce"" "
     "\xda""\xc2""\xc9""\xd2""\xc1""\xd7"" \xa7""\xc8"" \xa6"" \xce""\xa6""\xd3"" \xc4"
     "\xcf""\xc4""\xcf""\xcd""\xd5"", \xc1"" \xd7""\xcf""\xce""\xc1"" \xd3""\xd0""\xa6"
     "\xd7""\xc1""\xcc""\xc1"" \xca""\xcf""\xcd""\xd5"" \xd0""\xa6""\xd3""\xce""\xa6"".", 118,
     "Їжак і ґава жили собі в лісі, де росли її "
     "улюблені ягоди. Щодня він збирав їх і ніс "
     "додому, а вона співала йому пісні.",
     "", "", "",
     "koi8-u", "detect"},
    {"\xaf""\xe6""\xe0""\xea"" \xb3"" \xb4""\xe0""\xe2""\xe0"" \xe6""\xe8""\xeb""\xe8"" "
     "\xf1""\xee""\xe1""\xb3"" \xe2"" \xeb""\xb3""\xf1""\xb3", 28,
     "Їжак і ґава жили собі в лісі", "", "", "ua",
     "windows-1251", "hint"},
    {"Za\xbf""\xf3""\xb3""\xe6"" g\xea""\x9c""l\xb9"" ja\x9f""\xf1"", a potem \x9f""le "
     "\x9c""piewaj o \xb3""\xf3""dce", 46,
     "Zażółć gęślą jaźń, a potem źle śpiewaj o łódce", "", "", "",
     "windows-1250", "detect"},
    {"P\xf8""\xed""li\xb9"" \xbe""lu\xbb""ou\xe8""k\xfd"" k\xf9""\xf2"" \xfa""p\xec""l "
     "\xef""\xe1""belsk\xe9"" \xf3""dy", 38,
     "Příliš žluťoučký kůň úpěl ďábelské ódy", "", "", "",
     "iso-8859-2", "detect"},
    {"Falsches \x9a""ben von Xylophonmusik qu\x84""lt jeden gr\x94""\xe1""eren Zwerg. Gr"
     "\x94""\xe1""e, Stra\xe1""e, sch\x94""n, f\x81""r", 85,
     "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. Größe, "
     "Straße, schön, für",
     "", "", "",
     "ibm850", "detect"},
    {"Falsches \x86""ben von Xylophonmusik qu\x8a""lt jeden gr\x9a""\xa7""eren Zwerg. Gr"
     "\x9a""\xa7""e, Stra\xa7""e, sch\x9a""n, f\x9f""r", 85,
     "Falsches Üben von Xylophonmusik quält jeden größeren Zwerg. Größe, "
     "Straße, schön, für",
     "", "", "",
     "macintosh", "detect"},
    {"\xc1""linkdama fechtuotojo \xf0""paga sublyk\xe8""iojusi pragr\xe6""\xfe""\xeb"" apva"
     "l\xf8"" arb\xfb""z\xe0", 64,
     "Įlinkdama fechtuotojo špaga sublykčiojusi pragręžė apvalų arbūzą", "", "lit", "",
     "windows-1257", "hint"},
    {"\xca""\xc7""\xd1""\xca""\xb4""\xd5""\xa4""\xc3""\xd1""\xba"" \xbc""\xc1""\xaa""\xd7"
     "\xe8""\xcd""\xca""\xc1""\xaa""\xd2""\xc2"" \xcd""\xc2""\xd9""\xe8""\xb7""\xd5""\xe8"
     "\xa1""\xc3""\xd8""\xa7""\xe0""\xb7""\xbe""\xc1""\xcb""\xd2""\xb9""\xa4""\xc3"" \xc7"
     "\xd1""\xb9""\xb9""\xd5""\xe9""\xcd""\xd2""\xa1""\xd2""\xc8""\xb4""\xd5""\xc1""\xd2"
     "\xa1", 60,
     "สวัสดีครับ ผมชื่อสมชาย "
     "อยู่ที่กรุงเทพมหานคร "
     "วันนี้อากาศดีมาก",
     "", "", "",
     "windows-874", "detect"},
    {"\xca""\xc7""\xd1""\xca""\xb4""\xd5""\xa4""\xc3""\xd1""\xba", 10,
     "สวัสดีครับ", "", "", "th",
     "windows-874", "hint"},
    {"\x8c""\xe1""\x94""y\x82""\xcd""\x94""L\x82""\xc5""\x82""\xa0""\x82""\xe9""\x81""B"
     "\x96""\xbc""\x91""O\x82""\xcd""\x82""\xdc""\x82""\xbe""\x96""\xb3""\x82""\xa2""\x81"
     "B\x82""\xc7""\x82""\xb1""\x82""\xc5""\x90""\xb6""\x82""\xea""\x82""\xbd""\x82""\xa9"
     "\x82""\xc6""\x82""\xf1""\x82""\xc6""\x8c""\xa9""\x93""\x96""\x82""\xaa""\x82""\xc2"
     "\x82""\xa9""\x82""\xca""\x81""B\x89""\xbd""\x82""\xc5""\x82""\xe0""\x94""\x96""\x88"
     "\xc3""\x82""\xa2""\x82""\xb6""\x82""\xdf""\x82""\xb6""\x82""\xdf""\x82""\xb5""\x82"
     "\xbd""\x8f""\x8a""\x82""\xc5""\x83""j\x83""\x83""\x81""[\x83""j\x83""\x83""\x81""["
     "\x8b""\x83""\x82""\xa2""\x82""\xc4""\x82""\xa2""\x82""\xbd""\x8e""\x96""\x82""\xbe"
     "\x82""\xaf""\x82""\xcd""\x8b""L\x89""\xaf""\x82""\xb5""\x82""\xc4""\x82""\xa2""\x82"
     "\xe9""\x81""B", 138,
     "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。",
     "", "", "",
     "shift_jis", "detect"},
    {"\x1b""$B8cGZ$OG-$G$\x22""$k!#L>A0$O$^$@L5$$!#\x1b""(B", 38,
     "吾輩は猫である。名前はまだ無い。", "", "", "",
     "iso-2022-jp", "detect"},
    {"\xce""\xd2""\xb5""\xc4""\xc3""\xfb""\xd7""\xd6""\xbd""\xd0""\xd0""\xa1""\xc3""\xf7"
     "\xa3""\xac""\xce""\xd2""\xd7""\xa1""\xd4""\xda""\xb1""\xb1""\xbe""\xa9""\xa3""\xac"
     "\xbd""\xf1""\xcc""\xec""\xcc""\xec""\xc6""\xf8""\xba""\xdc""\xba""\xc3""\xa3""\xac"
     "\xce""\xd2""\xc3""\xc7""\xd2""\xbb""\xc6""\xf0""\xc8""\xa5""\xb9""\xab""\xd4""\xb0"
     "\xcd""\xe6""\xb0""\xc9""\xa1""\xa3""\xd1""\xa7""\xd0""\xa3""\xc0""\xef""\xd3""\xd0"
     "\xba""\xdc""\xb6""\xe0""\xcd""\xac""\xd1""\xa7""\xa1""\xa3", 80,
     "我的名字叫小明，我住在北京，今天天气很好，我们一起去公园玩吧。学校里有很多同学。",
     "", "", "",
     "gb18030", "detect"},
    {"I don\x92""t know \x93""why\x94"" it is so", 27,
     "I don’t know “why” it is so", "", "", "",
     "windows-1252", "detect"},
    {"\xff""\xfe""*\x09"">\x09"" \x09"" \x00""9\x09""\x3f""\x09""(\x09""M\x09""&\x09""@\x09", 22,
     "पाठ हिन्दी", "", "", "",
     "utf-16le", "bom"},
    {"\x00""w\x00""i\x00""d\x00""e\x00"" \x00""w\x00""o\x00""r\x00""d\x00""s\x00"",\x00"" "
     "\x00""n\x00""o\x00"" \x00""m\x00""a\x00""r\x00""k", 38,
     "wide words, no mark", "", "", "",
     "utf-16be", "detect"},
    {"Ti\xea""\xec""ng Vi\xea""\xf2""t", 12,
     "Tiếng Việt", "windows-1258", "", "",
     "windows-1258", "declared"},
    {"Gr\xf6""\xdf""e", 5,
     "Größe", "utf-7", "", "",
     "windows-1252", "detect"},
    {"Gr\xf6""\xdf""e", 5,
     "Größe", "ISO-8859-1", "", "",
     "windows-1252", "declared"},
    {"\xd0""\x9f""\xd1""\x80""\xd0""\xb8""\xd0""\xb2""\xd0""\xb5""\xd1""\x82", 12,
     "Привет", "windows-1251", "", "",
     "utf-8", "utf8"},
};
/* clang-format on */

static void every_row(void **state) {
    (void)state;
    struct charset *charset = charset_new();
    for (int round = 0; round < 2;
         round++) /* the second time with converters that are open already */
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            const struct row *row = &rows[i];
            struct charset_hints hints = {row->declared, row->language, row->domain};
            struct charset_answer got;
            charset_decode(charset, row->bytes, row->len, &hints, &got);
            if (strcmp(got.name, row->name) != 0 || strcmp(got.source, row->source) != 0)
                fail_msg("'%s': %s by %s, not %s by %s", row->text, got.name, got.source, row->name,
                         row->source);
            assert_int_equal(got.len, strlen(row->text));
            assert_memory_equal(got.text, row->text, got.len);
            assert_int_equal(got.errors, 0);
            assert_true(got.score >= 0 && got.score <= 1);
        }
    charset_free(charset);
}

static void errors_are_counted(void **state) {
    (void)state;
    struct charset *charset = charset_new();
    struct charset_hints none = {"", "", ""};
    struct charset_answer got;
    struct sg_buf text = {0};
    for (int i = 0; i < 100; i++) sg_buf_puts(&text, "\u0928\u092e");
    sg_buf_puts(&text, "\xff\xe0\xa4");
    charset_decode(charset, text.data, text.len, &none, &got);
    assert_string_equal(got.source, "mixed");
    assert_int_equal(got.errors, 2);
    assert_memory_equal(got.text + 600, "\ufffd\ufffd", 6);

    charset_decode(charset, "\xff\xfeh\0i", 5, &none, &got); /* an odd byte behind UTF-16 */
    assert_string_equal(got.name, "utf-16le");
    assert_int_equal(got.errors, 1);
    charset_decode(charset, "\xef\xbb\xbfok\xff", 6, &none, &got);
    assert_string_equal(got.source, "bom");
    assert_int_equal(got.errors, 1);
    assert_memory_equal(got.text, "ok\ufffd", got.len);

    /* Single bytes that nothing explains: windows-1252, and nothing is lost. */
    charset_decode(charset, "\x81 \x8d \x9d", 5, &none, &got);
    assert_string_equal(got.name, "windows-1252");
    assert_string_equal(got.source, "fallback");
    charset_decode(charset, "", 0, &none, &got);
    assert_string_equal(got.source, "utf8");
    assert_int_equal(got.len, 0);
    sg_buf_free(&text);
    charset_free(charset);
}

/* A declaration that does not fit is not believed: more than 1 error in 1,000 bytes. */
static void a_wrong_declaration(void **state) {
    (void)state;
    struct charset *charset = charset_new();
    struct charset_hints hints = {"shift_jis", "", ""};
    struct charset_answer got;
    static const char german[] = "Gr\xf6\xdf"
                                 "e und M\xe4"
                                 "dchen f\xfcr stra\xdf"
                                 "en";
    charset_decode(charset, german, sizeof german - 1, &hints, &got);
    assert_string_equal(got.name, "windows-1252");
    assert_string_not_equal(got.source, "declared");
    charset_free(charset);
}

static void labels(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"Latin1", "windows-1252"},    {" UTF8 ", "utf-8"},          {"gb2312", "gb18030"},
        {"TIS-620", "windows-874"},    {"ks_c_5601-1987", "euc-kr"}, {"SJIS", "shift_jis"},
        {"iso-8859-9", "windows-1254"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_true(charset_known(pairs[i][0]));
        assert_string_equal(charset_label_find(pairs[i][0])->name, pairs[i][1]);
    }
    static const char *const refused[] = {"utf-7", "x-user-defined", "", "klingon", "replacement"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_false(charset_known(refused[i]));
}

/* Any bytes: valid UTF-8 comes out, the same each time. */
static void any_bytes(void **state) {
    (void)state;
    struct charset *charset = charset_new(), *other = charset_new();
    uint64_t state_of_dice = 1;
    static const char *const declared[] = {"",          "utf-8",      "big5",         "iso-2022-kr",
                                           "iscii-dev", "hz-gb-2312", "windows-1258", "utf-16"};
    for (int i = 0; i < 3000; i++) {
        char bytes[120];
        size_t len = dice_below(&state_of_dice, sizeof bytes);
        int mask = i % 3 == 0 ? 0xff : i % 3 == 1 ? 0x7f : 0xbf;
        for (size_t k = 0; k < len; k++)
            bytes[k] = (char)(dice_below(&state_of_dice, 256) & (unsigned)mask);
        struct charset_hints hints = {declared[i % 8], i % 5 ? "" : "tha", i % 7 ? "" : "in"};
        struct charset_answer got, again;
        charset_decode(charset, bytes, len, &hints, &got);
        assert_int_equal(sg_utf8_valid(got.text, got.len), got.len);
        charset_decode(other, bytes, len, &hints, &again);
        assert_string_equal(got.name, again.name);
        assert_int_equal(got.len, again.len);
        if (got.len) assert_memory_equal(got.text, again.text, got.len);
    }
    charset_free(charset);
    charset_free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row),           cmocka_unit_test(errors_are_counted),
        cmocka_unit_test(a_wrong_declaration), cmocka_unit_test(labels),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
