/* entities: what is a character reference, what is none, and which documents keep theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dice.h"
#include "entities.h"
#include "entity_table.h"
#include "passes.h"
#include "text/utf8.h"

static void read_utf8(const char *utf8, size_t len, struct line *line) {
    line_decode(line, utf8, len);
}

static void write_utf8(const struct line *line, struct sg_buf *out) {
    out->len = 0;
    line_encode(line, out);
    sg_buf_str(out);
}

struct run {
    struct settings settings;
    uint64_t counts[NORMALIZE_COUNTS];
    struct line in, out;
    struct sg_buf utf8;
};

static void run_init(struct run *run, unsigned char value) {
    struct sg_err err = {0};
    *run = (struct run){0};
    assert_int_equal(settings_init(&run->settings, "web", &err), SG_OK);
    assert_int_equal(run->settings.value[KEY_ENTITIES], ENTITIES_AUTO);
    run->settings.value[KEY_ENTITIES] = value;
}

static void run_free(struct run *run) {
    line_free(&run->in);
    line_free(&run->out);
    sg_buf_free(&run->utf8);
}

/* The line as the pass leaves it; document NULL: the line is all of it. */
static const char *decoded(struct run *run, const char *document, const char *line, size_t len) {
    struct job job = {.settings = &run->settings, .counts = run->counts};
    job.text = document ? document : line;
    job.end = job.text + (document ? strlen(document) : len);
    read_utf8(line, len, &run->in);
    run->out.len = 0;
    bool changed = pass_entities(&job, &run->in, &run->out);
    write_utf8(changed ? &run->out : &run->in, &run->utf8);
    assert_int_equal(changed, len != run->utf8.len || memcmp(line, run->utf8.data, len) != 0);
    return run->utf8.data;
}

static void references_become_characters(void **state) {
    (void)state;
    static const struct {
        const char *in, *expected;
        unsigned count;
    } rows[] = {
        /* the examples of the specification */
        {"caf&eacute; &amp;amp; bar", "café & bar", 3},
        {"می&zwnj;رود", "می\xE2\x80\x8Cرود", 1},
        {"AT&T; x", "AT&T; x", 0},
        {"&#2361;&#2367;", "हि", 2},
        {"&#150;", "–", 1},
        /* names */
        {"&AElig;&aelig;&frac12;&there4;", "Ææ½∴", 4},
        {"&CounterClockwiseContourIntegral;", "∳", 1},  /* the longest */
        {"&NotEqualTilde;", "\xE2\x89\x82\xCC\xB8", 1}, /* two code points: 2242 0338 */
        {"&fjlig;", "fj", 1},
        {"&EACUTE; &Eacute &nbsp &; &&; & a; &e acute;",
         "&EACUTE; &Eacute &nbsp &; &&; & a; &e acute;", 0},
        {"&CounterClockwiseContourIntegralx;", "&CounterClockwiseContourIntegralx;", 0},
        /* numbers */
        {"&#x41;&#X41;&#65;&#0065;", "AAAA", 4},
        {"&#x1F600;", "😀", 1},
        {"&#128;&#x99;&#146;", "€™’", 3},
        {"&#x81;&#141;", "\xC2\x81\xC2\x8D", 2}, /* windows-1252 assigns nothing */
        {"&#xA0;", "\xC2\xA0", 1},
        {"&#0; &#xD800; &#57343; &#x110000; &#99999999999999999999;",
         "\xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD \xEF\xBF\xBD", 5},
        {"&#x10FFFF;", "\xF4\x8F\xBF\xBF", 1},
        {"&#; &#x; &#xG; &#12a; &#-1; &# 65;", "&#; &#x; &#xG; &#12a; &#-1; &# 65;", 0},
        /* one character completes another reference */
        {"&amp;lt;", "<", 2},
        {"&amp;amp;amp;amp;lt;", "<", 5},
        {"&am&#112;;", "&", 2},
        {"&am&#112;;lt;", "<", 3},
        {"&lt&semi;", "<", 2},
        {"&amp;&num;65;", "A", 3},
        {"&am&#112&semi;;", "&", 3},
        {"&amp; amp;", "& amp;", 1},
    };
    struct run run;
    run_init(&run, ON);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t before = run.counts[COUNT_ENTITIES];
        assert_string_equal(decoded(&run, NULL, rows[i].in, strlen(rows[i].in)), rows[i].expected);
        assert_int_equal(run.counts[COUNT_ENTITIES] - before, rows[i].count);
    }
    run_free(&run);
}

static void markup_keeps_its_references(void **state) {
    (void)state;
    static const struct {
        const char *document;
        bool kept;
    } rows[] = {
        {"&lt;", false},    {"&lt;\n1 < 2, a <3", false}, {"&lt;\n<b>", true},
        {"<B\n&lt;", true}, {"&lt;\na</p", true},         {"&lt;\n<!-- x", true},
        {"&lt;\n<", false}, {"&lt;\n<<<i", true},         {"&lt;\n<é <\xE0\xA4\x95", false},
    };
    struct run run;
    run_init(&run, ENTITIES_AUTO);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(decoded(&run, rows[i].document, "&lt;", 4),
                            rows[i].kept ? "&lt;" : "<");
    run.settings.value[KEY_ENTITIES] = ON;
    assert_string_equal(decoded(&run, "<b>", "&lt;", 4), "<");
    run_free(&run);
}

/* Every name is found, by the pass and by the fast path; cut by one letter it is another or none. */
static void every_name_is_found(void **state) {
    (void)state;
    struct run run;
    run_init(&run, ON);
    for (size_t i = 0; i < ENTITIES; i++) {
        const struct entity *entity = &entity_table[i];
        char text[ENTITY_NAME + 3], expected[9] = "";
        int len = snprintf(text, sizeof text, "&%s;", entity->name);
        size_t written = sg_utf8_encode(entity->first, expected);
        if (entity->second) sg_utf8_encode(entity->second, expected + written);
        assert_string_equal(decoded(&run, NULL, text, (size_t)len), expected);
        assert_true(entities_may(text, text + len));
        assert_false(entities_may(text, text + len - 1));
        if (i > 0) assert_true(strcmp(entity_table[i - 1].name, entity->name) < 0);
    }
    assert_int_equal(run.counts[COUNT_ENTITIES], ENTITIES);
    run_free(&run);
}

static bool some_may(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++)
        if (text[i] == '&' && entities_may(text + i, text + len)) return true;
    return false;
}

/* The pass finds its fixpoint in one walk, and works on those lines alone that the fast path stops at. */
static void one_walk_is_enough(void **state) {
    (void)state;
    static const char *const pieces[] = {"&",     "amp",   ";",     "#",     "65",    "x41",
                                         "lt",    "&amp;", "&#38;", "&num;", "&#59;", " ",
                                         "&semi", "112",   "p",     "&#x26", "é",     "9"};
    struct run run;
    uint64_t seed = 3;
    unsigned changed = 0;
    run_init(&run, ON);
    for (int round = 0; round < 200000; round++) {
        char text[128], once[128];
        size_t len = 0;
        text[0] = 0;
        for (uint64_t n = dice_below(&seed, 12); n > 0; n--)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s",
                                    pieces[dice_below(&seed, sizeof pieces / sizeof *pieces)]);
        bool may = some_may(text, len);
        strcpy(once, decoded(&run, NULL, text, len));
        bool did = strcmp(once, text) != 0;
        if (may != did) fail_msg("%s -> %s", text, once);
        changed += did;
        assert_string_equal(decoded(&run, NULL, once, strlen(once)), once);
    }
    assert_true(changed > 20000);
    run_free(&run);
}

static void long_lines_take_linear_time(void **state) {
    (void)state;
    struct run run;
    struct sg_buf text = {0};
    run_init(&run, ON);
    sg_buf_putc(&text, '&');
    for (int i = 0; i < 500000; i++) sg_buf_puts(&text, "amp;");
    assert_string_equal(decoded(&run, NULL, text.data, text.len), "&");
    text.len = 0;
    for (int i = 0; i < 500000; i++) sg_buf_puts(&text, "&aaa");
    sg_buf_putc(&text, ';');
    sg_buf_str(&text);
    assert_string_equal(decoded(&run, NULL, text.data, text.len), text.data);
    sg_buf_free(&text);
    run_free(&run);
}

static void ordinary_ampersands_stay_on_the_fast_path(void **state) {
    (void)state;
    static const char *const texts[] = {"AT&T", "a & b", "Q&A;", "?a=1&b=2;", "R&D",
                                        "&",    "&&",    "&amp", "&#",        "&#x;"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(some_may(texts[i], strlen(texts[i])));
    assert_true(some_may("?a=1&lt;b", 9));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_become_characters),
        cmocka_unit_test(markup_keeps_its_references),
        cmocka_unit_test(every_name_is_found),
        cmocka_unit_test(one_walk_is_enough),
        cmocka_unit_test(long_lines_take_linear_time),
        cmocka_unit_test(ordinary_ampersands_stay_on_the_fast_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
