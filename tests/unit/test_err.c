#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void first_error_wins(void **state) {
    (void)state;
    struct sg_err err = {0};
    assert_int_equal(sg_err_set(&err, SG_DATA, "bad %s", "thing"), SG_DATA);
    assert_int_equal(sg_err_set(&err, SG_USAGE, "later"),
                     SG_USAGE); /* its own code, nothing stored */
    errno = EIO;
    assert_int_equal(sg_err_sys(&err, "later"), SG_SYSTEM);
    assert_int_equal(err.code, SG_DATA);
    assert_int_equal(err.errnum, 0);
    assert_string_equal(err.text, "bad thing");
    sg_err_clear(&err);
    assert_int_equal(err.code, SG_OK);
    assert_int_equal(sg_err_set(&err, SG_BUDGET, "now"), SG_BUDGET);
    assert_string_equal(err.text, "now");
}

static void null_is_allowed(void **state) {
    (void)state;
    assert_int_equal(sg_err_set(NULL, SG_DATA, "x"), SG_DATA);
    assert_int_equal(sg_err_sys(NULL, "x"), SG_SYSTEM);
}

static void system_errors_carry_errno(void **state) {
    (void)state;
    char out[600];
    struct sg_err err = {0};
    errno = ENOENT;
    assert_int_equal(sg_err_sys(&err, "cannot open"), SG_SYSTEM);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(err.errnum, ENOENT);
    assert_string_equal(sg_err_format(&err, out, sizeof out),
                        "cannot open: No such file or directory");
    sg_err_at(&err, "a/b", SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    assert_string_equal(sg_err_format(&err, out, sizeof out),
                        "'a/b': cannot open: No such file or directory");
}

static void places_are_added_on_the_way_up(void **state) {
    (void)state;
    char out[600];
    struct sg_err err = {0};
    assert_int_equal(sg_err_at(&err, "f", 1, 2, 3), SG_OK); /* no error: nothing to place */
    assert_int_equal(err.file[0], 0);
    sg_err_set(&err, SG_DATA, "bad JSON escape");
    assert_string_equal(sg_err_format(&err, out, sizeof out), "bad JSON escape");
    assert_int_equal(sg_err_at(&err, NULL, SG_NOWHERE, SG_NOWHERE, 91), SG_DATA);
    assert_string_equal(sg_err_format(&err, out, sizeof out), "bad JSON escape at byte 91");
    sg_err_at(&err, NULL, SG_NOWHERE, 48213, 7); /* the byte is known already */
    assert_string_equal(sg_err_format(&err, out, sizeof out),
                        "bad JSON escape in record 48213, byte 91");
    sg_err_at(&err, "part-0007.jsonl.zst", 1048576, SG_NOWHERE, SG_NOWHERE);
    sg_err_at(&err, "other", 5, 6, 7);
    assert_string_equal(
        sg_err_format(&err, out, sizeof out),
        "bad JSON escape in 'part-0007.jsonl.zst', record 48213, byte 91 (frame at 1048576)");
    struct sg_err copy = err;
    sg_err_clear(&err);
    assert_non_null(strstr(sg_err_format(&copy, out, sizeof out), "record 48213"));
}

static void zero_positions_are_known_positions(void **state) {
    (void)state;
    char out[600];
    struct sg_err err = {0};
    sg_err_set(&err, SG_DATA, "cut");
    sg_err_at(&err, "f", 0, 1, 0);
    assert_string_equal(sg_err_format(&err, out, sizeof out),
                        "cut in 'f', record 1, byte 0 (frame at 0)");
}

static void long_texts_are_cut(void **state) {
    (void)state;
    char big[2000], out[2000], small[16];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = 0;
    struct sg_err err = {0};
    errno = EIO;
    sg_err_sys(&err, "%s", big);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    sg_err_at(&err, big, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    assert_int_equal(strlen(err.file), sizeof err.file - 1);
    assert_memory_equal(err.file, "'...xx", 6);
    sg_err_format(&err, out, sizeof out);
    assert_int_equal(strlen(out), sizeof err.file - 1 + 2 + sizeof err.text - 1);
    sg_err_format(&err, small, sizeof small);
    assert_string_equal(small, "'...xxxxxxxxxxx");
}

static void names_are_quoted_for_terminals(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "''"},
        {"a b", "'a b'"},
        {"a\nb\x1B[1m\x7F", "'a\\x0Ab\\x1B[1m\\x7F'"},
        {"\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2", "'\xE0\xA4\x95\xE0\xA5\x81\xE0\xA4\xB2'"}, /* कुल */
        {"\xF0\x9F\x98\x80", "'\xF0\x9F\x98\x80'"},
        {"\xC2\x85\xC2\xA0", "'\\xC2\\x85\xC2\xA0'"},            /* C1 control; no-break space */
        {"\xC0\x80\xED\xA0\x80", "'\\xC0\\x80\\xED\\xA0\\x80'"}, /* overlong; surrogate */
        {"\xE0\xA4", "'\\xE0\\xA4'"},
        {"\xF4\x90\x80\x80\xFF", "'\\xF4\\x90\\x80\\x80\\xFF'"},
    };
    char out[100];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(sg_err_quote(cases[i][0], out, sizeof out), cases[i][1]);
}

static void names_are_shortened_in_front(void **state) {
    (void)state;
    char out[20];
    assert_string_equal(sg_err_quote("12345678901234567", out, sizeof out), "'12345678901234567'");
    assert_string_equal(sg_err_quote("123456789012345678", out, sizeof out), "'...56789012345678'");
    /* A character or an escape is never cut in two. */
    assert_string_equal(
        sg_err_quote("1\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95",
                     out, 20),
        "'...\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95\xE0\xA4\x95'");
    assert_string_equal(sg_err_quote("\x01\x02\x03\x04\x05\x06", out, 20), "'...\\x04\\x05\\x06'");
    assert_string_equal(sg_err_quote("abc", out, 4), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_error_wins),
        cmocka_unit_test(null_is_allowed),
        cmocka_unit_test(system_errors_carry_errno),
        cmocka_unit_test(places_are_added_on_the_way_up),
        cmocka_unit_test(zero_positions_are_known_positions),
        cmocka_unit_test(long_texts_are_cut),
        cmocka_unit_test(names_are_quoted_for_terminals),
        cmocka_unit_test(names_are_shortened_in_front),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
