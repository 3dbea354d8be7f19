/*
 * json_cases: JSON texts at the edges of the grammar, for tests of json and record.
 *
 * Shape   text, its length (it may hold NUL), and where the first wrong byte stands; GOOD for valid texts.
 */
#ifndef SANGAM_TESTS_JSON_CASES_H
#define SANGAM_TESTS_JSON_CASES_H

#include <stddef.h>

#define GOOD ((size_t)-1)

struct json_case {
    const char *text;
    size_t len, wrong;
    const char *cause;
};

#define YES(text)                                                                                  \
    { text, sizeof(text) - 1, GOOD, "" }
#define NO(text, wrong, cause)                                                                     \
    { text, sizeof(text) - 1, wrong, cause }

static const struct json_case json_cases[] = {
    YES("0"),
    YES("-0"),
    YES("10"),
    YES("1.5"),
    YES("-1.5e10"),
    YES("1E+2"),
    YES("1e-2"),
    YES("0.0e0"),
    YES("1e00"),
    YES("123456789012345678901234567890"),
    YES("true"),
    YES("false"),
    YES("null"),
    YES("\"\""),
    YES("[]"),
    YES("{}"),
    YES(" \t\r\n1 \t\r\n"),
    YES("[1,2]"),
    YES(" [ 1 , [ ] , { } ] "),
    YES("{\"a\":1}"),
    YES(" { \"a\" : 1 , \"b\" : [ ] } "),
    YES("{\"\":0}"),
    YES("{\"a\":1,\"a\":2}"),
    YES("{\"a\":1,\"\\u0061\":2}"),
    YES("[[[[[[[[[[]]]]]]]]]]"),
    YES("{\"a\":{\"b\":{\"c\":[{\"d\":[]}]}}}"),
    YES("[{},[],\"\",0,true,false,null]"),
    YES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    YES("\"\\u0000\\u001f\\uFFFF\\uabCD\""),
    YES("\"\\ud83d\\ude00\""),
    YES("\"\\uD83D\\uDE00x\""),
    YES("\"\x7F\""),
    YES("\"\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F"
        "\xBF\xBF\""),
    YES("{\"\xE0\xA4\x95\":\"\xE0\xA5\x81\"}"),
    YES("\"0123456789012345678901234567890123456789\\n0123456789\""),
    YES("[1.7976931348623157e308,4.9e-324,0.1,1e22]"),
    YES("\"\\u2028\\u2029\xE2\x80\xA8\""),

    NO("", 0, "JSON ends too early"),
    NO("   ", 3, "JSON ends too early"),
    NO("{", 1, "JSON ends too early"),
    NO("[", 1, "JSON ends too early"),
    NO("\"", 1, "JSON ends too early"),
    NO("\"abc", 4, "JSON ends too early"),
    NO("\"\\", 2, "JSON ends too early"),
    NO("\"\\u12", 5, "JSON ends too early"),
    NO("tru", 3, "JSON ends too early"),
    NO("-", 1, "JSON ends too early"),
    NO("1.", 2, "JSON ends too early"),
    NO("1e", 2, "JSON ends too early"),
    NO("1e+", 3, "JSON ends too early"),
    NO("[1", 2, "JSON ends too early"),
    NO("[1,", 3, "JSON ends too early"),
    NO("{\"a\"", 4, "JSON ends too early"),
    NO("{\"a\":", 5, "JSON ends too early"),
    NO("{\"a\":1", 6, "JSON ends too early"),
    NO("{\"a\":1,", 7, "JSON ends too early"),
    NO("01", 1, "more than one JSON value"),
    NO("-01", 2, "more than one JSON value"),
    NO("1 2", 2, "more than one JSON value"),
    NO("{}{}", 2, "more than one JSON value"),
    NO("[]]", 2, "more than one JSON value"),
    NO("nullx", 4, "more than one JSON value"),
    NO("0x10", 1, "more than one JSON value"),
    NO("1\0", 1, "more than one JSON value"),
    NO("\"a\"b", 3, "more than one JSON value"),
    NO("+1", 0, "not a JSON value"),
    NO(".5", 0, "not a JSON value"),
    NO("NaN", 0, "not a JSON value"),
    NO("Infinity", 0, "not a JSON value"),
    NO("-Infinity", 1, "bad JSON number"),
    NO("-a", 1, "bad JSON number"),
    NO("nul1", 3, "not a JSON value"),
    NO("nan", 1, "not a JSON value"),
    NO("True", 0, "not a JSON value"),
    NO("'a'", 0, "not a JSON value"),
    NO("[1,]", 3, "not a JSON value"),
    NO("[,1]", 1, "not a JSON value"),
    NO("\0", 0, "not a JSON value"),
    NO("/**/1", 0, "not a JSON value"),
    NO("\v1", 0, "not a JSON value"),
    NO("\xEF\xBB\xBF"
       "1",
       0, "not a JSON value"),
    NO("\xC2\xA0"
       "1",
       0, "not a JSON value"),
    NO("[1.a]", 3, "bad JSON number"),
    NO("[1.e5]", 3, "bad JSON number"),
    NO("[1ea]", 3, "bad JSON number"),
    NO("[-]", 2, "bad JSON number"),
    NO("[1}", 2, "expected ',' or ']'"),
    NO("[1 2]", 3, "expected ',' or ']'"),
    NO("[01]", 2, "expected ',' or ']'"),
    NO("[[1],[2}]", 7, "expected ',' or ']'"),
    NO("{\"a\":1]", 6, "expected ',' or '}'"),
    NO("{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"),
    NO("[{\"a\":[]]]", 8, "expected ',' or '}'"),
    NO("{\"a\" 1}", 5, "expected ':'"),
    NO("{\"a\"}", 4, "expected ':'"),
    NO("{\"a\",1}", 4, "expected ':'"),
    NO("{1:2}", 1, "expected a member name"),
    NO("{a:1}", 1, "expected a member name"),
    NO("{,}", 1, "expected a member name"),
    NO("{\"a\":1,}", 7, "expected a member name"),
    NO("{\"a\":1,,}", 7, "expected a member name"),
    NO("[{\"a\":1,}]", 8, "expected a member name"),
    NO("{null:1}", 1, "expected a member name"),
    NO("\"\\x\"", 2, "bad JSON escape"),
    NO("\"\\'\"", 2, "bad JSON escape"),
    NO("\"\\u12G4\"", 5, "bad JSON escape"),
    NO("\"\\u\"", 3, "bad JSON escape"),
    NO("\"\\U0041\"", 2, "bad JSON escape"),
    NO("\"\\\n\"", 2, "bad JSON escape"),
    NO("\"ab\\n\\q\"", 6, "bad JSON escape"),
    NO("\"\\\0\"", 2, "bad JSON escape"),
    NO("\"a\nb\"", 2, "control character in a JSON string"),
    NO("\"\0\"", 1, "control character in a JSON string"),
    NO("\"\t\"", 1, "control character in a JSON string"),
    NO("{\"\x1F\":1}", 2, "control character in a JSON string"),
    NO("\"0123456789012345678901234567890123456789\x01\"", 41,
       "control character in a JSON string"),
    NO("\"\xFF\"", 1, "ill-formed UTF-8"),
    NO("\"\x80\"", 1, "ill-formed UTF-8"),
    NO("\"\xC0\x80\"", 1, "ill-formed UTF-8"),
    NO("\"\xED\xA0\x80\"", 1, "ill-formed UTF-8"),
    NO("\"\xF4\x90\x80\x80\"", 1, "ill-formed UTF-8"),
    NO("\"ab\xE0\xA4\"", 3, "ill-formed UTF-8"),
    NO("\"\xE0\x80\x80\"", 1, "ill-formed UTF-8"),
    NO("\"\xF8\x88\x80\x80\x80\"", 1, "ill-formed UTF-8"),
    NO("1\xFF", 1, "ill-formed UTF-8"),
    NO("\"a\xC3", 2, "ill-formed UTF-8"),
    /* Two things wrong: the one that stands first. */
    NO("[1 2,\"\xFF\"]", 3, "expected ',' or ']'"),
    NO("[\"\xFF\",1 2]", 2, "ill-formed UTF-8"),
};

#define JSON_CASES (sizeof json_cases / sizeof *json_cases)

#endif
