/* Anchors: every repeat of L units has one in common; their density; copies among sightings against brute force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dice.h"
#include "text/graphemes.h"
#include "text/utf8.h"
#include "winnow.h"

/* Code points of one kind of text. */
struct alphabet {
    const char *name;
    uint32_t first, count;
};

static const struct alphabet alphabets[] = {{"two letters", 'a', 2},    {"Latin", 'a', 26},     {"Devanagari", 0x0915, 36},
                                            {"Thai", 0x0E01, 46},       {"Han", 0x4E00, 300},   {"Hiragana", 0x3042, 60},
                                            {"emoji", 0x1F600, 64},     {"one letter", 'x', 1}};
#define ALPHABETS (sizeof alphabets / sizeof *alphabets)

static void put_random(struct sg_buf *text, uint64_t *chance, const struct alphabet *alphabet, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char bytes[4];
        size_t len = sg_utf8_encode(alphabet->first + (uint32_t)dice_below(chance, alphabet->count), bytes);
        sg_buf_put(text, bytes, len);
    }
}

static void put_mixed(struct sg_buf *text, uint64_t *chance, size_t runs) {
    for (size_t i = 0; i < runs; i++)
        put_random(text, chance, &alphabets[dice_below(chance, ALPHABETS)], 1 + dice_below(chance, 40));
}

static size_t anchors_of(const struct dedup_length *length, const struct sg_buf *text, uint64_t seed, struct sg_buf *out) {
    struct dedup_winnow winnow = {0};
    out->len = 0;
    dedup_winnow_text(&winnow, length, text->data, text->len, seed, out);
    dedup_winnow_free(&winnow);
    return out->len / sizeof(struct dedup_anchor);
}

/* Is there an anchor of this key whose reach holds [begin, end)? */
static bool held(const struct dedup_length *length, const struct sg_buf *text, const struct sg_buf *anchors, uint64_t key,
                 const size_t span[2]) {
    const struct dedup_anchor *anchor = (const struct dedup_anchor *)(const void *)anchors->data,
                              *last = anchor + anchors->len / sizeof *anchor;
    for (; anchor < last; anchor++) {
        size_t reach[2];
        if (anchor->key != key) continue;
        dedup_anchor_reach(length, text->data, text->len, anchor->at, reach);
        if (reach[0] <= span[0] && span[1] <= reach[1]) return true;
    }
    return false;
}

static bool share_one(const struct dedup_length *length, const struct sg_buf texts[2], const struct sg_buf anchors[2],
                      size_t spans[2][2]) {
    const struct dedup_anchor *anchor = (const struct dedup_anchor *)(const void *)anchors[0].data,
                              *last = anchor + anchors[0].len / sizeof *anchor;
    for (; anchor < last; anchor++)
        if (held(length, &texts[0], &anchors[0], anchor->key, spans[0]) &&
            held(length, &texts[1], &anchors[1], anchor->key, spans[1]))
            return true;
    return false;
}

/* A stretch of L units or just above it stands in two texts, at different places and with different neighbours. */
static void plant(uint64_t *chance, const struct dedup_length *length, bool mixed, const struct alphabet *alphabet) {
    struct sg_buf stretch = {0}, texts[2] = {{0}}, anchors[2] = {{0}};
    size_t spans[2][2];
    while (dedup_units_count(stretch.data, stretch.len, length->units) < length->units)
        put_random(&stretch, chance, mixed ? &alphabets[dice_below(chance, ALPHABETS)] : alphabet, 1);
    for (int i = 0; i < 2; i++) {
        put_random(&texts[i], chance, alphabet, dice_below(chance, 3 * length->units));
        spans[i][0] = texts[i].len;
        sg_buf_put(&texts[i], stretch.data, stretch.len);
        spans[i][1] = texts[i].len;
        if (mixed)
            put_mixed(&texts[i], chance, 2);
        else
            put_random(&texts[i], chance, alphabet, dice_below(chance, 3 * length->units));
        anchors_of(length, &texts[i], 7, &anchors[i]);
    }
    assert_true(share_one(length, texts, anchors, spans));
    for (int i = 0; i < 2; i++) {
        sg_buf_free(&texts[i]);
        sg_buf_free(&anchors[i]);
    }
    sg_buf_free(&stretch);
}

static void a_repeat_shares_an_anchor(void **state) {
    static const unsigned lengths[] = {DEDUP_LENGTH_LEAST, 21, 33, 100};
    uint64_t chance = 42;
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct dedup_length length;
        dedup_length_init(&length, lengths[i]);
        for (size_t k = 0; k < ALPHABETS; k++)
            for (int n = 0; n < 60; n++) plant(&chance, &length, n % 3 == 2, &alphabets[k]);
    }
}

static void density_is_that_of_theory(void **state) {
    struct dedup_length length;
    uint64_t chance = 1;
    struct sg_buf text = {0}, anchors = {0};
    (void)state;
    dedup_length_init(&length, 100);
    for (size_t i = 1; i < 4; i++) {
        text.len = 0;
        put_random(&text, &chance, &alphabets[i], 200000);
        double density = (double)anchors_of(&length, &text, 0, &anchors) / 200000, theory = 2.0 / (length.window + 1);
        assert_true(density > 0.97 * theory && density < 1.03 * theory);
    }
    text.len = 0;
    put_random(&text, &chance, &alphabets[4], 200000); /* Han: two units each */
    double density = (double)anchors_of(&length, &text, 0, &anchors) / 400000, theory = 2.0 / (length.window + 1);
    assert_true(density > 0.9 * theory && density < 1.1 * theory);
    text.len = 0;
    put_random(&text, &chance, &alphabets[7], 200000); /* one letter: an anchor a window */
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), (200000 - length.units) / length.window + 1);
    sg_buf_free(&text);
    sg_buf_free(&anchors);
}

static void short_texts_and_seeds(void **state) {
    struct dedup_length length;
    uint64_t chance = 3;
    struct sg_buf text = {0}, anchors = {0}, others = {0};
    (void)state;
    dedup_length_init(&length, 100);
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), 0);
    put_random(&text, &chance, &alphabets[1], 99);
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), 0);
    put_random(&text, &chance, &alphabets[1], 1);
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), 1);
    assert_int_equal(anchors_of(&length, &text, 5, &others), 1);
    const struct dedup_anchor *one = (const void *)anchors.data, *other = (const void *)others.data;
    assert_int_equal(one->at, other->at);
    assert_true(one->key != other->key);
    text.len = 0;
    put_random(&text, &chance, &alphabets[4], 49);
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), 0);
    put_random(&text, &chance, &alphabets[4], 1);
    assert_int_equal(anchors_of(&length, &text, 0, &anchors), 1);
    sg_buf_free(&text);
    sg_buf_free(&anchors);
    sg_buf_free(&others);
}

static void units_and_distances(void **state) {
    const char *text = "a漢é、カ😀"; /* 1 + 2 + 1 + 1 + 2 + 1 units; bytes 1 3 2 3 3 4 */
    size_t len = strlen(text);
    (void)state;
    assert_int_equal(dedup_units_count(text, len, 100), 8);
    assert_int_equal(dedup_units_count(text, len, 3), 3);
    assert_int_equal(dedup_units_ahead(text, len, 0, 2), 4);  /* the whole of U+6F22 */
    assert_int_equal(dedup_units_ahead(text, len, 1, 3), 6);
    assert_int_equal(dedup_units_ahead(text, len, 0, 99), len);
    assert_int_equal(dedup_units_back(text, len, 2), 9);
    assert_int_equal(dedup_units_back(text, 4, 1), 1);
    assert_int_equal(dedup_units_back(text, 4, 99), 0);
}

static void expect_boundary(const char *text, size_t at, size_t back, size_t ahead) {
    struct sg_graphemes graphemes = {0};
    struct sg_err err = {0};
    assert_int_equal(sg_graphemes_open(&graphemes, &err), SG_OK);
    assert_int_equal(sg_graphemes_next(&graphemes, text, strlen(text), at, false), back);
    assert_int_equal(sg_graphemes_next(&graphemes, text, strlen(text), at, true), ahead);
    sg_graphemes_close(&graphemes);
}

static void ends_of_graphemes(void **state) {
    (void)state;
    expect_boundary("abc", 1, 1, 1);
    expect_boundary("ae\xCC\x81z", 2, 1, 4);                    /* e + U+0301 */
    expect_boundary("a\r\nb", 2, 1, 3);                         /* CR LF */
    expect_boundary("कि क", 3, 0, 6);                           /* U+0915 U+093F */
    expect_boundary("x👩\xE2\x80\x8D🚀y", 5, 1, 12);             /* U+1F469 ZWJ U+1F680 */
    expect_boundary("🇮🇳🇫🇷", 8, 8, 8);                           /* between two flags */
    expect_boundary("🇮🇳🇫🇷", 4, 0, 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_shares_an_anchor), cmocka_unit_test(density_is_that_of_theory),
        cmocka_unit_test(short_texts_and_seeds),     cmocka_unit_test(units_and_distances),
        cmocka_unit_test(ends_of_graphemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
