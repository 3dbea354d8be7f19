/* Key text, tokens and windows: known examples in many scripts, and naive twins on random texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dice.h"
#include "keytext.h"
#include "shingle.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* "word|weight word|weight ..." of a text. */
static void expect_tokens(const char *text, const char *expected) {
    struct sg_buf nfc = {0}, out = {0};
    struct dedup_tokens tokens = {0};
    const char *p = text;
    size_t len = strlen(text), word;
    unsigned weight;
    dedup_keytext_nfc(&p, &len, &nfc);
    dedup_tokens_start(&tokens, p, len);
    while ((weight = dedup_tokens_next(&tokens, &word)))
        sg_buf_printf(&out, "%s%.*s|%u", out.len ? " " : "", (int)word, tokens.word.data, weight);
    sg_buf_str(&out);
    assert_string_equal(out.data, expected);
    dedup_tokens_free(&tokens);
    sg_buf_free(&nfc);
    sg_buf_free(&out);
}

static void tokens_of_many_scripts(void **state) {
    (void)state;
    expect_tokens("", "");
    expect_tokens(" .,;!?-- ", "");
    expect_tokens("The quick-brown FOX, 42!", "the|2 quick|2 brown|2 fox|2 42|2");
    expect_tokens("Straße 12", "straße|2 12|2");
    expect_tokens("STRAẞE", "straße|2"); /* U+1E9E folds simply */
    expect_tokens("ΑΣ Ας ας", "ασ|2 ασ|2 ασ|2");
    expect_tokens("ПРИВЕТ мир", "привет|2 мир|2");
    expect_tokens("दिल्ली में १२ लोग।", "दिल्ली|2 में|2 12|2 लोग|2");
    expect_tokens("தமிழ்நாடு, சென்னை ௧௨", "தமிழ்நாடு|2 சென்னை|2 12|2");
    expect_tokens("ไป น่ะ", "ไ|1 ป|1 น่|1 ะ|1");
    expect_tokens("ភាសាខ្មែរ", "ភា|1 សា|1 ខ្|1 មែ|1 រ|1");
    expect_tokens("中文OK123", "中|1 文|1 ok123|2");
    expect_tokens("カード、ｶｰﾄﾞ", "カ|1 ー|1 ド|1 ｶ|1 ｰ|1 ﾄ|1 ﾞ|1");
    expect_tokens("བོད་ཡིག", "བོད|2 ཡིག|2");
    expect_tokens("한국어 글", "한국어|2 글|2");
    expect_tokens("𑀓𑀸 𐐀", "𑀓𑀸|2 𐐨|2"); /* four bytes: Brahmi; Deseret, which has case */
}

static void ignorable_and_dropped_signs(void **state) {
    (void)state;
    expect_tokens("क्\u200dष न\u200c", "क्ष|2 न|2");             /* ZWJ, ZWNJ */
    expect_tokens("co\u00adop\u200b a\u2060b", "coop|2 ab|2"); /* soft hyphen, word joiner, ZWSP */
    expect_tokens("مـــحَمَّد", "محمد|2");                        /* tatweel, harakat */
    expect_tokens("שָׁלוֹם", "שלום|2");                           /* points */
    expect_tokens("l\u2019eau ②½", "l|2 eau|2 ②½|2");
    expect_tokens("٣٫١٤ ۳ ３", "3|2 14|2 3|2 3|2");
    expect_tokens("\u0301a", "\u0301a|2"); /* a mark without a base begins a word */
}

static uint64_t one_window(const char *text) {
    struct dedup_shingles shingles = {0};
    struct sg_buf nfc = {0};
    uint64_t out[64];
    size_t len = strlen(text);
    dedup_keytext_nfc(&text, &len, &nfc);
    dedup_shingles_start(&shingles, text, len);
    assert_int_equal(dedup_shingles_next(&shingles, out, 64), 1);
    dedup_shingles_free(&shingles);
    sg_buf_free(&nfc);
    return out[0];
}

/* What the usual key text makes equal (marks dropped, numbers masked) must stay apart here. */
static void marks_and_numbers_make_other_words(void **state) {
    (void)state;
    const char *pairs[][2] = {
        {"यह कल की बात है", "यह कुल की बात है"},
        {"यह कुल की बात है", "यह कूल की बात है"},
        {"ma ma ma ma ma", "ma má ma ma ma"},
        {"tôi ăn bánh mì nóng", "tôi ăn bánh mí nóng"},
        {"ปากกาของฉันหายไปไหน", "ป่ากกาของฉันหายไปไหน"},
        {"version 1 of the text", "version 2 of the text"},
        {"సమయం కల ఇది మా ఇల్లు", "సమయం కుల ఇది మా ఇల్లు"},
        {"मूल्य १२ रुपये है अब", "मूल्य १३ रुपये है अब"},
        {"ಮನೆ ಕಡೆ ಹೋಗು ಈಗ ನೀನು", "ಮನೆ ಕಾಡೆ ಹೋಗು ಈಗ ನೀನು"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct dedup_shingles shingles = {0};
        struct sg_buf a = {0}, b = {0};
        size_t x = dedup_shingles_set(&shingles, pairs[i][0], strlen(pairs[i][0]), &a);
        size_t y = dedup_shingles_set(&shingles, pairs[i][1], strlen(pairs[i][1]), &b);
        assert_true(x > 0 && y > 0);
        assert_true(x != y || memcmp(a.data, b.data, a.len) != 0);
        dedup_shingles_free(&shingles);
        sg_buf_free(&a);
        sg_buf_free(&b);
    }
}

static void same_words_in_other_dress(void **state) {
    (void)state;
    assert_int_equal(one_window("The Price Is 12 rupees"),
                     one_window("the price: is \"१२\" RUPEES!"));
    assert_int_equal(one_window("caf\u00e9 a b c d"), one_window("cafe\u0301 a b c d"));
    assert_int_equal(one_window("\u09cb x y z q"), one_window("\u09c7\u09be x y z q"));
    assert_int_not_equal(one_window("a b c d e"), one_window("b a c d e"));
    assert_int_not_equal(one_window("ab c d e f"), one_window("a bc d e f"));
    assert_int_not_equal(one_window("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b c d e"),
                         one_window("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab b c d e"));
}

/* ---- windows by their definition ---- */

struct naive {
    uint64_t hash[4096];
    unsigned weight[4096];
    size_t count;
};

static size_t naive_windows(const char *nfc, size_t len, uint64_t *out) {
    static struct naive all;
    struct dedup_tokens tokens = {0};
    size_t word, n = 0;
    unsigned weight;
    all.count = 0;
    dedup_tokens_start(&tokens, nfc, len);
    while ((weight = dedup_tokens_next(&tokens, &word))) {
        all.hash[all.count] = dedup_token_hash(tokens.word.data, word);
        all.weight[all.count++] = weight;
    }
    dedup_tokens_free(&tokens);
    for (size_t i = 0; i < all.count; i++) {
        uint64_t h = 0;
        unsigned sum = 0;
        size_t j = i;
        for (; j < all.count && sum < 10; j++) {
            h = h * 0x9FB21C651E98DF25u + all.hash[j];
            sum += all.weight[j];
        }
        if (sum < 10) break;
        h ^= h >> 32;
        h *= 0xD6E8FEB86659FD93u;
        h ^= h >> 32;
        h *= 0xD6E8FEB86659FD93u;
        out[n++] = h ^ h >> 32;
    }
    return n;
}

static const char *const pieces[] = {"a",
                                     "B",
                                     "word ",
                                     " ",
                                     "longer than sixteen bytes no",
                                     "abcdefghijklmnopqrstuvwxyz0123456789",
                                     "中",
                                     "文。",
                                     "ไ",
                                     "น่",
                                     "क",
                                     "ि",
                                     "् ",
                                     "\u0301",
                                     "é",
                                     "e\u0301",
                                     "১",
                                     "0",
                                     "\u200d",
                                     "한",
                                     "\n\n",
                                     "\u00a0",
                                     "\u3000",
                                     "ß",
                                     "İ",
                                     "ᄒ",
                                     "ᅡ",
                                     "ᆫ",
                                     "\u09c7",
                                     "\u09be",
                                     "ड",
                                     "\u093c",
                                     "\u0fb2",
                                     "\u0f71",
                                     "𝒜",
                                     "\u2028",
                                     "\t",
                                     "\xC2\x85"};

static void random_text(uint64_t *seed, size_t count, struct sg_buf *out) {
    out->len = 0;
    for (size_t i = 0; i < count; i++)
        sg_buf_puts(out, pieces[dice_below(seed, sizeof pieces / sizeof *pieces)]);
    sg_buf_str(out);
}

static void windows_equal_their_definition(void **state) {
    (void)state;
    uint64_t seed = 42;
    struct sg_buf text = {0}, nfc = {0};
    struct dedup_shingles shingles = {0};
    static uint64_t expected[4096], got[4096];
    for (int round = 0; round < 3000; round++) {
        random_text(&seed, dice_below(&seed, 120), &text);
        const char *p = text.data;
        size_t len = text.len, n = 0, more, room = 16 + dice_below(&seed, 40);
        dedup_keytext_nfc(&p, &len, &nfc);
        size_t count = naive_windows(p, len, expected);
        dedup_shingles_start(&shingles, p, len);
        while ((more = dedup_shingles_next(&shingles, got + n, room))) n += more;
        assert_int_equal(n, count);
        assert_memory_equal(got, expected, n * sizeof *got);
    }
    dedup_shingles_free(&shingles);
    sg_buf_free(&text);
    sg_buf_free(&nfc);
}

static void window_counts(void **state) {
    (void)state;
    struct dedup_shingles shingles = {0};
    struct sg_buf set = {0}, text = {0};
    assert_int_equal(dedup_shingles_set(&shingles, "a b c d", 7, &set), 0);
    assert_int_equal(dedup_shingles_set(&shingles, "a b c d e", 9, &set), 1);
    assert_int_equal(dedup_shingles_set(&shingles, "a b c d e a b c d e", 19, &set),
                     5); /* six windows, two are equal */
    set.len = 0;
    const char *nine = "一二三四五六七八九", *ten = "一二三四五六七八九十";
    assert_int_equal(dedup_shingles_set(&shingles, nine, strlen(nine), &set), 0);
    assert_int_equal(dedup_shingles_set(&shingles, ten, strlen(ten), &set), 1);
    for (int i = 0; i < 100000; i++) sg_buf_puts(&text, "x"); /* one very long word */
    sg_buf_puts(&text, " b c d e");
    set.len = 0;
    assert_int_equal(dedup_shingles_set(&shingles, text.data, text.len, &set), 1);
    dedup_shingles_free(&shingles);
    sg_buf_free(&set);
    sg_buf_free(&text);
}

/* The quick check may only spare work: what it lets pass is what ICU would give. */
static void nfc_equals_icu(void **state) {
    (void)state;
    uint64_t seed = 7;
    struct sg_buf text = {0}, ours = {0}, theirs = {0};
    for (int round = 0; round < 20000; round++) {
        text.len = 0;
        for (uint64_t n = dice_below(&seed, 12); n--;) {
            char bytes[4];
            static const uint32_t bases[] = {
                'e',     0xE9,   0x300,  0x323,  0x921, 0x93C,  0x928,  0x94D,  0x9C7,   0x9BE,
                0xBC6,   0xBBE,  0xDD9,  0xDCA,  0xDCF, 0x1100, 0x1161, 0x11A8, 0xAC00,  0xAC01,
                0x1025,  0x102E, 0xC46,  0xC56,  0x340, 0x374,  0x212B, 0xFB1D, 0x11131, 0x11127,
                0x1D15E, 0x2126, 0x3099, 0x304B, 0x5B0, 0x5BC,  0xE48,  0xEB8};
            uint32_t c = dice_below(&seed, 4)
                             ? bases[dice_below(&seed, sizeof bases / sizeof *bases)]
                             : (uint32_t)(0x20 + dice_below(&seed, 0x2FFE0));
            if (c >= 0xD800 && c < 0xE000) c = 'x';
            sg_buf_put(&text, bytes, sg_utf8_encode(c, bytes));
        }
        const char *p = text.data;
        size_t len = text.len;
        dedup_keytext_nfc(&p, &len, &ours);
        theirs.len = 0;
        sg_unicode_nfc(text.data, text.len, &theirs);
        assert_int_equal(len, theirs.len);
        if (len) assert_memory_equal(p, theirs.data, len);
        /* Tokens notice by themselves what the check notices. */
        struct dedup_tokens tokens = {0};
        size_t word;
        dedup_tokens_start(&tokens, text.data, text.len);
        while (dedup_tokens_next(&tokens, &word)) {
        }
        assert_int_equal(tokens.not_nfc, text.len && p != text.data);
        dedup_tokens_free(&tokens);
    }
    /* Nukta where nothing composes is common in Hindi and needs no second look. */
    const char *hindi = "लड\u093cका पढ\u093cता है";
    const char *p = hindi;
    size_t len = strlen(hindi);
    dedup_keytext_nfc(&p, &len, &ours);
    assert_ptr_equal(p, hindi);
    sg_buf_free(&text);
    sg_buf_free(&ours);
    sg_buf_free(&theirs);
}

/* ---- the light key ---- */

static bool is_space(uint32_t c) {
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static struct sg_hash128 naive_light(const char *text, size_t len) {
    struct sg_buf out = {0};
    const char *p = text, *end = text + len;
    bool space = false;
    while (p < end) {
        const char *from = p;
        if (is_space(sg_utf8_next(&p))) {
            space = true;
            continue;
        }
        if (space && out.len) sg_buf_putc(&out, ' ');
        space = false;
        sg_buf_put(&out, from, (size_t)(p - from));
    }
    struct sg_hash128 hash = sg_hash128(out.data, out.len, 5);
    sg_buf_free(&out);
    return hash;
}

static void light_key_collapses_white_space(void **state) {
    (void)state;
    uint64_t seed = 99;
    struct sg_buf text = {0}, scratch = {0};
    static const char *const spaces[] = {" ",      "  ",     "\n",     "\r\n",     "\u00a0",
                                         "\u3000", "\u2003", "\u2028", "\xC2\x85", "\t",
                                         "\u1680", "\u205f", "\u202f"};
    for (int round = 0; round < 30000; round++) {
        text.len = 0;
        for (uint64_t n = dice_below(&seed, 30); n--;) {
            if (dice_below(&seed, 3) == 0)
                sg_buf_puts(&text, spaces[dice_below(&seed, sizeof spaces / sizeof *spaces)]);
            else if (dice_below(&seed, 2))
                sg_buf_puts(&text, "plain words");
            else
                sg_buf_puts(&text, pieces[dice_below(&seed, sizeof pieces / sizeof *pieces)]);
        }
        /* an exact allocation: reading past the end is seen by the sanitizer */
        char *exact = sg_alloc(text.len);
        if (text.len) memcpy(exact, text.data, text.len);
        struct sg_hash128 ours = dedup_keytext_light(exact, text.len, 5, &scratch),
                          naive = naive_light(exact, text.len);
        assert_int_equal(sg_hash_compare(ours, naive), 0);
        struct dedup_shingles shingles = {0};
        struct sg_buf set = {0};
        dedup_shingles_set(&shingles, exact, text.len, &set);
        dedup_shingles_free(&shingles);
        sg_buf_free(&set);
        free(exact);
    }
    sg_buf_free(&text);
    sg_buf_free(&scratch);
}

/* ---- key texts of profiles ---- */

static void expect_key(enum dedup_profile profile, const char *text, const char *expected) {
    struct sg_buf scratch = {0}, out = {0};
    sg_buf_puts(&out, "before"); /* it appends */
    dedup_key_text(profile, text, strlen(text), &scratch, &out);
    sg_buf_str(&out);
    assert_string_equal(out.data + 6, expected);
    sg_buf_free(&scratch);
    sg_buf_free(&out);
}

static void key_texts_of_profiles(void **state) {
    (void)state;
    static const char *const texts[] = {"  \u00c1rbol:\t3.14\u2009\u20ac\n", "\u0926\u093f\u0932 \u0967\u0968\u0964",
                                        "a\u2014b. C\u2026 x1y22", "\u0130I\u1e9e \u039f\u03a3", ""};
    static const char *const expected[][5] = {
        [DEDUP_SHINGLE] = {"\u00e1rbol 3 14", "\u0926\u093f\u0932 12", "a b c x1y22", "\u0130i\u00df \u03bf\u03c3", ""},
        [DEDUP_FINEWEB] = {"arbol 0 \u20ac", "\u0926\u093f\u0932 0\u0964", "a b c x0y0", "ii\u00df \u03bf\u03c3", ""},
        [DEDUP_CCNET] = {"\u00e1rbol:0.00\u2009\u20ac", "\u0926\u093f\u0932 00\u0964", "ab. c x0y00",
                         "i\u0307i\u00df \u03bf\u03c3", ""},
        [DEDUP_SLIMPAJAMA] = {"\u00e1rbol 314 \u20ac", "\u0926\u093f\u0932 \u0967\u0968\u0964", "a\u2014b c\u2026 x1y22",
                              "i\u0307i\u00df \u03bf\u03c3", ""},
        [DEDUP_RPV2] = {"a\u0301rbol 314 \u20ac", "\u0926\u093f\u0932 \u0967\u0968\u0964", "a\u2014b c\u2026 x1y22",
                        "i\u0307i\u00df \u03bf\u03c3", ""},
    };
    for (int profile = DEDUP_SHINGLE; profile < DEDUP_RAW; profile++)
        for (int i = 0; i < 5; i++) expect_key((enum dedup_profile)profile, texts[i], expected[profile][i]);
    for (int i = 0; i < 5; i++) expect_key(DEDUP_RAW, texts[i], texts[i]);
    /* numbers of datatrove, in any script, with one separator; a mark at an end leaves no space behind */
    expect_key(DEDUP_FINEWEB, "1,234.5 1.2.3 \u0663\u066b\u0661\u0664 7. \u0301", "0 0 0 0 0 0");
    /* cc_net deletes no ASCII punctuation, and strips before it deletes */
    expect_key(DEDUP_CCNET, " \u3000a, b! \u3002 ", "a, b! ");
    expect_key(DEDUP_CCNET, "A\x01\x7f\xC2\x85 B\u200d", "a b\u200d");
}

/* What Hindi, Vietnamese and Thai lose when marks are dropped: the default keeps apart what the recipe makes equal. */
static void only_the_recipe_drops_marks(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"\u0915\u0941\u0932", "\u0915\u0932"}, {"ma\u0301", "ma"},
                                           {"b\u1ea1n", "ban"},           {"\u0e01\u0e48\u0e32", "\u0e01\u0e32"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sg_buf scratch = {0}, a = {0}, b = {0};
        for (int profile = 0; profile <= DEDUP_RAW; profile++) {
            a.len = b.len = 0;
            dedup_key_text((enum dedup_profile)profile, pairs[i][0], strlen(pairs[i][0]), &scratch, &a);
            dedup_key_text((enum dedup_profile)profile, pairs[i][1], strlen(pairs[i][1]), &scratch, &b);
            bool equal = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
            assert_int_equal(equal, profile == DEDUP_FINEWEB);
        }
        sg_buf_free(&scratch);
        sg_buf_free(&a);
        sg_buf_free(&b);
    }
}

/* ---- units ---- */

/* The tokens of the streaming scanner are the words of the key text it stands for. */
static void words_of_the_key_text_are_the_tokens(void **state) {
    (void)state;
    uint64_t seed = 31;
    struct sg_buf text = {0}, nfc = {0}, scratch = {0}, key = {0};
    struct dedup_tokens tokens = {0};
    struct dedup_shingle_units units = {0};
    static uint64_t hash[4096], other[4096];
    static uint8_t weight[4096], second[4096];
    for (int round = 0; round < 3000; round++) {
        random_text(&seed, dice_below(&seed, 100), &text);
        const char *p = text.data;
        size_t len = text.len;
        dedup_keytext_nfc(&p, &len, &nfc);
        dedup_tokens_start(&tokens, p, len);
        size_t n = dedup_tokens_hashes(&tokens, hash, weight, 4096);
        key.len = 0;
        dedup_key_text(DEDUP_SHINGLE, text.data, text.len, &scratch, &key);
        sg_buf_room(&key, 16);
        dedup_shingle_units_start(&units, DEDUP_UNIT_WINDOW, key.data, key.len);
        assert_int_equal(dedup_shingle_units_next(&units, other, second, 4096), n);
        assert_memory_equal(hash, other, n * sizeof *hash);
        assert_memory_equal(weight, second, n);
    }
    dedup_tokens_free(&tokens);
    dedup_shingle_units_free(&units);
    sg_buf_free(&text);
    sg_buf_free(&nfc);
    sg_buf_free(&scratch);
    sg_buf_free(&key);
}

static void expect_units(enum dedup_shingle_unit unit, const char *text, const char *const *tokens, size_t count) {
    struct dedup_shingle_units units = {0};
    struct sg_buf key = {0};
    uint64_t hash[64];
    uint8_t weight[64];
    sg_buf_puts(&key, text);
    sg_buf_room(&key, 16);
    dedup_shingle_units_start(&units, unit, key.data, key.len);
    assert_int_equal(dedup_shingle_units_next(&units, hash, weight, 64), count);
    for (size_t i = 0; i < count; i++) {
        char token[64] = {0};
        strcpy(token, tokens[i]);
        assert_true(hash[i] == dedup_token_hash(token, strlen(token)));
        assert_int_equal(weight[i], 1);
    }
    assert_int_equal(dedup_shingle_units_next(&units, hash, weight, 64), 0);
    dedup_shingle_units_free(&units);
    sg_buf_free(&key);
}

static void units_of_one_text(void **state) {
    (void)state;
    const char *text = "Ab, \u0e44\u0e1b\u3000c\u200dd\u0301!";
    expect_units(DEDUP_UNIT_WORD, text, (const char *const[]){"Ab", "\u0e44", "\u0e1b", "c\u200dd\u0301"}, 4);
    expect_units(DEDUP_UNIT_SPACE, text, (const char *const[]){"Ab,", "\u0e44\u0e1b", "c\u200dd\u0301!"}, 3);
    expect_units(DEDUP_UNIT_CHAR, text,
                 (const char *const[]){"A", "b", ",", " ", "\u0e44", "\u0e1b", "\u3000", "c", "\u200d", "d", "\u0301", "!"}, 12);
    expect_units(DEDUP_UNIT_ICU, text, (const char *const[]){"Ab", "\u0e44\u0e1b", "c\u200dd\u0301"}, 3);
    for (int unit = 0; unit <= DEDUP_UNIT_ICU; unit++) expect_units((enum dedup_shingle_unit)unit, "", NULL, 0);
}

static size_t windows_cut(const char *text, struct dedup_shape cut) {
    struct dedup_shingles shingles = {.shape = cut};
    struct sg_buf set = {0};
    size_t n = dedup_shingles_set(&shingles, text, strlen(text), &set);
    dedup_shingles_free(&shingles);
    sg_buf_free(&set);
    return n;
}

static void ngrams_are_counted(void **state) {
    (void)state;
    const char *text = "one two three four five six seven";
    for (unsigned n = 1; n < 12; n++) {
        size_t expected = n <= 7 ? 8 - n : 0;
        assert_int_equal(windows_cut(text, (struct dedup_shape){.unit = DEDUP_UNIT_WORD, .ngram = n}), expected);
        assert_int_equal(windows_cut(text, (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_WORD, n}), expected);
        assert_int_equal(windows_cut(text, (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_SPACE, n}), expected);
        assert_int_equal(windows_cut(text, (struct dedup_shape){DEDUP_FINEWEB, DEDUP_UNIT_ICU, n}), expected);
        assert_int_equal(windows_cut(text, (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_WINDOW, 2 * n}), expected);
    }
    assert_int_equal(windows_cut("abcdefghijklmnopqrstuvwx", (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_CHAR, 24}), 1);
    assert_int_equal(windows_cut("abcdefghijklmnopqrstuvw", (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_CHAR, 24}), 0);
    struct sg_buf longer = {0};
    for (int i = 0; i < 1000; i++) sg_buf_printf(&longer, "%d ", i);
    sg_buf_str(&longer);
    assert_int_equal(windows_cut(longer.data, (struct dedup_shape){DEDUP_RAW, DEDUP_UNIT_SPACE, 256}), 745);
    sg_buf_free(&longer);
}

int main(void) {
    struct sg_err err = {0};
    if (sg_unicode_init(&err) != SG_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_many_scripts),
        cmocka_unit_test(ignorable_and_dropped_signs),
        cmocka_unit_test(marks_and_numbers_make_other_words),
        cmocka_unit_test(same_words_in_other_dress),
        cmocka_unit_test(windows_equal_their_definition),
        cmocka_unit_test(window_counts),
        cmocka_unit_test(nfc_equals_icu),
        cmocka_unit_test(light_key_collapses_white_space),
        cmocka_unit_test(key_texts_of_profiles),
        cmocka_unit_test(only_the_recipe_drops_marks),
        cmocka_unit_test(words_of_the_key_text_are_the_tokens),
        cmocka_unit_test(units_of_one_text),
        cmocka_unit_test(ngrams_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
