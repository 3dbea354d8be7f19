/* Presets: the published values, a source and the differences of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dedup_options.h"
#include "presets.h"
#include "text/unicode.h"

static struct dedup_parameters of(const char *preset, const char *more) {
    struct dedup_parameters parameters;
    struct sg_err err = {0};
    char *line = sg_printf_dup("--preset %s %s", preset, more);
    assert_int_equal(dedup_test_parameters(line, &parameters, &err), SG_OK);
    free(line);
    return parameters;
}

static void values_are_the_published_ones(void **state) {
    (void)state;
    static const struct {
        const char *name;
        unsigned mode, unit, ngram, profile, bands, rows, verify;
        double threshold;
    } published[] = {
        {"sangam", DEDUP_NEAR, DEDUP_UNIT_WINDOW, 10, DEDUP_SHINGLE, 21, 6, DEDUP_AUTO, 0.75},
        {"fineweb", DEDUP_NEAR, DEDUP_UNIT_WORD, 5, DEDUP_FINEWEB, 14, 8, DEDUP_NONE, 0.75},
        {"fineweb2", DEDUP_NEAR, DEDUP_UNIT_WORD, 5, DEDUP_FINEWEB, 14, 8, DEDUP_NONE, 0.75},
        {"nemo", DEDUP_NEAR, DEDUP_UNIT_CHAR, 24, DEDUP_RAW, 20, 13, DEDUP_NONE, 0.8},
        {"nemotron-cc", DEDUP_NEAR, DEDUP_UNIT_CHAR, 24, DEDUP_RAW, 20, 13, DEDUP_NONE, 0.8},
        {"slimpajama", DEDUP_NEAR, DEDUP_UNIT_CHAR, 13, DEDUP_SLIMPAJAMA, 9, 13, DEDUP_NONE, 0.8},
        {"txt360", DEDUP_NEAR, DEDUP_UNIT_CHAR, 13, DEDUP_SLIMPAJAMA, 9, 13, DEDUP_NONE, 0.8},
        {"rpv2-0.7", DEDUP_NEAR, DEDUP_UNIT_SPACE, 13, DEDUP_RPV2, 14, 9, DEDUP_NONE, 0.7},
        {"rpv2-0.8", DEDUP_NEAR, DEDUP_UNIT_SPACE, 13, DEDUP_RPV2, 9, 13, DEDUP_NONE, 0.8},
        {"rpv2-0.9", DEDUP_NEAR, DEDUP_UNIT_SPACE, 13, DEDUP_RPV2, 5, 25, DEDUP_NONE, 0.9},
        {"rpv2-1.0", DEDUP_NEAR, DEDUP_UNIT_SPACE, 13, DEDUP_RPV2, 1, 128, DEDUP_NONE, 1},
        {"lee2022", DEDUP_NEAR, DEDUP_UNIT_SPACE, 5, DEDUP_RAW, 450, 20, DEDUP_TEXT, 0.8},
        {"duplodocus", DEDUP_NEAR, DEDUP_UNIT_WORD, 5, DEDUP_SLIMPAJAMA, 20, 5, DEDUP_NONE, 0.8},
        {"dclm-bff", DEDUP_PARA, DEDUP_UNIT_WORD, 13, DEDUP_RAW, 21, 6, DEDUP_AUTO, 0.8},
        {"dolma-para", DEDUP_LINE, DEDUP_UNIT_WINDOW, 10, DEDUP_RAW, 21, 6, DEDUP_AUTO, 0.75},
        {"ccnet", DEDUP_LINE, DEDUP_UNIT_WINDOW, 10, DEDUP_CCNET, 21, 6, DEDUP_AUTO, 0.75},
        {"sentence3", DEDUP_LINE, DEDUP_UNIT_WINDOW, 10, DEDUP_FINEWEB, 21, 6, DEDUP_AUTO, 0.75},
    };
    assert_int_equal(dedup_preset_count, sizeof published / sizeof *published);
    for (size_t i = 0; i < dedup_preset_count; i++) {
        struct dedup_parameters p = of(published[i].name, "");
        assert_string_equal(dedup_presets[p.preset].name, published[i].name);
        assert_int_equal(p.mode, published[i].mode);
        assert_int_equal(p.unit, published[i].unit);
        assert_int_equal(p.ngram, published[i].ngram);
        assert_int_equal(p.profile, published[i].profile);
        assert_int_equal(p.bands, published[i].bands);
        assert_int_equal(p.rows, published[i].rows);
        assert_int_equal(p.verify, published[i].verify);
        assert_true(p.threshold == published[i].threshold);
        assert_int_equal(p.scope, strcmp(published[i].name, "fineweb2") == 0);
        assert_int_equal(p.sketch, 0); /* recipes quote the formula of kperm32 */
    }
}

/* "a|b" of the option and the rows are one list, and no row names what is no parameter. */
static void rows_are_sound(void **state) {
    (void)state;
    struct sg_buf names = {0};
    for (size_t i = 0; i < dedup_preset_count; i++) {
        const struct dedup_preset *row = &dedup_presets[i];
        sg_buf_printf(&names, "%s%s", i ? "|" : "", row->name);
        assert_true(strlen(row->source) > 5);
        struct dedup_parameters p = of(row->name, "");
        char *values = sg_strdup(row->values), *rest = values, *word;
        struct sg_buf json = {0};
        dedup_parameters_json(&p, &json);
        sg_buf_str(&json);
        while ((word = strsep(&rest, " "))) { /* "bands=14" -> "bands":14 or "bands":"14" */
            char *equals = strchr(word, '=');
            assert_non_null(equals);
            *equals = 0;
            char *plain = sg_printf_dup("\"%s\":%s", word, equals + 1),
                 *text = sg_printf_dup("\"%s\":\"%s\"", word, equals + 1);
            assert_true(strstr(json.data, plain) || strstr(json.data, text));
            free(plain);
            free(text);
        }
        free(values);
        sg_buf_free(&json);
    }
    sg_buf_str(&names);
    assert_string_equal(names.data, DEDUP_PRESETS);
    sg_buf_free(&names);
}

static char *differences(struct dedup_parameters p) {
    struct sg_buf out = {0};
    dedup_parameters_differences(&p, &out);
    return sg_buf_take(&out);
}

static void differences_are_told(void **state) {
    (void)state;
    char *none = differences(of("sangam", ""));
    assert_string_equal(none, "");
    free(none);
    char *changed = differences(of("sangam", "--bands 14 --verify none --ngram 12 --threshold 0.8"));
    assert_string_equal(changed,
                        "\"bands: 14 instead of 21\",\"ngram: 12 instead of 10\",\"threshold: 0.8 instead of 0.75\","
                        "\"verify: none instead of auto\"");
    free(changed);
    for (size_t i = 1; i < dedup_preset_count; i++) {
        char *own = differences(of(dedup_presets[i].name, ""));
        assert_true(strlen(own) > 50);
        assert_null(strstr(own, ": 0 instead of")); /* no parameter of the row itself */
        char *more = differences(of(dedup_presets[i].name, "--rows 7 --seed 3"));
        char *expected = sg_printf_dup("%s,\"rows: 7 instead of ", own);
        assert_int_equal(strncmp(more, expected, strlen(expected)), 0);
        free(own);
        free(more);
        free(expected);
    }
}

int main(void) {
    struct sg_err err = {0};
    if (sg_unicode_init(&err) != SG_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_the_published_ones),
        cmocka_unit_test(rows_are_sound),
        cmocka_unit_test(differences_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
