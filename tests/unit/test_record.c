#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dice.h"
#include "json_cases.h"
#include "oracle.h"
#include "text/record.h"
#include "text/utf8.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static char *exact(const char *text, size_t len) {
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len) memcpy(copy, text, len);
    return copy;
}

static void scan(struct sg_record *record, const char *line) {
    struct sg_err err = {0};
    if (sg_record_scan(record, line, strlen(line), &err) != SG_OK)
        fail_msg("%s: %s", line, err.text);
}

static void written(const struct sg_record *record, const char *expected) {
    struct sg_buf out = {0};
    sg_buf_puts(&out, "+"); /* it appends */
    sg_record_write(record, &out);
    sg_buf_str(&out);
    assert_string_equal(out.data + 1, expected);
    sg_buf_free(&out);
}

/* Every JSON case as the value of a member: the same verdict, five bytes further on. */
static void grammar_inside_a_member(void **state) {
    (void)state;
    struct sg_record record = {0};
    for (size_t i = 0; i < JSON_CASES; i++) {
        const struct json_case *c = &json_cases[i];
        size_t len = c->len + 6;
        char *line = malloc(len);
        assert_non_null(line);
        memcpy(line, "{\"a\":", 5);
        memcpy(line + 5, c->text, c->len);
        line[len - 1] = '}';
        struct sg_err err = {0};
        enum sg_code code = sg_record_scan(&record, line, len, &err);
        if (c->wrong == GOOD) {
            assert_int_equal(code, SG_OK);
            struct sg_buf out = {0};
            sg_record_write(&record, &out);
            assert_int_equal(out.len, len);
            assert_memory_equal(out.data, line, len);
            sg_buf_free(&out);
        } else {
            assert_int_equal(code, SG_DATA);
            if (c->wrong < c->len) assert_int_equal(err.byte, 5 + c->wrong);
        }
        free(line);
    }
    sg_record_free(&record);
}

static void bad_lines(void **state) {
    (void)state;
    static const struct json_case cases[] = {
        NO("", 0, "JSON ends too early"),
        NO("[1]", 0, "not a JSON object"),
        NO("\"a\"", 0, "not a JSON object"),
        NO("null", 0, "not a JSON object"),
        NO("  1", 2, "not a JSON object"),
        NO("\xFF{}", 0, "ill-formed UTF-8"),
        NO("{}x", 2, "text behind the JSON object"),
        NO("{}{}", 2, "text behind the JSON object"),
        NO("{} ,", 3, "text behind the JSON object"),
        NO("{}\xFF", 2, "ill-formed UTF-8"),
        NO("{}\xEF\xBB\xBF", 2, "text behind the JSON object"),
        NO("\xEF\xBB\xBF\xEF\xBB\xBF{}", 3, "not a JSON object"),
        NO(" \xEF\xBB\xBF{}", 1, "not a JSON object"),
        NO("\xEF\xBB{}", 0, "ill-formed UTF-8"),
        NO("\xEF\xBB\xBF", 3, "JSON ends too early"),
        NO("{\"a\":1,}", 7, "expected a member name"),
        NO("{,}", 1, "expected a member name"),
        NO("{\"a\":NaN}", 5, "not a JSON value"),
        NO("{\"a\":\"x\ty\"}", 7, "control character in a JSON string"),
        NO("{\"a\":1;\"b\":2}", 6, "expected ',' or '}'"),
        NO("\xEF\xBB\xBF{\"a\":\"\\q\"}", 10, "bad JSON escape"),
        NO("{\"a\":1", 6, "JSON ends too early"),
        NO("{\"a\":\"\xE0\xA4\"}", 6, "ill-formed UTF-8"),
        NO("{}\0", 2, "text behind the JSON object"),
    };
    struct sg_record record = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *line = exact(cases[i].text, cases[i].len);
        struct sg_err err = {0};
        assert_int_equal(sg_record_scan(&record, line, cases[i].len, &err), SG_DATA);
        assert_string_equal(err.text, cases[i].cause);
        assert_int_equal(err.byte, cases[i].wrong);
        assert_int_equal(sg_record_scan(&record, line, cases[i].len, NULL), SG_DATA);
        free(line);
    }
    scan(&record, "{\"still\":\"usable\"}");
    assert_non_null(sg_record_find(&record, "still"));
    sg_record_free(&record);
}

static void depth_counts_the_record(void **state) {
    (void)state;
    struct sg_record record = {0};
    for (size_t depth = 511; depth <= 512; depth++) {
        struct sg_buf line = {0};
        sg_buf_puts(&line, "{\"a\":");
        for (size_t i = 0; i < depth; i++) sg_buf_putc(&line, '[');
        for (size_t i = 0; i < depth; i++) sg_buf_putc(&line, ']');
        sg_buf_putc(&line, '}');
        struct sg_err err = {0};
        assert_int_equal(sg_record_scan(&record, line.data, line.len, &err),
                         depth == 511 ? SG_OK : SG_DATA);
        if (depth == 512) assert_int_equal(err.byte, 5 + 511);
        sg_buf_free(&line);
    }
    sg_record_free(&record);
}

static void untouched_is_copied(void **state) {
    (void)state;
    static const char *const lines[] = {
        "{}",
        " { } ",
        "{\"n\":1.0e+05,\"big\":12345678901234567890,\"k\":\"\\u00e9\"}",
        "{ \"text\" : \"a\\/b\" , \"x\" : [ 1 , 2 ] }\r",
        "\t{\"text\":\"\\ud83d\",\"text\":\"\\uD83D\\uDE00\"}",
        "{\"\":null,\"\\u0000\":-0.0E-0}",
    };
    struct sg_record record = {0};
    for (size_t i = 0; i < COUNT(lines); i++) {
        scan(&record, lines[i]);
        written(&record, lines[i]);
    }
    scan(&record, "\xEF\xBB\xBF {\"a\":1}"); /* a BOM is left out */
    assert_true(record.bom);
    assert_int_equal(record.body, 4);
    written(&record, " {\"a\":1}");
    sg_record_free(&record);
}

static void members_as_written(void **state) {
    (void)state;
    struct sg_record record = {0};
    scan(&record, "{\"id\":\"a\", \"te\\u0078t\" : [1] ,\"n\":-1,\"t\":true,\"z\":null,\"o\":{}}");
    static const enum sg_json_type types[] = {SG_JSON_STRING, SG_JSON_ARRAY, SG_JSON_NUMBER,
                                              SG_JSON_BOOL,   SG_JSON_NULL,  SG_JSON_OBJECT};
    assert_int_equal(record.count, COUNT(types));
    for (size_t i = 0; i < COUNT(types); i++) assert_int_equal(record.members[i].type, types[i]);
    const struct sg_member *text = sg_record_find(&record, "text");
    assert_ptr_equal(text, &record.members[1]);
    assert_true(text->name_escaped && text->name_len == 9);
    struct sg_json value = sg_record_value(&record, text);
    assert_int_equal(value.len, 3);
    assert_memory_equal(value.text, "[1]", 3);
    assert_null(sg_record_find(&record, "te\\u0078t"));
    assert_null(sg_record_find(&record, "i"));
    assert_null(sg_record_find(&record, ""));
    sg_record_free(&record);
}

static void setting(void **state) {
    (void)state;
    struct sg_record record = {0};
    scan(&record, "{\"id\":\"a\",\"n\":1.0e+05,\"text\":\"x\"}");
    sg_record_set_string(&record, "language", "hin", 3);
    written(&record, "{\"id\":\"a\",\"n\":1.0e+05,\"text\":\"x\",\"language\":\"hin\"}");

    scan(&record, "{ \"a\" : 1 , \"b\" : \"old\" }\r");
    sg_record_set(&record, "b", "[2]", 3);
    sg_record_set(&record, "a", "{\"x\":1}", 7);
    sg_record_set(&record, "b", "3", 1); /* again */
    sg_record_set_string(&record, "c\"\n", "\x01", 1);
    sg_record_set(&record, "d", "null", 4);
    sg_record_set_string(&record, "c\"\n", "", 0); /* an added one again */
    written(&record, "{ \"a\" : {\"x\":1} , \"b\" : 3,\"c\\\"\\n\":\"\",\"d\":null }\r");
    assert_int_equal(sg_record_find(&record, "b")->type, SG_JSON_NUMBER);
    assert_int_equal(sg_record_find(&record, "d")->type, SG_JSON_NULL);
    assert_int_equal(record.scanned, 2);

    scan(&record, "{ }");
    sg_record_set(&record, "a", "1", 1);
    sg_record_set(&record, "b", "2", 1);
    written(&record, "{\"a\":1,\"b\":2 }");
    scan(&record, "\xEF\xBB\xBF{}");
    written(&record, "{}"); /* the edits of the line before are gone */
    sg_record_free(&record);
}

static void setting_by_meaning_of_the_name(void **state) {
    (void)state;
    struct sg_record record = {0};
    scan(&record, "{\"te\\u0078t\":1,\"a\":1,\"text\":2,\"\\u0061\":3}");
    assert_int_equal(record.duplicate_names, 2);
    sg_record_set(&record, "text", "9", 1);
    sg_record_set(&record, "a", "8", 1); /* the last of its name, as it is spelled */
    written(&record, "{\"te\\u0078t\":1,\"a\":1,\"text\":9,\"\\u0061\":8}");
    sg_record_free(&record);
}

/* Many additions make the edit buffer move under names and values that stand in it. */
static void many_edits(void **state) {
    (void)state;
    struct sg_record record = {0};
    struct sg_buf expected = {0};
    for (int round = 0; round < 2; round++) {
        scan(&record, "{\"q_0\":0}");
        expected.len = 0;
        sg_buf_puts(&expected, "{\"q_0\":\"");
        for (int i = 0; i < 300; i++) {
            char name[20], value[20];
            snprintf(name, sizeof name, "q_%d", i);
            snprintf(value, sizeof value, "%d", i * i);
            sg_record_set_string(&record, name, value, strlen(value));
            if (i == 0)
                sg_buf_puts(&expected, "0\"");
            else
                sg_buf_printf(&expected, ",\"%s\":\"%s\"", name, value);
        }
        const struct sg_member *last = sg_record_find(&record, "q_299");
        struct sg_json value = sg_record_value(&record, last);
        for (int i = 0; i < 300; i++) { /* a value of the record itself */
            char name[20];
            snprintf(name, sizeof name, "copy_%d", i);
            sg_record_set(&record, name, value.text, value.len);
            value = sg_record_value(&record, sg_record_find(&record, name));
            sg_buf_printf(&expected, ",\"%s\":\"89401\"", name);
        }
        sg_buf_putc(&expected, '}');
        sg_buf_str(&expected);
        written(&record, expected.data);
    }
    sg_buf_free(&expected);
    sg_record_free(&record);
}

static void counting_duplicates(void **state) {
    (void)state;
    static const struct {
        const char *line;
        size_t count;
    } cases[] = {
        {"{}", 0},
        {"{\"a\":1,\"b\":2}", 0},
        {"{\"a\":1,\"a\":2,\"a\":3}", 2},
        {"{\"\":1,\"\":2}", 1},
        {"{\"ab\":1,\"ba\":2}", 0},
        {"{\"a\":1,\"\\u0061\":2}", 1},
        {"{\"\\u0061\":1,\"a\":2,\"b\":{\"b\":1}}", 1},
        {"{\"a\\u0000\":1,\"a\":2}", 0},
    };
    struct sg_record record = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        scan(&record, cases[i].line);
        assert_int_equal(record.duplicate_names, cases[i].count);
    }
    for (int members = 2; members <= 400;
         members += 3) { /* on both sides of where it turns to sorting */
        struct sg_buf line = {0};
        sg_buf_putc(&line, '{');
        for (int i = 0; i < members; i++)
            sg_buf_printf(&line, i % 5 ? "%s\"m%d\":%d" : "%s\"\\u006d%d\":%d", i ? "," : "",
                          i % 150, i);
        sg_buf_putc(&line, '}');
        sg_buf_str(&line);
        scan(&record, line.data);
        assert_int_equal(record.count, members);
        assert_int_equal(record.duplicate_names, members > 150 ? members - 150 : 0);
        sg_buf_free(&line);
    }
    sg_record_free(&record);
}

/* 300,000 names, all alike but for the end: seconds if it were quadratic. */
static void many_names_are_no_trap(void **state) {
    (void)state;
    struct sg_buf line = {0};
    struct sg_record record = {0};
    for (int i = 0; i < 300000; i++) sg_buf_printf(&line, "%c\"%06d\":0", i ? ',' : '{', i);
    sg_buf_puts(&line, "}");
    assert_int_equal(sg_record_scan(&record, line.data, line.len, NULL), SG_OK);
    assert_int_equal(record.count, 300000);
    assert_int_equal(record.duplicate_names, 0);
    sg_record_free(&record);
    sg_buf_free(&line);
}

static void reading_strings(void **state) {
    (void)state;
    struct sg_record record = {0};
    struct sg_buf into = {0};
    size_t len, lone = 9;
    const char *line = "{\"text\":\"old\",\"plain\":\"\xE0\xA4\x95\",\"esc\":\"a\\n\\ud83d\",\"n\":"
                       "1,\"none\":null,\"e\":\"\",\"text\":\"new\"}";
    scan(&record, line);
    const char *text = sg_record_string(&record, "text", &into, &len, NULL);
    assert_true(len == 3 && memcmp(text, "new", 3) == 0);   /* the last one */
    assert_true(text > line && text < line + strlen(line)); /* no copy */
    text = sg_record_string(&record, "plain", &into, &len, &lone);
    assert_true(len == 3 && lone == 0 && text > line && text < line + strlen(line));
    text = sg_record_string(&record, "esc", &into, &len, &lone);
    assert_true(len == 5 && memcmp(text, "a\n\xEF\xBF\xBD", 5) == 0 && lone == 1 &&
                text == into.data);
    text = sg_record_string(&record, "e", &into, &len, &lone);
    assert_true(text && len == 0 && lone == 0);
    assert_null(sg_record_string(&record, "n", &into, &len, NULL));
    assert_null(sg_record_string(&record, "none", &into, &len, NULL));
    assert_null(sg_record_string(&record, "absent", &into, &len, NULL));
    sg_record_set_string(&record, "n", "now\n", 4);
    text = sg_record_string(&record, "n", &into, &len, NULL);
    assert_true(len == 4 && memcmp(text, "now\n", 4) == 0);
    sg_record_set(&record, "n", "\"\"", 2);
    text = sg_record_string(&record, "n", &into, &len, NULL);
    assert_true(text && len == 0);
    sg_record_set(&record, "text", "5", 1);
    assert_null(sg_record_string(&record, "text", &into, &len, NULL));
    sg_buf_free(&into);
    sg_record_free(&record);
}

static void blank_lines(void **state) {
    (void)state;
    assert_true(sg_record_blank("", 0));
    assert_true(sg_record_blank(" \t\r", 3));
    assert_true(sg_record_blank("\xEF\xBB\xBF \r", 5));
    assert_false(sg_record_blank("{}", 2));
    assert_false(sg_record_blank(" \v", 2));
    assert_false(sg_record_blank("\xEF\xBB", 2));
    assert_false(sg_record_blank("\xC2\xA0", 2));
    assert_false(sg_record_blank("\0", 1));
}

static void steady_state_allocates_nothing(void **state) {
    (void)state;
    struct sg_record record = {0};
    struct sg_buf out = {0};
    const void *seen[4] = {0};
    for (int i = 0; i < 100; i++) {
        scan(&record, "{\"id\":\"1\",\"text\":\"one\\ntwo\",\"a\":1,\"b\":[],\"c\":{}}");
        sg_record_set_string(&record, "text", "three", 5);
        sg_record_set(&record, "score", "0.5", 3);
        out.len = 0;
        sg_record_write(&record, &out);
        const void *now[4] = {record.members, record.edits.data, record.scratch.data, out.data};
        if (i) assert_memory_equal(seen, now, sizeof now);
        memcpy(seen, now, sizeof now);
    }
    sg_buf_free(&out);
    sg_record_free(&record);
}

static size_t random_value(uint64_t *rng, char *to, int depth) {
    static const char *const scalars[] = {"0",
                                          "-1.5e+3",
                                          "true",
                                          "false",
                                          "null",
                                          "\"\"",
                                          "\"\\u0061\\n\"",
                                          "\"\xE0\xA4\x95\"",
                                          "\"\\ud83d\\ude00\"",
                                          "12345678901234567890",
                                          "\"0123456789012345678901234567890123456789\""};
    uint64_t kind = dice_below(rng, depth < 3 ? 14 : COUNT(scalars));
    if (kind < COUNT(scalars)) return strlen(strcpy(to, scalars[kind]));
    char *o = to;
    bool object = kind == 13;
    *o++ = object ? '{' : '[';
    for (uint64_t i = 0, items = dice_below(rng, 4); i < items; i++) {
        o += sprintf(o, "%s%s", i ? "," : "", dice_below(rng, 3) ? "" : " ");
        if (object) o += sprintf(o, "\"k%d\":", (int)dice_below(rng, 3));
        o += random_value(rng, o, depth + 1);
    }
    *o++ = object ? '}' : ']';
    *o = 0;
    return (size_t)(o - to);
}

/* Scan, set some members, write: jansson reads in the result what it would have after the same changes. */
static void edits_as_jansson_sees_them(void **state) {
    (void)state;
    uint64_t rng = 53;
    struct sg_record record = {0};
    for (int round = 0; round < 4000; round++) {
        static char line[100000], value[20000];
        char *o = line;
        *o++ = '{';
        for (uint64_t i = 0, members = dice_below(&rng, 7); i < members; i++) {
            static const char *const names[] = {"text", "te\\u0078t", "id", "a b", "\\n", ""};
            o += sprintf(o, "%s\"%s\": ", i ? " ," : "", names[dice_below(&rng, COUNT(names))]);
            o += random_value(&rng, o, 0);
        }
        strcpy(o, "} ");
        scan(&record, line);
        json_t *theirs;
        assert_int_equal(oracle_ask(line, strlen(line), &theirs), ORACLE_ACCEPTS);
        assert_int_equal(record.count - record.duplicate_names, json_object_size(theirs));
        for (uint64_t i = 0, edits = dice_below(&rng, 5); i < edits; i++) {
            static const char *const names[] = {"text", "id", "\n", "new", "\"q\"", ""};
            const char *name = names[dice_below(&rng, COUNT(names))];
            size_t len = random_value(&rng, value, 0);
            sg_record_set(&record, name, value, len);
            json_t *member;
            assert_int_equal(oracle_ask(value, len, &member), ORACLE_ACCEPTS);
            json_object_set_new(theirs, name, member);
        }
        struct sg_buf out = {0};
        struct sg_json ours;
        sg_record_write(&record, &out);
        assert_int_equal(sg_json_check(out.data, out.len, &ours, NULL), SG_OK);
        if (!oracle_same(ours, theirs)) fail_msg("%s", line);
        assert_int_equal(sg_record_scan(&record, out.data, out.len, NULL), SG_OK);
        assert_int_equal(record.count - record.duplicate_names, json_object_size(theirs));
        json_decref(theirs);
        sg_buf_free(&out);
    }
    sg_record_free(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar_inside_a_member),
        cmocka_unit_test(bad_lines),
        cmocka_unit_test(depth_counts_the_record),
        cmocka_unit_test(untouched_is_copied),
        cmocka_unit_test(members_as_written),
        cmocka_unit_test(setting),
        cmocka_unit_test(setting_by_meaning_of_the_name),
        cmocka_unit_test(many_edits),
        cmocka_unit_test(counting_duplicates),
        cmocka_unit_test(many_names_are_no_trap),
        cmocka_unit_test(reading_strings),
        cmocka_unit_test(blank_lines),
        cmocka_unit_test(steady_state_allocates_nothing),
        cmocka_unit_test(edits_as_jansson_sees_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
