/* Parameters: what wins, canonical JSON and back, what the fingerprint and the keys cover, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dedup_options.h"
#include "text/unicode.h"

static struct dedup_parameters good(const char *line) {
    struct dedup_parameters parameters;
    struct sg_err err = {0};
    assert_int_equal(dedup_test_parameters(line, &parameters, &err), SG_OK);
    return parameters;
}

static char *json_of(const struct dedup_parameters *parameters) {
    struct sg_buf json = {0};
    dedup_parameters_json(parameters, &json);
    return sg_buf_take(&json);
}

static void expect_refused(const char *line, const char *why) {
    struct dedup_parameters parameters;
    struct sg_err err = {0};
    char text[1024];
    assert_int_equal(dedup_test_parameters(line, &parameters, &err), SG_USAGE);
    assert_non_null(strstr(sg_err_format(&err, text, sizeof text), why));
}

static void defaults_are_golden(void **state) {
    (void)state;
    struct dedup_parameters parameters = good("");
    char *json = json_of(&parameters), hex[SG_HASH_HEX];
    assert_string_equal(
        json, "{\"bands\":21,\"cluster_fields\":false,\"count_by\":\"source\",\"duplicate_ids\":\"stop\","
              "\"exact_key\":\"light\",\"hot\":100000,\"keep\":\"first\",\"keep_components\":false,\"min_chars\":0,"
              "\"min_count\":2,\"min_left\":1,\"min_length\":100,\"min_shingles\":5,\"mode\":\"near\",\"ngram\":10,"
              "\"prefer\":\"len:desc\",\"preset\":\"sangam\",\"profile\":\"shingle\",\"rows\":6,\"scope\":\"corpus\","
              "\"seed\":1,\"sketch\":\"kperm32\",\"spans\":\"cut\",\"threshold\":0.75,"
              "\"unicode\":\"15.0.0\",\"unit\":\"window\",\"verify\":\"auto\"}");
    assert_string_equal(sg_hash_hex(dedup_parameters_fingerprint(&parameters), hex), "d1ebce2e1e03e72929b7c48c58f88556");
    assert_string_equal(sg_hash_hex(dedup_parameters_keys(&parameters), hex), "993bba45ef9239711bf44f22236fee85");
    free(json);
}

static void given_before_preset_before_default(void **state) {
    (void)state;
    struct dedup_parameters p = good("--preset fineweb --bands 20 --seed 9");
    assert_int_equal(p.bands, 20); /* given */
    assert_int_equal(p.seed, 9);
    assert_int_equal(p.rows, 8); /* the preset's */
    assert_int_equal(p.ngram, 5);
    assert_int_equal(p.profile, DEDUP_FINEWEB);
    assert_int_equal(p.verify, DEDUP_NONE);
    assert_int_equal(p.hot, 100000);         /* the option's */
    p = good("--preset fineweb --bands 21"); /* given, and equal to the option's default */
    assert_int_equal(p.bands, 21);
    assert_int_equal(good("").ngram, 10);
    assert_int_equal(good("--unit word").ngram, 5);
    assert_int_equal(good("--unit char").ngram, 24);
    assert_int_equal(good("--unit char --ngram 7").ngram, 7);
    assert_true(good("--keep-components").keep_components);
    assert_false(good("").keep_components);
}

static void json_and_back(void **state) {
    (void)state;
    static const char *const lines[] = {"",
                                        "--mode exact --exact-key raw",
                                        "--preset lee2022",
                                        "--preset fineweb2 --threshold 0.9999999",
                                        "--unit icu --profile fineweb --ngram 256",
                                        "--sketch fss --seed 18446744073709551615 --keep-components",
                                        "--mode line --preset ccnet",
                                        "--bands 9216 --rows 1 --threshold 1",
                                        "--prefer source:\"ranks\\x.tsv\" --duplicate-ids keep",
                                        "--scope language --hot 2 --min-shingles 4294967295 --verify sketch"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct dedup_parameters one = good(lines[i]), two;
        struct sg_err err = {0};
        char *json = json_of(&one);
        assert_int_equal(dedup_parameters_from_json(json, strlen(json), &two, &err), SG_OK);
        char *again = json_of(&two);
        assert_string_equal(json, again);
        assert_memory_equal(&one, &two, sizeof one);
        assert_int_equal(sg_hash_compare(dedup_parameters_fingerprint(&one), sg_hash128(json, strlen(json), 0)), 0);
        struct sg_json checked;
        assert_int_equal(sg_json_check(json, strlen(json), &checked, &err), SG_OK);
        assert_int_equal(strstr(json, "\"icu\"") != NULL, i == 4);
        free(json);
        free(again);
    }
}

/* Every edit of a good JSON is refused. */
static void strange_json_is_refused(void **state) {
    (void)state;
    static const char *const edits[][2] = {
        {"\"bands\":21,", ""},
        {"\"bands\":21", "\"bands\":\"21\""},
        {"\"bands\":21", "\"bands\":0"},
        {"\"bands\":21", "\"bands\":9000"}, /* times 6 rows */
        {"\"bands\":21", "\"bands\":21.0"},
        {"{\"bands\":21,", "{\"aaa\":1,\"bands\":21,"},
        {"\"exact_key\":\"light\",\"hot\":100000", "\"hot\":100000,\"exact_key\":\"light\""},
        {"\"unicode\":\"15.0.0\"", "\"unicode\":\"16.0.0\""},
        {"\"unicode\":\"15.0.0\",", ""},
        {"\"hot\":100000,", "\"hot\":100000,\"icu\":\"72.1\","},
        {"\"unit\":\"window\"", "\"unit\":\"icu\""},
        {"\"unit\":\"window\"", "\"unit\":\"win\""},
        {"\"threshold\":0.75", "\"threshold\":0"},
        {"\"threshold\":0.75", "\"threshold\":0.750"},
        {"\"keep_components\":false", "\"keep_components\":0"},
        {"\"mode\":\"near\"", "\"mode\": \"near\""},
        {"\"preset\":\"sangam\"", "\"preset\":\"of another year\""},
        {"}", ""},
        {"{", "["},
    };
    struct dedup_parameters p = good("");
    char *json = json_of(&p);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct sg_err err = {0};
        const char *at = strstr(json, edits[i][0]);
        assert_non_null(at);
        char *edited = sg_printf_dup("%.*s%s%s", (int)(at - json), json, edits[i][1], at + strlen(edits[i][0]));
        assert_int_equal(dedup_parameters_from_json(edited, strlen(edited), &p, &err), SG_DATA);
        free(edited);
    }
    struct sg_err err = {0};
    assert_int_equal(dedup_parameters_from_json("7", 1, &p, &err), SG_DATA);
    free(json);
}

static bool same_keys(const char *a, const char *b) {
    struct dedup_parameters one = good(a), two = good(b);
    bool all = sg_hash_compare(dedup_parameters_fingerprint(&one), dedup_parameters_fingerprint(&two)) == 0;
    assert_false(all); /* whatever differs is in the fingerprint */
    return sg_hash_compare(dedup_parameters_keys(&one), dedup_parameters_keys(&two)) == 0;
}

static void keys_cover_what_decides_keys(void **state) {
    (void)state;
    static const char *const others[] = {"--threshold 0.8",   "--verify text",     "--hot 5",
                                         "--mode exact",      "--keep-components", "--duplicate-ids keep",
                                         "--prefer date:desc"};
    static const char *const keys[] = {"--bands 20",      "--rows 5",        "--seed 2",     "--profile raw",
                                       "--unit word",     "--ngram 9",       "--sketch fss", "--scope language",
                                       "--exact-key raw", "--min-shingles 6"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_true(same_keys("", others[i]));
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) assert_false(same_keys("", keys[i]));
}

static void out_of_range_is_refused(void **state) {
    (void)state;
    expect_refused("--bands 0", "--bands");
    expect_refused("--bands 100 --rows 93", "9216");
    expect_refused("--bands 9223372036854775808 --rows 2", "--bands");
    expect_refused("--threshold 0", "--threshold");
    expect_refused("--threshold 1.01", "--threshold");
    expect_refused("--hot 1", "--hot");
    expect_refused("--min-shingles 0", "--min-shingles");
    expect_refused("--ngram 0", "--ngram");
    expect_refused("--ngram 257", "256");
    expect_refused("--preset finewep", "finewep");
    char *line = sg_printf_dup("--prefer %0300d", 1);
    expect_refused(line, "--prefer");
    free(line);
}

static void settings_follow(void **state) {
    (void)state;
    static struct dedup_settings settings;
    struct sg_err err = {0};
    struct dedup_parameters p = good("--preset lee2022 --sketch fss");
    assert_int_equal(dedup_parameters_settings(&p, &settings, &err), SG_OK);
    assert_true(settings.near && settings.fss && !settings.raw_key);
    assert_int_equal(settings.minhash.bands, 450);
    assert_int_equal(settings.minhash.rows, 20);
    assert_int_equal(settings.shape.unit, DEDUP_UNIT_SPACE);
    assert_int_equal(settings.shape.profile, DEDUP_RAW);
    assert_int_equal(settings.shape.ngram, 5);
    assert_true(settings.minhash.band_seed == dedup_parameters_keys(&p).lo);
    struct dedup_rule rule = dedup_parameters_rule(&p);
    assert_int_equal(rule.bytes, 160);
    assert_int_equal(rule.sure, 161); /* texts decide */
    assert_int_equal(rule.tau_ppm, 800000);
}

static void receipts_tell_what_is_in_force(void **state) {
    (void)state;
    struct dedup_parameters p = good("--preset rpv2-0.7 --rows 10");
    struct sg_buf out = {0};
    const char *given =
        "{\"bands\":21,\"level\":3,\"min-shingles\":5,\"ngram\":null,\"preset\":\"rpv2-0.7\",\"rows\":10}";
    dedup_parameters_receipt(&p, (struct sg_json){given, strlen(given)}, &out);
    sg_buf_str(&out);
    const char *start = "{\"bands\":14,\"level\":3,\"min-shingles\":1,\"ngram\":13,\"preset\":\"rpv2-0.7\","
                        "\"preset_differences\":[\"";
    const char *end = ",\"rows: 10 instead of 9\"],\"rows\":10}";
    assert_int_equal(strncmp(out.data, start, strlen(start)), 0);
    assert_string_equal(out.data + out.len - strlen(end), end);
    struct sg_json checked;
    struct sg_err err = {0};
    assert_int_equal(sg_json_check(out.data, out.len, &checked, &err), SG_OK);
    sg_buf_free(&out);
}

int main(void) {
    struct sg_err err = {0};
    if (sg_unicode_init(&err) != SG_OK) return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_golden),
        cmocka_unit_test(given_before_preset_before_default),
        cmocka_unit_test(json_and_back),
        cmocka_unit_test(strange_json_is_refused),
        cmocka_unit_test(keys_cover_what_decides_keys),
        cmocka_unit_test(out_of_range_is_refused),
        cmocka_unit_test(settings_follow),
        cmocka_unit_test(receipts_tell_what_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
