/* receipt: what is written is read back, damage is seen, and "nothing to do" is said only when it is true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/publish.h"
#include "run/receipt.h"

static char folder[] = "/tmp/sangam-test-XXXXXX";
static const struct sg_hash128 settings = {1, 2}, none = {0, 0};

static int set_up(void **state) {
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    return mkdir("in", 0777) + mkdir("out", 0777);
}

static int tear_down(void **state) {
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") + system(command);
}

static void put(const char *path, const char *text) {
    struct sg_err err = {0};
    assert_int_equal(sg_publish_bytes(path, text, strlen(text), &err), SG_OK);
}

static void add(struct sg_receipt *receipt, bool input, const char *path) {
    uint64_t bytes;
    struct sg_hash128 hash;
    struct sg_err err = {0};
    assert_int_equal(sg_file_hash(path, &bytes, &hash, &err), SG_OK);
    if (input)
        sg_receipt_input(receipt, path, bytes, 3, hash);
    else
        sg_receipt_output(receipt, "records", path, bytes, 2, hash);
}

static void publish(void) {
    struct sg_receipt receipt = {.stage = sg_strdup("test"),
                                 .version = sg_strdup("1"),
                                 .settings = sg_strdup("{\"b\":[1,\"\\u00e9\"]}"),
                                 .settings_hash = settings,
                                 .records_in = 3,
                                 .records_out = 2,
                                 .dropped = 1};
    struct sg_err err = {0};
    put("in/a.jsonl", "one\n");
    put("out/a.jsonl.zst", "packed");
    add(&receipt, true, "in/a.jsonl");
    add(&receipt, false, "out/a.jsonl.zst");
    sg_receipt_reason(&receipt, "near \"dup\"", 1);
    sg_receipt_counter(&receipt, "z", 5);
    sg_receipt_counter(&receipt, "a", 1);
    sg_receipt_counter(&receipt, "z", 2);
    assert_int_equal(sg_receipt_publish(&receipt, "out/a.receipt.json", &err), SG_OK);
    sg_receipt_free(&receipt);
}

static void test_round_trip(void **state) {
    (void)state;
    struct sg_receipt got;
    struct sg_err err = {0};
    publish();
    assert_int_equal(sg_receipt_load("out/a.receipt.json", &got, &err), SG_OK);
    assert_string_equal(got.stage, "test");
    assert_string_equal(got.settings, "{\"b\":[1,\"\\u00e9\"]}");
    assert_string_equal(got.inputs[0].path, "../in/a.jsonl");
    assert_string_equal(got.outputs[0].path, "a.jsonl.zst");
    assert_string_equal(got.reasons[0].name, "near \"dup\"");
    assert_string_equal(got.counters[1].name, "z");
    assert_int_equal(got.counters[1].count, 7);
    assert_int_equal(got.records_in, got.records_out + got.dropped + got.bad);
    char *path = sg_receipt_resolve("out/a.receipt.json", got.inputs[0].path);
    assert_string_equal(path, "out/../in/a.jsonl");
    free(path);
    sg_receipt_free(&got);
}

/* A name in Latin-1, with a quote and a backslash that looks like an escape. */
static void test_odd_names(void **state) {
    (void)state;
    static const char *const names[] = {"out/caf\xE9.jsonl.zst", "out/\\udc41 \"q\"\n.jsonl.zst",
                                        "out/\xC3\xA9\xFF\xFE.jsonl.zst"};
    for (size_t i = 0; i < 3; i++) {
        struct sg_receipt receipt = {.stage = sg_strdup("test"),
                                     .version = sg_strdup("1"),
                                     .settings = sg_strdup("{}")},
                          got;
        struct sg_err err = {0};
        put(names[i], "x");
        add(&receipt, false, names[i]);
        assert_int_equal(sg_receipt_publish(&receipt, "out/odd.receipt.json", &err), SG_OK);
        assert_int_equal(sg_receipt_load("out/odd.receipt.json", &got, &err), SG_OK);
        assert_string_equal(got.outputs[0].path, names[i] + 4);
        assert_true(sg_receipt_current("out/odd.receipt.json", none, none, NULL, 0, NULL));
        sg_receipt_free(&receipt);
        sg_receipt_free(&got);
    }
}

static void test_damage(void **state) {
    (void)state;
    struct sg_receipt got;
    struct sg_err err = {0};
    struct sg_buf text = {0};
    publish();
    assert_int_equal(sg_file_load("out/a.receipt.json", 1 << 20, &text, &err), SG_OK);
    sg_buf_str(&text);
    char *digit = strstr(text.data, "\"records_out\":2");
    assert_non_null(digit);
    digit[strlen("\"records_out\":")] = '9';
    put("out/b.receipt.json", text.data);
    assert_int_equal(sg_receipt_load("out/b.receipt.json", &got, &err), SG_DATA);
    assert_non_null(strstr(err.text, "checksum"));
    sg_err_clear(&err);
    put("out/b.receipt.json", "{\"sangam_receipt\":1}\n");
    assert_int_equal(sg_receipt_load("out/b.receipt.json", &got, &err), SG_DATA);
    sg_err_clear(&err);
    assert_int_equal(sg_receipt_load("out/nothere.json", &got, &err), SG_SYSTEM);
    sg_buf_free(&text);
}

static void test_current(void **state) {
    (void)state;
    char a[] = "in/a.jsonl", b[] = "in/b.jsonl", *one[] = {a}, *other[] = {b};
    const char *path = "out/a.receipt.json", *why;
    struct sg_hash128 else_settings = {9, 9};
    publish();
    assert_true(sg_receipt_current(path, settings, none, one, 1, &why));
    assert_false(sg_receipt_current(path, else_settings, none, one, 1, &why));
    assert_false(sg_receipt_current(path, settings, settings, one, 1, &why));
    assert_false(sg_receipt_current(path, settings, none, other, 1, &why));
    assert_false(sg_receipt_current(path, settings, none, one, 0, &why));
    struct utimbuf later = {2000000000, 2000000000};
    assert_int_equal(utime(a, &later), 0); /* another time, the same content */
    assert_true(sg_receipt_current(path, settings, none, one, 1, &why));
    put(a, "two\n"); /* the same size, other content */
    assert_false(sg_receipt_current(path, settings, none, one, 1, &why));
    publish();
    put("out/a.jsonl.zst", "pack");
    assert_false(sg_receipt_current(path, settings, none, one, 1, &why));
    unlink("out/a.jsonl.zst");
    assert_false(sg_receipt_current(path, settings, none, one, 1, &why));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_odd_names),
        cmocka_unit_test(test_damage), cmocka_unit_test(test_current)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
