/* The rules that decide what a release looks like: rank, cut, folder, tokens, tally, and what is read off a line. */
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
#include "cut.h"
#include "dice.h"
#include "docline.h"
#include "folder.h"
#include "rank.h"
#include "tally.h"
#include "text/utf8.h"
#include "tokens.h"

/* ---- rank ---- */

static void a_rank_is_what_the_specification_says(void **state) {
    (void)state;
    struct sg_hash128 id = sg_hash128("doc1", 4, 0), text = sg_hash128("hello", 5, 0);
    struct sg_hash128 alone = shard_key("doc1", 4, NULL, 0),
                      both = shard_key("doc1", 4, "hello", 5);
    assert_int_equal(sg_hash_compare(alone, id), 0);
    assert_true(both.lo == (id.lo ^ text.lo) && both.hi == (id.hi ^ text.hi));
    /* seed || K || copy, little-endian */
    unsigned char bytes[28];
    sg_num_put_u64(bytes, 7), sg_num_put_u64(bytes + 8, id.lo), sg_num_put_u64(bytes + 16, id.hi),
        sg_num_put_u32(bytes + 24, 3);
    assert_int_equal(sg_hash_compare(shard_rank(7, id, 3), sg_hash128(bytes, 28, 0)), 0);
}

/* These numbers stand in releases: they may never change. */
static void ranks_are_pinned(void **state) {
    (void)state;
    char hex[SG_HASH_HEX];
    assert_string_equal(sg_hash_hex(shard_rank(1, shard_key("doc1", 4, NULL, 0), 0), hex),
                        "14110e4f3c936c72c4637ef7773fcea8");
    assert_string_equal(sg_hash_hex(shard_rank(2, shard_key("doc1", 4, NULL, 0), 0), hex),
                        "1b3f0b9a102717f92b5ad3d8ec3bf940");
    assert_string_equal(sg_hash_hex(shard_rank(1, shard_key("doc1", 4, "t", 1), 0), hex),
                        "2a6bff9f120f1e506168421b12ebd771");
}

/* 100,000 ranks in 100 bins: chi-square with 99 degrees of freedom is below 148.2 with p = 0.999. One seed in 20 may fail. */
static void ranks_are_spread_evenly(void **state) {
    (void)state;
    unsigned failures = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        unsigned bins[100] = {0};
        double chi = 0;
        for (unsigned i = 0; i < 100000; i++) {
            char id[16];
            int len = snprintf(id, sizeof id, "doc%u", i);
            struct sg_hash128 rank = shard_rank(seed, shard_key(id, (size_t)len, NULL, 0), 0);
            bins[(unsigned __int128)rank.hi * 100 >> 64]++;
        }
        for (int b = 0; b < 100; b++) chi += (bins[b] - 1000.0) * (bins[b] - 1000.0) / 1000.0;
        failures += chi > 148.2;
    }
    assert_true(failures <= 1);
}

/* ---- cut ---- */

static void targets(void **state) {
    (void)state;
    struct shard_target target = {SHARD_DOCS, 5};
    assert_true(shard_target_parse("zbytes=256MiB", &target) && target.unit == SHARD_ZBYTES &&
                target.amount == 256u << 20);
    assert_true(shard_target_parse("bytes=1GB", &target) && target.unit == SHARD_BYTES &&
                target.amount == 1000000000);
    assert_true(shard_target_parse("docs=1000", &target) && target.unit == SHARD_DOCS &&
                target.amount == 1000);
    assert_true(shard_target_parse("tokens=1M", &target) && target.unit == SHARD_TOKENS &&
                target.amount == 1u << 20);
    static const char *const bad[] = {"",        "256MiB",  "bytes=",   "bytes=0",
                                      "docs=-1", "lines=5", "bytes=1 ", "Bytes=5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(shard_target_parse(bad[i], &target));
    assert_true(target.unit == SHARD_TOKENS); /* left alone */
}

static void counts_of_shards(void **state) {
    (void)state;
    assert_int_equal(shard_cut_count(0, 10, 5), 1);
    assert_int_equal(shard_cut_count(14, 10, 5), 1);
    assert_int_equal(shard_cut_count(15, 10, 5), 2);   /* rounds half up */
    assert_int_equal(shard_cut_count(1000, 10, 5), 5); /* no more shards than documents */
    assert_int_equal(shard_cut_count(UINT64_MAX, 1, UINT64_MAX), SHARD_COUNT_MAX);
    assert_int_equal(shard_cut_scale(1000000, 300, 1000), 300000);
    assert_int_equal(shard_cut_scale(5, 1, 0), 0);
}

static void the_cut_is_floor_bk_over_B(void **state) {
    (void)state;
    uint64_t dice_state = 5;
    for (int i = 0; i < 20000; i++) {
        uint64_t total = 1 + dice_below(&dice_state, 1000), count = 1 + dice_below(&dice_state, 50);
        uint64_t before = dice_below(&dice_state, total),
                 index = shard_cut_index(before, count, total);
        assert_int_equal(index, before * count / total);
        assert_true(shard_cut_start(index, count, total) <= before); /* and the least such */
        assert_true(index + 1 == count || shard_cut_start(index + 1, count, total) > before);
    }
    /* wider than 64 bits */
    uint64_t huge = UINT64_MAX - 5;
    assert_int_equal(shard_cut_index(huge - 1, 1000000, huge), 999999);
    assert_int_equal(shard_cut_index(huge / 2 - 1, 2, huge), 0);
    assert_int_equal(shard_cut_index(3, 4, 0), 0);
}

/* ---- folder ---- */

static void folders(void **state) {
    (void)state;
    static const struct {
        const char *language, *script, *name;
        bool fits;
    } cases[] = {
        {"hin", "Deva", "hin_Deva", true},
        {"hin", "", "hin_Zyyy", true},
        {"hin", NULL, "hin_Zyyy", true},
        {"", "Deva", "und_Zyyy", true},
        {NULL, "Deva", "und_Zyyy", true},
        {"../x", "Latn", "%2E%2E%2Fx_Latn", true},
        {"..", "..", "%2E%2E_%2E%2E", true},
        {"a%b", "L", "a%25b_L", true},
        {"zh-Hant", "Hant", "zh-Hant_Hant", true},
        {"हि", "Deva", "%E0%A4%B9%E0%A4%BF_Deva", true},
        {"a\n", "x", "a%0A_x", true},
        {"aaaaaaaaaabbbbbbbbbbccccccccccddddd", "Latn", "aaaaaaaaaabbbbbbbbbbccccccccccddddd_Latn",
         true}, /* 40 */
        {"aaaaaaaaaabbbbbbbbbbccccccccccdddddd", "Latn", "und_Zyyy", false},
        {"हिन्दी", "Deva", "und_Zyyy", false}, /* 54 coded */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[SHARD_FOLDER_MAX + 1], language[SHARD_FOLDER_MAX + 1],
            script[SHARD_FOLDER_MAX + 1];
        size_t language_len = cases[i].language ? strlen(cases[i].language) : 0;
        size_t script_len = cases[i].script ? strlen(cases[i].script) : 0;
        assert_int_equal(
            shard_folder_name(cases[i].language, language_len, cases[i].script, script_len, name),
            cases[i].fits);
        assert_string_equal(name, cases[i].name);
        shard_folder_labels(name, language, script);
        bool kept = cases[i].fits && language_len;
        assert_string_equal(language, kept ? cases[i].language : "und");
        assert_string_equal(script, kept && script_len ? cases[i].script : "Zyyy");
    }
    char nul[SHARD_FOLDER_MAX + 1];
    assert_true(shard_folder_name("a\0b", 3, "L", 1, nul));
    assert_string_equal(nul, "a%00b_L");
}

static void paths(void **state) {
    (void)state;
    char path[SHARD_FOLDER_PATH];
    shard_folder_path("hin_Deva", 17, 412, path);
    assert_string_equal(path, "hin_Deva/train/part-000017-of-000412.jsonl.zst");
    assert_true(shard_folder_is_part("part-000017-of-000412.jsonl.zst"));
    assert_false(shard_folder_is_part("part-000017-of-000412.jsonl.zst~"));
    assert_false(shard_folder_is_part("part-x-of-000412.jsonl.zst"));
    assert_false(shard_folder_is_part("README.md"));
}

/* ---- tokens ---- */

static void slow_tokens(const char *text, size_t len, uint64_t *points, uint64_t *tokens) {
    uint64_t sum = 0;
    *points = 0;
    for (const char *p = text; p < text + len; (*points)++) {
        uint32_t c = sg_utf8_next(&p);
        sum += c < 0x80      ? 250
               : c < 0x800   ? 400
               : c < 0x1000  ? 500
               : c < 0x2000  ? 700
               : c < 0x3000  ? 800
               : c < 0xE000  ? 700
               : c < 0x10000 ? 1000
                             : 1500;
    }
    *tokens = (sum + 999) / 1000;
}

static void tokens_by_class(void **state) {
    (void)state;
    uint64_t points, tokens, want_points, want_tokens;
    shard_tokens("", 0, &points, &tokens);
    assert_true(points == 0 && tokens == 0);
    shard_tokens("a\xE0\xA4\x95", 4, &points, &tokens);
    assert_true(points == 2 && tokens == 1);
    shard_tokens("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", 8, &points, &tokens);
    assert_true(points == 2 && tokens == 3);
    uint64_t dice_state = 11;
    static const uint32_t tops[] = {0x80, 0x800, 0x1000, 0x2000, 0x3000, 0xD800, 0x10000, 0x110000};
    for (int round = 0; round < 2000; round++) {
        char text[20000];
        size_t len = 0, limit = dice_below(&dice_state, round % 10 ? 200 : sizeof text - 4);
        uint32_t top = tops[dice_below(&dice_state, 8)];
        while (len < limit) {
            uint32_t c = (uint32_t)dice_below(&dice_state, top);
            if (c < 0xD800 || c > 0xDFFF) len += sg_utf8_encode(c, text + len);
        }
        shard_tokens(text, len, &points, &tokens);
        slow_tokens(text, len, &want_points, &want_tokens);
        assert_int_equal(points, want_points);
        assert_int_equal(tokens, want_tokens);
    }
}

/* ---- tally ---- */

static void add_range(struct shard_tally *tally, unsigned from, unsigned to, unsigned step) {
    for (unsigned i = from; i < to; i += step) {
        char name[16];
        int len = snprintf(name, sizeof name, "n%06u", (i * 7919) % 5000); /* out of order */
        shard_tally_add(tally, name, (size_t)len, 1);
    }
}

static void a_tally_keeps_the_first_names_exactly(void **state) {
    (void)state;
    struct shard_tally one = {0}, even = {0}, odd = {0};
    add_range(&one, 0, 15000, 1); /* each of 5,000 names three times */
    add_range(&even, 0, 15000, 2);
    add_range(&odd, 1, 15000, 2);
    shard_tally_close(&even);
    shard_tally_merge(&odd, &even);
    shard_tally_close(&odd);
    shard_tally_close(&one);
    assert_int_equal(one.count, SHARD_TALLY_MAX);
    assert_int_equal(one.other, 3 * 4000);
    assert_int_equal(odd.other, 3 * 4000);
    for (unsigned i = 0; i < SHARD_TALLY_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%06u", i);
        assert_string_equal(one.names[i].name, name);
        assert_string_equal(odd.names[i].name, name);
        assert_int_equal(one.names[i].documents, 3);
        assert_int_equal(odd.names[i].documents, 3);
    }
    shard_tally_free(&one);
    shard_tally_free(&even);
    shard_tally_free(&odd);
}

static void a_tally_bounds_names(void **state) {
    (void)state;
    struct shard_tally tally = {0};
    char name[400];
    memset(name, 'x', sizeof name);
    shard_tally_add(&tally, name, SHARD_TALLY_NAME, 1);
    shard_tally_add(&tally, name, SHARD_TALLY_NAME + 1, 5);
    shard_tally_add(&tally, "a\0b", 3, 2);
    shard_tally_add(&tally, "a", 1, 1);
    shard_tally_close(&tally);
    assert_int_equal(tally.count, 3);
    assert_int_equal(tally.other, 5);
    assert_true(tally.names[0].len == 1 && tally.names[1].len == 3 &&
                tally.names[1].documents == 2);
    shard_tally_free(&tally);
}

/* ---- docline ---- */

static enum sg_code read_line(struct shard_reader *reader, const char *line,
                              struct shard_document *out, struct sg_err *err) {
    struct shard_rules rules = {.seed = 1};
    *err = (struct sg_err){0};
    return shard_document_read(reader, &rules, line, strlen(line), out, err);
}

static void what_is_read_off_a_line(void **state) {
    (void)state;
    struct shard_reader reader = {0};
    struct shard_document document;
    struct sg_err err;
    struct sg_buf buf = {0};
    size_t len;
    const char *line = "{\"id\":\"a\\u0062\",\"text\":\"\\u0915x\",\"owner\":\"o\\\"\\u00e9\","
                       "\"source\":\"\",\"license\":5,"
                       "\"language\":\"hin\",\"language_script\":\"Deva\"}";
    assert_int_equal(read_line(&reader, line, &document, &err), SG_OK);
    assert_true(document.id_len == 2 && memcmp(document.id, "ab", 2) == 0);
    assert_int_equal(sg_hash_compare(document.key, sg_hash128("ab", 2, 0)), 0);
    assert_int_equal(sg_hash_compare(document.line_hash, sg_hash128(line, strlen(line), 0)), 0);
    assert_string_equal(document.folder, "hin_Deva");
    assert_int_equal(document.slip.bytes, strlen(line));
    assert_int_equal(document.slip.code_points, 2);
    assert_int_equal(document.slip.source_at, 0);  /* empty: not counted */
    assert_int_equal(document.slip.license_at, 0); /* no string */
    const char *owner = shard_document_string(document.line, document.slip.bytes,
                                              document.slip.owner_at, &buf, &len);
    assert_true(len == 4 && memcmp(owner, "o\"\xC3\xA9", 4) == 0);
    assert_null(shard_document_string(document.line, document.slip.bytes, 0, &buf, &len));

    assert_int_equal(
        read_line(&reader, "\xEF\xBB\xBF{\"id\":\"x\",\"text\":\"\"}", &document, &err), SG_OK);
    assert_true(document.bom && document.slip.bytes == 20 &&
                memcmp(document.line, "{\"id\":\"x\",\"text\":\"\"}", 20) == 0);
    assert_string_equal(document.folder, "und_Zyyy");

    static const char *const bad[] = {"{\"text\":\"t\"}",
                                      "{\"id\":\"\",\"text\":\"t\"}",
                                      "{\"id\":7,\"text\":\"t\"}",
                                      "{\"id\":\"a\"}",
                                      "{\"id\":\"a\",\"text\":null}",
                                      "[]",
                                      "{\"id\":\"a\",\"text\":\"t\"",
                                      "\xFF"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(read_line(&reader, bad[i], &document, &err), SG_DATA);
    sg_buf_free(&buf);
    shard_reader_free(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rank_is_what_the_specification_says),
        cmocka_unit_test(ranks_are_pinned),
        cmocka_unit_test(ranks_are_spread_evenly),
        cmocka_unit_test(targets),
        cmocka_unit_test(counts_of_shards),
        cmocka_unit_test(the_cut_is_floor_bk_over_B),
        cmocka_unit_test(folders),
        cmocka_unit_test(paths),
        cmocka_unit_test(tokens_by_class),
        cmocka_unit_test(a_tally_keeps_the_first_names_exactly),
        cmocka_unit_test(a_tally_bounds_names),
        cmocka_unit_test(what_is_read_off_a_line),
    };
    return cmocka_run_group_tests_name("shard_rules", tests, NULL, NULL);
}
