/* normalize leaves natural text of many languages as it is, to the byte: tests/golden/normalize_clean.tsv. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "normalize.h"
#include "text/unicode.h"

struct table {
    struct normalize *normalize;
    struct normalize_scratch *scratch;
    struct sg_buf all; /* every sentence, a line each */
    char last[16];
    size_t rows, languages;
};

static void open_table(struct table *t, const char *profile) {
    struct settings settings;
    *t = (struct table){0};
    assert_int_equal(sg_unicode_init(NULL), SG_OK);
    assert_int_equal(settings_init(&settings, profile, NULL), SG_OK);
    t->normalize = normalize_new(&settings);
    t->scratch = normalize_scratch_new(NULL);
}

static void close_table(struct table *t) {
    normalize_scratch_free(t->scratch);
    normalize_free(t->normalize);
    sg_buf_free(&t->all);
}

static void expect_untouched(struct table *t, const char *text, size_t len) {
    struct normalize_answer answer;
    normalize_document(t->normalize, t->scratch, text, len, (struct normalize_hint){0}, &answer);
    bool same = answer.len == len && memcmp(answer.text, text, len) == 0;
    if (!same || answer.changed) {
        print_error("- %.*s\n+ %.*s\n", (int)len, text, (int)answer.len, answer.text);
        for (int i = 0; i < NORMALIZE_PASSES; i++)
            if (answer.counts[COUNT_PASS_LINES + i])
                print_error("  by %s\n", normalize_keys[i].name);
    }
    assert_true(same);
    assert_false(answer.changed);
    assert_ptr_equal(answer.text, text); /* and was not even copied */
}

static void each_row(struct table *t) {
    char line[4096];
    FILE *file = fopen("tests/golden/normalize_clean.tsv", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        char *text = strchr(line, '\t');
        if (line[0] == '#') continue;
        assert_non_null(text);
        *text++ = 0;
        size_t len = strcspn(text, "\n");
        expect_untouched(t, text, len);
        if (t->rows++) sg_buf_putc(&t->all, '\n');
        sg_buf_put(&t->all, text, len);
        t->languages += strcmp(t->last, line) != 0;
        snprintf(t->last, sizeof t->last, "%.15s", line);
    }
    fclose(file);
    assert_true(t->rows >= 100);
    assert_true(t->languages >= 36);
}

static void test_web(void **state) {
    (void)state;
    struct table t;
    open_table(&t, "web");
    each_row(&t);
    expect_untouched(&t, t.all.data, t.all.len);
    close_table(&t);
}

static void test_conservative(void **state) {
    (void)state;
    struct table t;
    open_table(&t, "conservative");
    each_row(&t);
    expect_untouched(&t, t.all.data, t.all.len);
    close_table(&t);
}

/* Neighbours decide nothing: each sentence after each other, on one line and on two. */
static void test_neighbours(void **state) {
    (void)state;
    struct table t;
    struct sg_buf pair = {0};
    open_table(&t, "web");
    each_row(&t);
    sg_buf_str(&t.all);
    for (char *a = t.all.data; a;) {
        size_t a_len = strcspn(a, "\n");
        for (const char *b = t.all.data, *next = b; next; b = next) {
            size_t b_len = strcspn(b, "\n");
            for (int gap = 0; gap < 2; gap++) {
                pair.len = 0;
                sg_buf_put(&pair, a, a_len);
                sg_buf_putc(&pair, "\n "[gap]);
                sg_buf_put(&pair, b, b_len);
                expect_untouched(&t, pair.data, pair.len);
            }
            next = b[b_len] ? b + b_len + 1 : NULL;
        }
        a = a[a_len] ? a + a_len + 1 : NULL;
    }
    sg_buf_free(&pair);
    close_table(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_web),
                                       cmocka_unit_test(test_conservative),
                                       cmocka_unit_test(test_neighbours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
