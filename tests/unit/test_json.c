#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dice.h"
#include "json_cases.h"
#include "oracle.h"
#include "text/json.h"
#include "text/json_scan.h"
#include "text/kernels.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* In an allocation of the exact size, so that a sanitizer sees a read past the end. */
static char *exact(const char *text, size_t len) {
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len) memcpy(copy, text, len);
    return copy;
}

static void grammar(void **state) {
    (void)state;
    for (size_t i = 0; i < JSON_CASES; i++) {
        const struct json_case *c = &json_cases[i];
        char *text = exact(c->text, c->len);
        struct sg_err err = {0};
        struct sg_json value;
        enum sg_code code = sg_json_check(text, c->len, &value, &err);
        if (c->wrong == GOOD) {
            if (code != SG_OK) fail_msg("%s: %s", c->text, err.text);
            assert_true(value.len > 0 && !strchr(" \t\r\n", value.text[0]));
        } else {
            if (code != SG_DATA || err.byte != c->wrong || strcmp(err.text, c->cause) != 0)
                fail_msg("%s: '%s' at %d, not '%s' at %d", c->text, err.text, (int)err.byte,
                         c->cause, (int)c->wrong);
        }
        json_t *theirs;
        enum oracle oracle = oracle_ask(text, c->len, &theirs);
        if (oracle != ORACLE_UNSURE) assert_int_equal(oracle == ORACLE_ACCEPTS, c->wrong == GOOD);
        if (oracle == ORACLE_ACCEPTS) assert_true(oracle_same(value, theirs));
        json_decref(theirs);
        free(text);
    }
}

static char *nested(size_t depth, char open, char close) {
    struct sg_buf text = {0};
    for (size_t i = 0; i < depth; i++)
        sg_buf_puts(&text, open == '[' ? "[" : i % 2 ? "{\"a\":" : "[");
    for (size_t i = depth; i-- > 0;) sg_buf_putc(&text, open == '[' ? close : i % 2 ? '}' : ']');
    if (open == '{' && depth % 2 == 0) { /* the innermost object needs a value */
        sg_buf_free(&text);
        for (size_t i = 0; i < depth; i++) sg_buf_puts(&text, i % 2 ? "{\"a\":" : "[");
        sg_buf_putc(&text, '0');
        for (size_t i = depth; i-- > 0;) sg_buf_putc(&text, i % 2 ? '}' : ']');
    }
    return sg_buf_take(&text);
}

static void depth_is_512(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        char *fits = nested(512, kind ? '{' : '[', ']'), *deep = nested(513, kind ? '{' : '[', ']');
        struct sg_err err = {0};
        assert_int_equal(sg_json_check(fits, strlen(fits), NULL, &err), SG_OK);
        assert_int_equal(sg_json_check(deep, strlen(deep), NULL, &err), SG_DATA);
        assert_string_equal(err.text, "JSON depth over 512");
        assert_int_equal(deep[err.byte], '[');
        assert_int_equal(strlen(deep) - err.byte, kind ? 514 : 514);
        free(fits);
        free(deep);
    }
    struct sg_buf many = {0}; /* a million brackets are refused, not followed */
    for (int i = 0; i < 1000000; i++) sg_buf_putc(&many, '[');
    struct sg_err err = {0};
    assert_int_equal(sg_json_check(many.data, many.len, NULL, &err), SG_DATA);
    assert_int_equal(err.byte, 512);
    sg_buf_free(&many);
}

static struct sg_json checked(const char *text) {
    struct sg_json value = {0};
    assert_int_equal(sg_json_check(text, strlen(text), &value, NULL), SG_OK);
    return value;
}

static bool is(struct sg_json value, const char *text) {
    return value.len == strlen(text) && memcmp(value.text, text, value.len) == 0;
}

static void walking(void **state) {
    (void)state;
    struct sg_json name, value, list = checked(" [ 1 , [2,3] ,{\"x\":[]}, \"a]\" ] ");
    static const char *const items[] = {"1", "[2,3]", "{\"x\":[]}", "\"a]\""};
    size_t at = 0;
    for (size_t i = 0; i < COUNT(items); i++) {
        assert_true(sg_json_each(list, &at, NULL, &value));
        assert_true(is(value, items[i]));
    }
    assert_false(sg_json_each(list, &at, NULL, &value));

    struct sg_json object = checked("{ \"a\" : 1 ,\"\\u0062\":{},\"\":\"}\" }");
    static const char *const names[] = {"a", "\\u0062", ""}, *const values[] = {"1", "{}", "\"}\""};
    at = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_true(sg_json_each(object, &at, i == 1 ? NULL : &name, &value));
        if (i != 1) assert_true(is(name, names[i]));
        assert_true(is(value, values[i]));
    }
    assert_false(sg_json_each(object, &at, &name, &value));

    static const char *const none[] = {"[]", "{}", "[ ]", "{ }", "1", "\"[1]\"", "null"};
    for (size_t i = 0; i < COUNT(none); i++) {
        at = 0;
        assert_false(sg_json_each(checked(none[i]), &at, &name, &value));
    }
}

static void members(void **state) {
    (void)state;
    struct sg_json value,
        object = checked("{\"te\\u0078t\":1,\"a\":2,\"a\":3,\"\\\"\":4,\"n\\u0000\":5}");
    assert_true(sg_json_member(object, "text", &value) && is(value, "1"));
    assert_true(sg_json_member(object, "a", &value) && is(value, "3")); /* the last one */
    assert_true(sg_json_member(object, "\"", &value) && is(value, "4"));
    assert_false(sg_json_member(object, "te\\u0078t", &value));
    assert_false(sg_json_member(object, "n", &value)); /* the NUL is part of the name */
    assert_false(sg_json_member(object, "", &value));
    assert_false(sg_json_member(checked("[1]"), "a", &value));
}

static void typed_reads(void **state) {
    (void)state;
    uint64_t whole = 77;
    double number = 77;
    bool truth = false;
    assert_true(sg_json_u64(checked("18446744073709551615"), &whole) && whole == UINT64_MAX);
    assert_true(sg_json_u64(checked(" 0 "), &whole) && whole == 0);
    static const char *const not_whole[] = {
        "18446744073709551616", "-1", "1.0", "1e3", "\"1\"", "true", "null", "[1]"};
    for (size_t i = 0; i < COUNT(not_whole); i++)
        assert_false(sg_json_u64(checked(not_whole[i]), &whole));
    assert_true(sg_json_double(checked("-1.5e+3"), &number) && number == -1500);
    char digits[300] = "0.";
    memset(digits + 2, '3', 290);
    assert_true(sg_json_double(checked(digits), &number) && number == 1.0 / 3);
    assert_false(sg_json_double(checked("1e999"), &number));
    assert_false(sg_json_double(checked("\"1\""), &number));
    assert_true(sg_json_bool(checked("true"), &truth) && truth);
    assert_true(sg_json_bool(checked("false"), &truth) && !truth);
    assert_false(sg_json_bool(checked("null"), &truth));
    assert_int_equal(sg_json_type((struct sg_json){0}), SG_JSON_NONE);
    assert_int_equal(sg_json_type(checked("-1")), SG_JSON_NUMBER);
    assert_int_equal(sg_json_type(checked("null")), SG_JSON_NULL);
}

static void strings(void **state) {
    (void)state;
    static const struct {
        const char *json, *text;
        size_t len, lone;
    } cases[] = {
        {"\"\"", "", 0, 0},
        {"\"abc\"", "abc", 3, 0},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8, 0},
        {"\"a\\u0000b\"", "a\0b", 3, 0},
        {"\"\\u0939\\u093f\\u00e9\\u0041\"",
         "\xE0\xA4\xB9\xE0\xA4\xBF\xC3\xA9"
         "A",
         9, 0},
        {"\"\\ud83d\\uDE00!\"", "\xF0\x9F\x98\x80!", 5, 0},
        {"\"\\ud83d\"", "\xEF\xBF\xBD", 3, 1},
        {"\"\\ude00\\ud83d\"", "\xEF\xBF\xBD\xEF\xBF\xBD", 6, 2},
        {"\"\\ud83d\\ud83d\\ude00\"", "\xEF\xBF\xBD\xF0\x9F\x98\x80", 7, 1},
        {"\"\\ud83dx\\u0041\"", "\xEF\xBF\xBDxA", 5, 1},
        {"\"\\ud83d\\n\"", "\xEF\xBF\xBD\n", 4, 1},
        {"\"\\uffff\\udbff\\udfff\"", "\xEF\xBF\xBF\xF4\x8F\xBF\xBF", 7, 0},
        {"\"0123456789012345678901234567890123456789\\n0123456789012345678901234567890123456789\"",
         "0123456789012345678901234567890123456789\n0123456789012345678901234567890123456789", 81,
         0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sg_buf out = {0};
        size_t lone = 0;
        sg_buf_puts(&out, "+"); /* it appends */
        char *copy = exact(cases[i].json, strlen(cases[i].json));
        struct sg_json value = {copy, strlen(cases[i].json)};
        assert_true(sg_json_string(value, &out, &lone));
        assert_int_equal(out.len, 1 + cases[i].len);
        assert_memory_equal(out.data + 1, cases[i].text, cases[i].len);
        assert_int_equal(lone, cases[i].lone);
        sg_buf_free(&out);
        free(copy);
    }
    struct sg_buf out = {0};
    assert_false(sg_json_string(checked("1"), &out, NULL));
    char *text = sg_json_strdup(checked("\"h\\u0069\""));
    assert_string_equal(text, "hi");
    free(text);
    assert_null(sg_json_strdup(checked("[]")));
    sg_buf_free(&out);
}

static void quoting(void **state) {
    (void)state;
    struct sg_buf out = {0};
    char all[0x80];
    for (int i = 0; i < 0x80; i++) all[i] = (char)i;
    sg_json_quote(&out, all, sizeof all);
    sg_buf_str(&out);
    assert_string_equal(
        out.data,
        "\"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u"
        "000f"
        "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001"
        "c\\u001d"
        "\\u001e\\u001f !\\\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`"
        "abcdefghijklmnopqrstuvwxyz{|}~\x7F\"");
    out.len = 0;
    sg_json_quote(&out, "", 0);
    assert_int_equal(out.len, 2);
    sg_buf_free(&out);
}

/* quote then read gives the text back, whatever it is. */
static void quoting_is_undone_by_reading(void **state) {
    (void)state;
    uint64_t rng = 41;
    for (int round = 0; round < 3000; round++) {
        char text[400];
        size_t len = dice_below(&rng, 100 * (1 + (uint64_t)round % 4)),
               rare = 1 + dice_below(&rng, 60);
        for (size_t i = 0; i < len; i++)
            text[i] = dice_below(&rng, rare) ? (char)('a' + i % 26)
                                             : "\"\\\n\x01\x1F\0\t/"[dice_below(&rng, 8)];
        struct sg_buf quoted = {0}, back = {0};
        struct sg_json value;
        sg_json_quote(&quoted, text, len);
        assert_int_equal(sg_json_check(quoted.data, quoted.len, &value, NULL), SG_OK);
        assert_true(sg_json_string(value, &back, NULL));
        assert_int_equal(back.len, len);
        if (len) assert_memory_equal(back.data, text, len);
        sg_buf_free(&quoted);
        sg_buf_free(&back);
    }
}

static void writing(void **state) {
    (void)state;
    struct sg_buf out = {0};
    sg_json_open(&out, '{');
    sg_json_name(&out, "a");
    sg_json_put_u64(&out, UINT64_MAX);
    sg_json_name(&out, "b\n");
    sg_json_open(&out, '[');
    sg_json_put_str(&out, "x");
    sg_json_put_strn(&out, "yz", 1);
    sg_json_put_double(&out, 1);
    sg_json_put_double(&out, -0.25);
    sg_json_put_bool(&out, true);
    sg_json_put_bool(&out, false);
    sg_json_open(&out, '[');
    sg_json_close(&out, ']');
    sg_json_open(&out, '{');
    sg_json_close(&out, '}');
    sg_json_put_raw(&out, checked("null"));
    sg_json_put_u64(&out, 0);
    sg_json_close(&out, ']');
    sg_json_name(&out, "c");
    sg_json_open(&out, '{');
    sg_json_close(&out, '}');
    sg_json_close(&out, '}');
    sg_buf_putc(&out, '\n');
    sg_json_open(&out, '{'); /* the next line */
    sg_json_close(&out, '}');
    sg_buf_str(&out);
    assert_string_equal(
        out.data,
        "{\"a\":18446744073709551615,\"b\\n\":[\"x\",\"y\",1.0,-0.25,true,false,[],{},null,0],"
        "\"c\":{}}\n{}");
    sg_buf_free(&out);
}

static void names_compare_by_meaning(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        int order;
    } cases[] = {
        {"text", "te\\u0078t", 0},
        {"", "", 0},
        {"a", "", 1},
        {"", "a", -1},
        {"a", "\\u0062", -1},
        {"\\/", "/", 0},
        {"\\ud83d\\ude00", "\xF0\x9F\x98\x80", 0},
        {"\\u0000", "", 1},
        {"\\n", "\\u000A", 0},
        {"ab", "a", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sg_json_chars a = {cases[i].a, strlen(cases[i].a), true},
                             b = {cases[i].b, strlen(cases[i].b), true};
        assert_int_equal(sg_json_chars_compare(a, b), cases[i].order);
        assert_int_equal(sg_json_chars_compare(b, a), -cases[i].order);
    }
}

static void kernels_agree(void **state) {
    (void)state;
    uint64_t rng = 43;
    for (int round = 0; round < 20000; round++) {
        size_t len = dice_below(&rng, 150), rare = 1 + dice_below(&rng, 200);
        unsigned char *text = (unsigned char *)exact("", 0);
        text = realloc(text, len + 1);
        for (size_t i = 0; i < len; i++) {
            text[i] = (unsigned char)dice_below(&rng, 256);
            if (dice_below(&rng, rare) && (text[i] < 0x20 || text[i] == '"' || text[i] == '\\'))
                text[i] |= 0x80;
        }
        text = realloc(text, len ? len : 1);
        size_t expected = 0;
        while (expected < len && text[expected] >= 0x20 && text[expected] != '"' &&
               text[expected] != '\\')
            expected++;
        for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++) {
            const struct sg_kernels *kernels = sg_kernels_at((enum sg_cpu)level);
            char *to = exact((const char *)text, len);
            memset(to, 0, len);
            assert_int_equal(kernels->clean((const char *)text, len), expected);
            assert_int_equal(kernels->copy_clean(to, (const char *)text, len), expected);
            if (expected) assert_memory_equal(to, text, expected);
            free(to);
        }
        free(text);
    }
}

/* One step of damage: a byte changed, put in, left out, doubled, or the rest cut off. */
static size_t mutate(uint64_t *rng, char *text, size_t len, size_t cap) {
    static const char likely[] =
        "\"\\{}[]:,0123456789.eE+-truefalsn \t\r\nu/bd8D\x01\x80\xC3\xE0\xA4\xED\xF0\xFF";
    size_t at = len ? dice_below(rng, len) : 0;
    char byte = likely[dice_below(rng, sizeof likely - 1)];
    switch (dice_below(rng, 6)) {
    case 0:
    case 1:
        if (len) text[at] = byte;
        return len;
    case 2:
        if (len == cap) return len;
        memmove(text + at + 1, text + at, len - at);
        text[at] = byte;
        return len + 1;
    case 3:
        if (!len) return len;
        memmove(text + at, text + at + 1, len - at - 1);
        return len - 1;
    case 4: {
        size_t run = dice_below(rng, 1 + (len - at < 12 ? len - at : 12));
        if (len + run > cap) return len;
        memmove(text + at + run, text + at, len - at);
        return len + run;
    }
    default: return dice_below(rng, 8) ? len : at;
    }
}

static void mutations_as_jansson_sees_them(void **state) {
    (void)state;
    uint64_t rng = 47;
    size_t accepted = 0, rejected = 0;
    for (int round = 0; round < 60000; round++) {
        char text[400];
        const struct json_case *c = &json_cases[dice_below(&rng, JSON_CASES)];
        while (round % 4 && c->wrong != GOOD) c = &json_cases[dice_below(&rng, JSON_CASES)];
        size_t len = c->len;
        memcpy(text, c->text, len);
        for (uint64_t steps = dice_below(&rng, 4); steps > 0; steps--)
            len = mutate(&rng, text, len, sizeof text);
        char *copy = exact(text, len);
        struct sg_json value;
        struct sg_err err = {0};
        enum sg_code code = sg_json_check(copy, len, &value, &err);
        json_t *theirs;
        enum oracle oracle = oracle_ask(copy, len, &theirs);
        if (oracle != ORACLE_UNSURE && (oracle == ORACLE_ACCEPTS) != (code == SG_OK))
            fail_msg("%.*s: %s", (int)len, copy, err.text);
        if (oracle == ORACLE_ACCEPTS && !oracle_same(value, theirs))
            fail_msg("%.*s", (int)len, copy);
        if (code != SG_OK) assert_true(err.byte <= len);
        accepted += oracle == ORACLE_ACCEPTS;
        rejected += oracle == ORACLE_REJECTS;
        json_decref(theirs);
        free(copy);
    }
    assert_true(accepted > 10000 && rejected > 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar),       cmocka_unit_test(depth_is_512),
        cmocka_unit_test(walking),       cmocka_unit_test(members),
        cmocka_unit_test(typed_reads),   cmocka_unit_test(strings),
        cmocka_unit_test(quoting),       cmocka_unit_test(quoting_is_undone_by_reading),
        cmocka_unit_test(writing),       cmocka_unit_test(names_compare_by_meaning),
        cmocka_unit_test(kernels_agree), cmocka_unit_test(mutations_as_jansson_sees_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
