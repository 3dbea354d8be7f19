/* The rule of --prefer: what it reads, and that the better document has the smaller number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prefer.h"

static uint64_t number(const char *rule, const char *json, size_t bytes) {
    struct dedup_prefer prefer;
    struct sg_record record = {0};
    struct sg_buf scratch = {0};
    struct sg_err err = {0};
    assert_int_equal(dedup_prefer_parse(&prefer, rule, &err), SG_OK);
    assert_int_equal(sg_record_scan(&record, json, strlen(json), &err), SG_OK);
    uint64_t value = dedup_prefer_of(&prefer, &record, bytes, &scratch);
    dedup_prefer_free(&prefer);
    sg_record_free(&record);
    sg_buf_free(&scratch);
    return value;
}

/* Each line of `better` stands before the next. */
static void in_order(const char *rule, const char *const *better, size_t count) {
    for (size_t i = 0; i + 1 < count; i++)
        assert_true(number(rule, better[i], 10) < number(rule, better[i + 1], 10));
}

static void lengths(void **state) {
    (void)state;
    assert_true(number("len:desc", "{}", 100) < number("len:desc", "{}", 99));
    assert_true(number("len:asc", "{}", 99) < number("len:asc", "{}", 100));
    assert_int_equal(number("len", "{}", 5), UINT64_MAX - 5);
    assert_true(number("len:desc", "{}", (size_t)5 << 32) < number("len:desc", "{}", (size_t)4 << 32));
    assert_int_equal(number("len,date", "{}", (size_t)5 << 32), number("len,date", "{}", (size_t)4 << 32)); /* 32 bits */
}

static void dates(void **state) {
    (void)state;
    static const char *const latest_first[] = {"{\"date\":\"9999-12-31\"}", "{\"date\":\"2024-03-01T00:00:00Z\"}",
                                               "{\"date\":\"2024-02-29\"}", "{\"date\":\"2024-02-28 noon\"}",
                                               "{\"date\":\"1999-12-31\"}", "{\"date\":\"0001-01-01\"}",
                                               "{\"date\":\"yesterday\"}"};
    static const char *const first_first[] = {"{\"date\":\"1999-12-31\"}", "{\"date\":\"2000-01-01\"}", "{\"date\":7}"};
    in_order("date:desc", latest_first, 7);
    in_order("date:asc", first_first, 3);
    assert_int_equal(number("date:asc", "{\"date\":\"2024-03-01\"}", 1) - number("date:asc", "{\"date\":\"2024-02-28\"}", 1), 2);
    assert_int_equal(number("date:asc", "{\"date\":\"2023-03-01\"}", 1) - number("date:asc", "{\"date\":\"2023-02-28\"}", 1), 1);
    assert_int_equal(number("date:desc", "{}", 1), number("date:desc", "{\"date\":\"2024-13-01\"}", 1));
}

static void numbers(void **state) {
    (void)state;
    static const char *const best_first[] = {"{\"language_score\":1.0}", "{\"language_score\":0.9}", "{\"language_score\":0.0}",
                                             "{\"language_score\":\"0.99\"}"};
    in_order("language_score:desc", best_first, 4);
    const uint64_t most = number("language_score:desc", "{\"language_score\":1}", 1);
    assert_int_equal(number("language_score:desc", "{\"language_score\":3}", 1), most);
    assert_true(number("rank:asc@-10..1e3", "{\"rank\":-5}", 1) < number("rank:asc@-10..1e3", "{\"rank\":5}", 1));
}

static void lists_and_tuples(void **state) {
    (void)state;
    char path[] = "/tmp/sangam-prefer-XXXXXX", rule[100];
    static const char list[] = "curated\tbest\nbooks\r\nweb";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, list, sizeof list - 1), sizeof list - 1);
    close(fd);
    snprintf(rule, sizeof rule, "source:%s,language_score:desc,len:desc", path);
    static const char *const best_first[] = {
        "{\"source\":\"curated\",\"language_score\":0.1}", "{\"source\":\"books\",\"language_score\":0.9}",
        "{\"source\":\"books\",\"language_score\":0.8}", "{\"source\":\"web\",\"language_score\":1.0}", "{\"source\":\"we\"}"};
    in_order(rule, best_first, 5);
    assert_true(number(rule, best_first[0], 11) < number(rule, best_first[0], 10));
    assert_int_equal(number(rule, best_first[0], 0) >> 48, 0);
    assert_int_equal(number(rule, best_first[4], 0) >> 48, 255);
    unlink(path);
}

static void refused(void **state) {
    (void)state;
    static const char *const rules[] = {"", "len:sideways", "date:desc@0..1", "x", "x:", "x:desc@1..0", "x:desc@5",
                                        "len,date,date", "a:desc,b:desc,c:desc,d:desc,e:desc", ",len", ":desc"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct dedup_prefer prefer;
        struct sg_err err = {0};
        assert_int_equal(dedup_prefer_parse(&prefer, rules[i], &err), SG_USAGE);
        assert_non_null(strstr(err.text, "--prefer"));
    }
    struct dedup_prefer prefer;
    struct sg_err err = {0};
    assert_int_equal(dedup_prefer_parse(&prefer, "source:/nowhere/rank.tsv", &err), SG_SYSTEM);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lengths), cmocka_unit_test(dates), cmocka_unit_test(numbers),
                                       cmocka_unit_test(lists_and_tuples), cmocka_unit_test(refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
