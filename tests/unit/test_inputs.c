/* inputs: which files, in which order, under which names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/inputs.h"

static char folder[] = "/tmp/sangam-test-XXXXXX";

static void touch(const char *name) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs("x\n", file);
    fclose(file);
}

static int set_up(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    mkdir("in", 0777), mkdir("in/sub", 0777), mkdir("in/out", 0777), mkdir("other", 0777);
    touch("in/b.jsonl"), touch("in/a.jsonl.zst"), touch("in/A.jsonl.gz"), touch("in/sub/c.jsonl"),
        touch("in/sub-d.jsonl");
    touch("in/note.txt"), touch("in/.hidden.jsonl"), touch("in/b.receipt.json"),
        touch("in/b.dropped.jsonl.zst");
    touch("in/b.bad.zst"), touch("in/sangam-source.yaml"), touch("in/out/old.jsonl"),
        touch("other/a.jsonl"), touch("x[1].jsonl");
    assert_int_equal(symlink("b.jsonl", "in/link-in.jsonl"), 0);
    assert_int_equal(symlink("../other/a.jsonl", "in/link-out.jsonl"), 0);
    assert_int_equal(mkfifo("in/fifo.jsonl", 0666), 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") + system(command);
}

static void expect(char *const *args, size_t count, const struct sg_inputs_options *options,
                   const char *names) {
    struct sg_inputs inputs;
    struct sg_err err = {0};
    struct sg_buf got = {0};
    assert_int_equal(sg_inputs_find(&inputs, count, args, options, &err), SG_OK);
    for (size_t i = 0; i < inputs.count; i++) sg_buf_printf(&got, "%s ", inputs.items[i].name);
    for (size_t i = 0; i < inputs.skipped_count; i++)
        sg_buf_printf(&got, "(%s: %s) ", inputs.skipped[i].name, inputs.skipped[i].reason);
    sg_buf_str(&got);
    assert_string_equal(got.data, names);
    sg_buf_free(&got);
    sg_inputs_free(&inputs);
}

static void test_folder(void **state) {
    (void)state;
    struct sg_inputs_options chain = {.want = SG_INPUTS_CHAIN, .output = "in/out"},
                             any = {.want = SG_INPUTS_ANY, .output = "in/out"};
    char *args[] = {"in"};
    const char *skipped =
        "(fifo.jsonl: unsupported: special file) (link-out.jsonl: unsupported: link) ";
    char want[300];
    snprintf(want, sizeof want,
             "A.jsonl.gz a.jsonl.zst b.jsonl link-in.jsonl sub-d.jsonl sub/c.jsonl %s", skipped);
    expect(args, 1, &chain, want);
    snprintf(want, sizeof want,
             "A.jsonl.gz a.jsonl.zst b.jsonl link-in.jsonl note.txt sub-d.jsonl sub/c.jsonl %s",
             skipped);
    expect(args, 1, &any, want);
    chain.follow = true;
    expect(args, 1, &chain,
           "A.jsonl.gz a.jsonl.zst b.jsonl link-in.jsonl link-out.jsonl sub-d.jsonl sub/c.jsonl "
           "(fifo.jsonl: unsupported: special file) ");
    chain.output = "-";
    expect(args, 1, &chain,
           "A.jsonl.gz a.jsonl.zst b.jsonl link-in.jsonl link-out.jsonl out/old.jsonl sub-d.jsonl "
           "sub/c.jsonl (fifo.jsonl: unsupported: special file) ");
}

static void test_arguments(void **state) {
    (void)state;
    struct sg_inputs_options chain = {.want = SG_INPUTS_CHAIN};
    char *two[] = {"in/sub", "in/b.jsonl"}, *swapped[] = {"in/b.jsonl", "in/sub"},
         *literal[] = {"x[1].jsonl"}, *glob[] = {"in/[ab].jsonl*"};
    expect(two, 2, &chain, "b.jsonl c.jsonl ");
    expect(swapped, 2, &chain, "b.jsonl c.jsonl ");
    expect(literal, 1, &chain, "x[1].jsonl ");
    expect(glob, 1, &chain, "a.jsonl.zst b.jsonl ");
    FILE *list = fopen("list", "w");
    fputs("in/b.jsonl\nin/sub\n", list);
    fclose(list);
    char *listed[] = {"@list"};
    expect(listed, 1, &chain, "b.jsonl c.jsonl ");
    list = fopen("list", "w");
    fwrite("in/b.jsonl\0in/sub", 1, 17, list);
    fclose(list);
    expect(listed, 1, &chain, "b.jsonl c.jsonl ");
}

static void test_refused(void **state) {
    (void)state;
    struct sg_inputs_options chain = {.want = SG_INPUTS_CHAIN};
    struct sg_inputs inputs;
    struct sg_err err = {0};
    char *absent[] = {"nothere.jsonl"}, *no_match[] = {"*.nothing"},
         *same[] = {"in/a.jsonl.zst", "other/a.jsonl"};
    assert_int_equal(sg_inputs_find(&inputs, 1, absent, &chain, &err), SG_SYSTEM);
    assert_non_null(strstr(err.file, "nothere.jsonl"));
    sg_err_clear(&err);
    assert_int_equal(sg_inputs_find(&inputs, 1, no_match, &chain, &err), SG_SYSTEM);
    sg_err_clear(&err);
    assert_int_equal(sg_inputs_find(&inputs, 2, same, &chain, &err), SG_USAGE);
    assert_non_null(strstr(err.text, "in/a.jsonl.zst"));
    assert_non_null(strstr(err.text, "other/a.jsonl"));
    assert_non_null(strstr(err.text, "common parent"));
}

static void test_names(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"a/b.jsonl.gz", "a/b.jsonl.zst"},
                                           {"b.jsonl", "b.jsonl.zst"},
                                           {"x.tar.zst", "x.tar.zst.jsonl.zst"},
                                           {"c.jsonl.zst", "c.jsonl.zst"}};
    for (size_t i = 0; i < 4; i++) {
        char *name = sg_inputs_chain_name(pairs[i][0]);
        assert_string_equal(name, pairs[i][1]);
        free(name);
    }
    assert_true(sg_inputs_beside("a.receipt.json") && sg_inputs_beside(".x") &&
                sg_inputs_beside("sangam-source.yaml"));
    assert_false(sg_inputs_beside("a.jsonl.zst") || sg_inputs_beside("receipt.json.jsonl"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder), cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
