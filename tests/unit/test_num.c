#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"
#include "dice.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static void whole_numbers(void **state) {
    (void)state;
    uint64_t v = 77;
    assert_true(sg_num_parse_u64("0", &v) && v == 0);
    assert_true(sg_num_parse_u64("007", &v) && v == 7);
    assert_true(sg_num_parse_u64("18446744073709551615", &v) && v == UINT64_MAX);
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1.0", "0x10", "18446744073709551616", "99999999999999999999"};
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(sg_num_parse_u64(bad[i], &v));
    assert_true(v == UINT64_MAX); /* left alone */
}

static void decimals(void **state) {
    (void)state;
    double v = 77;
    assert_true(sg_num_parse_double("0.8", &v) && v == 0.8);
    assert_true(sg_num_parse_double("-1.5e-3", &v) && v == -1.5e-3);
    assert_true(sg_num_parse_double("+5", &v) && v == 5);
    assert_true(sg_num_parse_double("5.", &v) && v == 5);
    assert_true(sg_num_parse_double(".5", &v) && v == 0.5);
    assert_true(sg_num_parse_double("1E400000000000e", &v) == false);
    assert_true(sg_num_parse_double("1e-400", &v) && v == 0);
    /* Halfway between two doubles, and a hair above: needs every digit. */
    assert_true(sg_num_parse_double("9007199254740993", &v) && v == 9007199254740992.0);
    assert_true(sg_num_parse_double("9007199254740993.00000000000000000000000000000001", &v) &&
                v == 9007199254740994.0);
    v = 77;
    static const char *const bad[] = {"",    ".",   "-",  "e5", "1e",  "1e+",   "0x1p3",
                                      "nan", "inf", " 1", "1 ", "1,5", "1e999", "--1"};
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(sg_num_parse_double(bad[i], &v));
    assert_true(v == 77);
}

static void sizes(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"4096", 4096},
        {"4096B", 4096},
        {"1K", 1024},
        {"1k", 1024},
        {"512M", 512 << 20},
        {"1.5GiB", 1610612736},
        {"100MB", 100000000},
        {"1kB", 1000},
        {"2TB", 2000000000000},
        {"1T", (uint64_t)1 << 40},
        {"0.5K", 512},
        {"1.0001K", 1024},
        {"16777215T", 0xFFFFFF0000000000u},
        {"0.3333333333333333333333333333M", 349525},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        uint64_t bytes = 1;
        assert_true(sg_num_parse_bytes(good[i].text, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    uint64_t left = 77;
    static const char *const bad[] = {"",
                                      "M",
                                      "-1",
                                      "1.",
                                      "1.M",
                                      ".5M",
                                      "1 M",
                                      "1X",
                                      "1Mi",
                                      "1MiBB",
                                      "1iB",
                                      "16777216T",
                                      "18446744073709551616",
                                      "1e3",
                                      "0x10"};
    for (size_t i = 0; i < COUNT(bad); i++) assert_false(sg_num_parse_bytes(bad[i], &left));
    assert_int_equal(left, 77);
}

static void sizes_for_people(void **state) {
    (void)state;
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B"},
        {1023, "1023 B"},
        {1024, "1 KiB"},
        {1536, "1.5 KiB"},
        {12 << 10, "12 KiB"},
        {10239, "10 KiB"},
        {(1 << 20) - 1, "1 MiB"},
        {1047 << 10, "1 MiB"},
        {1023 << 10, "1023 KiB"},
        {1610612736, "1.5 GiB"},
        {UINT64_MAX, "16 EiB"},
    };
    char out[SG_NUM_TEXT];
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(sg_num_bytes(cases[i].bytes, out), cases[i].text);
    assert_string_equal(sg_num_count(0, out), "0");
    assert_string_equal(sg_num_count(999, out), "999");
    assert_string_equal(sg_num_count(1000, out), "1,000");
    assert_string_equal(sg_num_count(1234567, out), "1,234,567");
    assert_string_equal(sg_num_count(UINT64_MAX, out), "18,446,744,073,709,551,615");
}

static void spelling(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-2.5, "-2.5"},
        {0.25, "0.25"},
        {0.1, "0.1"},
        {100, "100.0"},
        {0.0001, "0.0001"},
        {0.00012, "0.00012"},
        {0.00001, "1.0e-05"},
        {1e-7, "1.0e-07"},
        {1.5e-7, "1.5e-07"},
        {1e15, "1000000000000000.0"},
        {1e16, "1.0e+16"},
        {1.25e20, "1.25e+20"},
        {1e22, "1.0e+22"},
        {1e23, "1.0e+23"},
        {123456789.125, "123456789.125"},
        {0.1 + 0.2, "0.30000000000000004"},
        {9007199254740993.0, "9007199254740992.0"},
        {9999999999999998.0, "9999999999999998.0"},
        {2023347301156851.25, "2023347301156851.2"}, /* halfway: to the even digit */
        {DBL_MAX, "1.7976931348623157e+308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {4.9406564584124654e-324, "5.0e-324"},
        {0x1p100, "1.2676506002282294e+30"},
        {5e-310, "5.0e-310"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
    };
    char out[SG_NUM_TEXT];
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_string_equal(sg_num_double(cases[i].value, out), cases[i].text);
    assert_string_equal(sg_num_float(0.1f, out), "0.1");
    assert_string_equal(sg_num_float(16777216.0f, out), "16777216.0");
    assert_string_equal(sg_num_float(FLT_MAX, out), "3.4028235e+38");
    assert_string_equal(sg_num_float(0x1p-149f, out), "1.0e-45");
    assert_string_equal(sg_num_float(-1.17549435e-38f, out), "-1.1754944e-38");
    assert_string_equal(sg_num_float(0.0f, out), "0.0");
}

/* Significant digits, without the zeros around them. */
static int significant(const char *text, char *digits) {
    int count = 0;
    for (; *text && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (count || *text != '0')) digits[count++] = *text;
    while (count && digits[count - 1] == '0') count--;
    digits[count] = 0;
    return count;
}

/* Reads back, and as short and near as the shortest %.Ne of the C library that does. */
static void shortest(void **state) {
    (void)state;
    uint64_t rng = 5;
    for (int i = 0; i < 60000; i++) {
        uint64_t bits = dice(&rng);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (i % 3 == 1) value = (double)(bits % 1000000) / 1000;
        if (i % 3 == 2) value = (double)(bits >> 11) * 0x1p-53;
        if (!isfinite(value)) continue;
        char ours[SG_NUM_TEXT], theirs[SG_NUM_TEXT], our_digits[40], their_digits[40];
        sg_num_double(value, ours);
        assert_true(strtod(ours, NULL) == value);
        assert_non_null(strchr(ours, '.'));
        int precision = 0;
        do snprintf(theirs, sizeof theirs, "%.*e", precision++, value);
        while (strtod(theirs, NULL) != value);
        significant(ours, our_digits), significant(theirs, their_digits);
        if (strcmp(our_digits, their_digits) != 0) /* then %.Ne stopped at a longer spelling */
            assert_true(strlen(our_digits) < strlen(their_digits));

        uint32_t low = (uint32_t)bits;
        float single;
        memcpy(&single, &low, sizeof single);
        if (!isfinite(single)) continue;
        sg_num_float(single, ours);
        assert_true(strtof(ours, NULL) == single);
        assert_true(significant(ours, our_digits) <= 9);
    }
}

/* A process that sets a comma locale (a plugin, a test) changes nothing. */
static void locale_does_not_matter(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "pt_BR.UTF-8",
                                        "ru_RU.UTF-8", "de_DE",       "fr_FR"};
    size_t i = 0;
    while (i < COUNT(names) && !setlocale(LC_ALL, names[i])) i++;
    if (i == COUNT(names)) skip();
    char out[SG_NUM_TEXT];
    double value = 0;
    assert_string_equal(sg_num_double(0.5, out), "0.5");
    assert_true(sg_num_parse_double("0.5", &value) && value == 0.5);
    assert_false(sg_num_parse_double("0,5", &value));
    assert_string_equal(sg_num_bytes(1536, out), "1.5 KiB");
    setlocale(LC_ALL, "C");
}

static void same_bits(double value, uint64_t expected) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    assert_int_equal(bits, expected);
}

/* Results that have been in files: a change here changes corpora. */
static void exp_and_log_bits(void **state) {
    (void)state;
    same_bits(sg_num_exp(1.0), 0x4005bf0a8b14576au);
    same_bits(sg_num_exp(-1.0), 0x3fd78b56362cef38u);
    same_bits(sg_num_exp(0.1), 0x3ff1aec7b35a00d4u);
    same_bits(sg_num_exp(-20.75), 0x3e10ba06b3d9c887u);
    same_bits(sg_num_exp(300.3), 0x5b02e9c6cabf8f3fu);
    same_bits(sg_num_exp(-700.5), 0x00c4ff475c68ca02u);
    same_bits(sg_num_exp(0x1p-30), 0x3ff0000000400000u);
    same_bits(sg_num_log(2.0), 0x3fe62e42fefa39efu);
    same_bits(sg_num_log(10.0), 0x40026bb1bbb55516u);
    same_bits(sg_num_log(0.1), 0xc0026bb1bbb55515u);
    same_bits(sg_num_log(0.999), 0xbf5064670d979b73u);
    same_bits(sg_num_log(1e300), 0x4085963447f87fb5u);
    same_bits(sg_num_log(5e-324), 0xc0874385446d71c3u);
    same_bits(sg_num_log(1.4142135623730951), 0x3fd62e42fefa39f1u);
}

static void exp_and_log_are_near(void **state) {
    (void)state;
    uint64_t rng = 9;
    for (int i = 0; i < 300000; i++) {
        double unit = (double)(dice(&rng) >> 11) * 0x1p-53 - 0.5;
        double x = unit * (i % 2 ? 1400 : 2);
        long double e = expl((long double)x);
        assert_true(fabsl(sg_num_exp(x) - e) <= 1e-14L * e);
        double y = i % 2 ? exp(x) : 1 + unit / 100;
        if (y == 0 || y == 1 || isinf(y)) continue;
        long double l = logl((long double)y);
        assert_true(fabsl(sg_num_log(y) - l) <= 1e-14L * fabsl(l));
    }
}

static void exp_and_log_at_the_edges(void **state) {
    (void)state;
    assert_true(sg_num_exp(0) == 1 && sg_num_log(1) == 0);
    assert_true(isinf(sg_num_exp(710)) && sg_num_exp(-746) == 0);
    assert_true(sg_num_exp(-745) == 0x1p-1074); /* the smallest there is */
    assert_true(isfinite(sg_num_exp(709.78)));
    assert_true(isinf(sg_num_exp(INFINITY)) && sg_num_exp(-INFINITY) == 0);
    assert_true(isnan(sg_num_exp(NAN)) && isnan(sg_num_log(NAN)) && isnan(sg_num_log(-1)));
    assert_true(sg_num_log(0) == -INFINITY && isinf(sg_num_log(INFINITY)));
    assert_true(fabs(sg_num_log(0x1p-1074) + 744.4400719213812) < 1e-11);
}

static void disk_order(void **state) {
    (void)state;
    unsigned char at[8];
    sg_num_put_u32(at, 0x01020304);
    assert_memory_equal(at, "\4\3\2\1", 4);
    assert_int_equal(sg_num_get_u32(at), 0x01020304);
    sg_num_put_u64(at, 0xF102030405060708u);
    assert_memory_equal(at, "\x08\x07\x06\x05\x04\x03\x02\xF1", 8);
    assert_true(sg_num_get_u64(at) == 0xF102030405060708u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(decimals),
        cmocka_unit_test(sizes),
        cmocka_unit_test(sizes_for_people),
        cmocka_unit_test(spelling),
        cmocka_unit_test(shortest),
        cmocka_unit_test(locale_does_not_matter),
        cmocka_unit_test(exp_and_log_bits),
        cmocka_unit_test(exp_and_log_are_near),
        cmocka_unit_test(exp_and_log_at_the_edges),
        cmocka_unit_test(disk_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
