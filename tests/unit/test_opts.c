/* opts: the parser, its messages, the settings, and what is generated from the tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "run/generate.h"
#include "run/opts.h"
#include "run/opts_common.h"

static const struct sg_option own[] = {
    {"mode", 'm', SG_OPTION_CHOICE, "near|exact", "near", "what counts as the same", true},
    {"tau", 0, SG_OPTION_NUMBER, "X", "0.75", "similarity from which a document goes", true},
    {"set", 0, SG_OPTION_LIST, "KEY=VALUE", NULL, "one key of the profile", true},
    {"labels", 0, SG_OPTION_TEXT, "LIST", NULL, "only these labels", true},
    {"level", 0, SG_OPTION_COUNT, "N", "3", "zstd level of the shards", true},
    {0}};

static const struct sg_option *const tables[] = {own, sg_common_options, NULL};

/* Words up to a NULL, parsed; the caller frees what comes back. NULL: the error is in *err. */
static struct sg_opts *parse(struct sg_err *err, ...) {
    char *words[16];
    int count = 0;
    va_list list;
    va_start(list, err);
    for (char *word; (word = va_arg(list, char *)) != NULL;) words[count++] = word;
    va_end(list);
    struct sg_opts *opts = NULL;
    *err = (struct sg_err){0};
    enum sg_code code = sg_opts_parse(&opts, tables, count, words, err);
    assert_int_equal(code, opts ? SG_OK : SG_USAGE);
    assert_int_equal(err->code, code);
    return opts;
}

static void refused(const char *message, const char *first, const char *second) {
    struct sg_err err;
    assert_null(parse(&err, first, second, NULL));
    assert_string_equal(err.text, message);
}

static void defaults_stand_when_nothing_is_said(void **state) {
    (void)state;
    struct sg_err err;
    struct sg_opts *opts = parse(&err, NULL);
    char *const *operands;
    const char *const *items;
    assert_string_equal(sg_opts_text(opts, "mode"), "near");
    assert_null(sg_opts_text(opts, "labels"));
    assert_true(sg_opts_number(opts, "tau") == 0.75);
    assert_int_equal(sg_opts_count(opts, "max-record"), 256 << 20);
    assert_int_equal(sg_opts_count(opts, "threads"), 0);
    assert_int_equal(sg_opts_list(opts, "set", &items), 0);
    assert_false(sg_opts_flag(opts, "quiet"));
    assert_false(sg_opts_given(opts, "mode"));
    assert_int_equal(sg_opts_limit(opts, "max-bad").count, 0);
    assert_true(sg_opts_limit(opts, "max-bad").percent < 0);
    assert_int_equal(sg_opts_operands(opts, &operands), 0);
    sg_opts_free(opts);
}

static void a_stage_gives_a_common_option_its_own_default(void **state) {
    (void)state;
    struct sg_err err;
    struct sg_opts *opts = parse(&err, NULL);
    assert_int_equal(sg_opts_count(opts, "level"), 3);
    sg_opts_free(opts);
}

static void values_come_with_an_equals_sign_or_as_the_next_word(void **state) {
    (void)state;
    struct sg_err err;
    const char *const *items;
    struct sg_opts *opts = parse(&err, "--mode=exact", "--tau", "0.5", "--set", "a=1", "--set=b=2",
                                 "--memory", "1.5GiB", "--max-bad=2.5%", NULL);
    assert_string_equal(sg_opts_text(opts, "mode"), "exact");
    assert_true(sg_opts_number(opts, "tau") == 0.5);
    assert_int_equal(sg_opts_list(opts, "set", &items), 2);
    assert_string_equal(items[0], "a=1");
    assert_string_equal(items[1], "b=2");
    assert_int_equal(sg_opts_count(opts, "memory"), 3u << 29);
    assert_true(sg_opts_limit(opts, "max-bad").percent == 2.5);
    assert_true(sg_opts_given(opts, "mode"));
    sg_opts_free(opts);
}

static void the_last_of_two_values_counts(void **state) {
    (void)state;
    struct sg_err err;
    struct sg_opts *opts = parse(&err, "-j2", "--threads=7", NULL);
    assert_int_equal(sg_opts_count(opts, "threads"), 7);
    sg_opts_free(opts);
}

static void letters_are_bundled(void **state) {
    (void)state;
    struct sg_err err;
    struct sg_opts *opts = parse(&err, "-qvj8", "-o", "out/", "-m", "exact", NULL);
    assert_true(sg_opts_flag(opts, "quiet"));
    assert_true(sg_opts_flag(opts, "verbose"));
    assert_int_equal(sg_opts_count(opts, "threads"), 8);
    assert_string_equal(sg_opts_text(opts, "output"), "out/");
    assert_string_equal(sg_opts_text(opts, "mode"), "exact");
    sg_opts_free(opts);
}

static void operands_stand_anywhere_and_two_hyphens_end_options(void **state) {
    (void)state;
    struct sg_err err;
    char *const *operands;
    struct sg_opts *opts = parse(&err, "a", "-q", "-", "--", "--tau", "-x", NULL);
    assert_int_equal(sg_opts_operands(opts, &operands), 4);
    assert_string_equal(operands[0], "a");
    assert_string_equal(operands[1], "-");
    assert_string_equal(operands[2], "--tau");
    assert_string_equal(operands[3], "-x");
    sg_opts_free(opts);
}

static void errors_name_the_nearest_option(void **state) {
    (void)state;
    refused("unknown option '--treads', did you mean '--threads'?", "--treads", "8");
    refused("unknown option '--max_bad', did you mean '--max-bad'?", "--max_bad=1", NULL);
    refused("unknown option '--ouptut', did you mean '--output'?", "--ouptut=x", NULL);
    refused("unknown option '--thr', did you mean '--threads'?", "--thr",
            "8"); /* prefixes are not accepted, but understood */
    refused("unknown option '--florp'; --help lists all", "--florp", NULL);
    refused("unknown option '-x'; --help lists all", "-qx", NULL);
    refused("unknown option '-5'; --help lists all", "-5", NULL);
}

static void errors_say_what_a_value_should_be(void **state) {
    (void)state;
    refused("option '--threads': '-3' is not a whole number", "-j-3", NULL);
    refused("option '--threads': '' is not a whole number", "--threads=", NULL);
    refused("option '--threads': '8x' is not a whole number", "-j", "8x");
    refused("option '--tau': 'nan' is not a number such as 0.75", "--tau=nan", NULL);
    refused("option '--memory': '5 apples' is not a size such as 512M, 1.5GiB or 100MB",
            "--memory=5 apples", NULL);
    refused("option '--max-bad': '101%' is not a whole number or a percentage such as 0.5%",
            "--max-bad=101%", NULL);
    refused("option '--mode': 'nearly' is none of near, exact", "--mode=nearly", NULL);
    refused("option '--quiet' takes no value", "--quiet=1", NULL);
    refused("option '--tau' needs a value: X", "--tau", NULL);
    refused("option '-o' needs a value: OUTPUT", "-qo", NULL);
    refused("option '--mode': '\\x1B[31m' is none of near, exact", "--mode=\x1b[31m", NULL);
}

static void settings_hold_what_can_change_a_byte(void **state) {
    (void)state;
    struct sg_err err;
    struct sg_buf out = {0};
    struct sg_opts *opts = parse(&err, "-j8", "--set=b", "--set=a", "--keep-dropped", NULL);
    sg_opts_settings(opts, &out);
    sg_buf_str(&out);
    assert_string_equal(
        out.data, "{\"keep-dropped\":true,\"labels\":null,\"level\":3,\"max-record\":268435456,"
                  "\"mode\":\"near\",\"set\":[\"b\",\"a\"],\"tau\":0.75}");
    sg_buf_free(&out);
    sg_opts_free(opts);
}

static void check_says_the_cause_alone(void **state) {
    (void)state;
    struct sg_err err = {0};
    struct sg_option flag = {"spans", 0, SG_OPTION_FLAG, NULL, NULL, "tag every line", true};
    assert_int_equal(sg_opts_check(&own[1], "0.25", &err), SG_OK);
    assert_int_equal(sg_opts_check(&flag, "true", &err), SG_OK);
    assert_int_equal(sg_opts_check(&flag, "yes", &err), SG_USAGE);
    assert_string_equal(err.text, "'yes' is not true or false");
}

static void the_nearest_word(void **state) {
    (void)state;
    const char *const words[] = {"run", "plan", "status", "verify"};
    assert_string_equal(sg_opts_nearest("rnu", words, 4), "run");
    assert_string_equal(sg_opts_nearest("verfiy", words, 4), "verify");
    assert_string_equal(sg_opts_nearest("stat", words, 4), "status");
    assert_null(sg_opts_nearest("x", words, 4));
    assert_null(sg_opts_nearest("corpus", words, 4));
    char longest[300];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_null(sg_opts_nearest(longest, words, 4));
}

static const struct sg_verb verbs[] = {
    {"run", "do it", NULL, own}, {"verify", "prove it", "DIR", NULL, NULL, true}, {0}};
static const char *const manual[] = {"A line that begins\n.so /etc/passwd is shown, \\ too.", NULL};
static const struct sg_stage stage = {.name = "sieve",
                                      .about = "let the small ones through",
                                      .reads = "text",
                                      .writes = "size weight",
                                      .verbs = verbs,
                                      .options = own,
                                      .manual = manual};

static void help_fits_eighty_columns(void **state) {
    (void)state;
    struct sg_buf out = {0};
    sg_generate_help(&stage, NULL, &out);
    sg_generate_help(&stage, &verbs[0], &out);
    sg_generate_help(&stage, &verbs[1], &out);
    sg_buf_str(&out);
    for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n")) {
        if (strlen(line) > 80) print_error("%s\n", line);
        assert_true(strlen(line) <= 80);
        assert_true(line[strlen(line) - 1] != ' ');
    }
    sg_buf_free(&out);
}

static void a_hidden_row_is_shown_once(void **state) {
    (void)state;
    struct sg_buf out = {0};
    sg_generate_help(&stage, &verbs[0], &out);
    sg_buf_str(&out);
    char *first = strstr(out.data, "--level");
    assert_non_null(first);
    assert_null(strstr(first + 1, "--level"));
    sg_buf_free(&out);
}

static void bare_verbs_have_no_file_options(void **state) {
    (void)state;
    struct sg_buf out = {0};
    sg_generate_help(&stage, &verbs[1], &out);
    sg_buf_str(&out);
    assert_non_null(strstr(out.data, "--quiet"));
    assert_null(strstr(out.data, "--output"));
    sg_buf_free(&out);
}

static void prose_cannot_give_orders_to_roff(void **state) {
    (void)state;
    struct sg_buf out = {0};
    sg_generate_man(&stage, &out);
    sg_buf_str(&out);
    assert_non_null(strstr(out.data, "\n\\&.so /etc/passwd is shown, \\e too."));
    sg_buf_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand_when_nothing_is_said),
        cmocka_unit_test(a_stage_gives_a_common_option_its_own_default),
        cmocka_unit_test(values_come_with_an_equals_sign_or_as_the_next_word),
        cmocka_unit_test(the_last_of_two_values_counts),
        cmocka_unit_test(letters_are_bundled),
        cmocka_unit_test(operands_stand_anywhere_and_two_hyphens_end_options),
        cmocka_unit_test(errors_name_the_nearest_option),
        cmocka_unit_test(errors_say_what_a_value_should_be),
        cmocka_unit_test(settings_hold_what_can_change_a_byte),
        cmocka_unit_test(check_says_the_cause_alone),
        cmocka_unit_test(the_nearest_word),
        cmocka_unit_test(help_fits_eighty_columns),
        cmocka_unit_test(a_hidden_row_is_shown_once),
        cmocka_unit_test(bare_verbs_have_no_file_options),
        cmocka_unit_test(prose_cannot_give_orders_to_roff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
