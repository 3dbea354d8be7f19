/* Pools, runs and their merge: one order, however the documents were cut into runs, in memory or spilled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dice.h"
#include "pool.h"
#include "rank.h"
#include "runmerge.h"

#define STRATA 3

static char folder[] = "/tmp/sangam-runs-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails when a spill file was left */
}

struct sample {
    uint32_t stratum;
    struct shard_slip slip;
    char *line;
};

/* Documents of very different lengths; some ranks equal, some lines equal too. */
static struct sample *make_samples(size_t count, uint64_t seed) {
    struct sample *samples = sg_zalloc(count, sizeof *samples);
    uint64_t dice_state = seed;
    for (size_t i = 0; i < count; i++) {
        struct sample *sample = &samples[i];
        size_t len = 10 + dice_below(&dice_state, 200);
        if (dice_below(&dice_state, 300) == 0) len = dice_below(&dice_state, 3 * SHARD_FRAME_BYTES);
        if (i > 10 && dice_below(&dice_state, 50) ==
                          0) { /* the same line again, or another of the same rank */
            *sample = samples[dice_below(&dice_state, i)];
            sample->line = sg_strndup(sample->line, sample->slip.bytes);
            if (dice_below(&dice_state, 2) && sample->slip.bytes) sample->line[0] ^= 1;
            continue;
        }
        sample->line = sg_alloc(len + 1);
        for (size_t k = 0; k < len; k++) sample->line[k] = (char)('a' + dice_below(&dice_state, 4));
        sample->line[len] = 0;
        sample->stratum = (uint32_t)dice_below(&dice_state, STRATA);
        sample->slip = (struct shard_slip){.rank_hi = dice(&dice_state),
                                           .rank_lo = dice(&dice_state),
                                           .bytes = (uint32_t)len,
                                           .code_points = (uint32_t)i,
                                           .tokens = (uint32_t)dice_below(&dice_state, 3)};
        if (i % 3 == 0) sample->slip.rank_hi >>= 60; /* equal in most bytes */
    }
    return samples;
}

static void free_samples(struct sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++) free(samples[i].line);
    free(samples);
}

static int by_order(const void *a, const void *b) {
    const struct sample *x = a, *y = b;
    if (x->stratum != y->stratum) return x->stratum < y->stratum ? -1 : 1;
    if (x->slip.rank_hi != y->slip.rank_hi) return x->slip.rank_hi < y->slip.rank_hi ? -1 : 1;
    if (x->slip.rank_lo != y->slip.rank_lo) return x->slip.rank_lo < y->slip.rank_lo ? -1 : 1;
    return shard_rank_tie(x->line, x->slip.bytes, y->line, y->slip.bytes);
}

static void pools_sort(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 2, 31, 32, 33, 5000};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct shard_pool pool;
        struct sample *samples = make_samples(counts[c], 77 + c);
        shard_pool_init(&pool, 16u << 20);
        for (size_t i = 0; i < counts[c]; i++)
            assert_true(
                shard_pool_put(&pool, samples[i].stratum, &samples[i].slip, samples[i].line));
        shard_pool_sort(&pool);
        if (counts[c]) qsort(samples, counts[c], sizeof *samples, by_order);
        for (size_t i = 0; i < counts[c]; i++) {
            assert_int_equal(pool.entries[i].stratum, samples[i].stratum);
            assert_int_equal(pool.entries[i].slip.bytes, samples[i].slip.bytes);
            assert_memory_equal(shard_pool_line(&pool, &pool.entries[i]), samples[i].line,
                                samples[i].slip.bytes);
            assert_int_equal(shard_pool_line(&pool, &pool.entries[i])[samples[i].slip.bytes], '\n');
        }
        shard_pool_free(&pool);
        free_samples(samples, counts[c]);
    }
}

static void a_pool_says_when_it_is_full(void **state) {
    (void)state;
    struct shard_pool pool;
    struct shard_slip slip = {.bytes = 1000};
    char line[1000] = "x";
    shard_pool_init(&pool, SHARD_POOL_NEED(1000) + 500);
    assert_true(shard_pool_put(&pool, 0, &slip, line));
    assert_false(shard_pool_put(&pool, 0, &slip, line));
    slip.bytes = 100;
    assert_true(shard_pool_put(&pool, 0, &slip, line));
    shard_pool_clear(&pool);
    slip.bytes = 1000;
    assert_true(shard_pool_put(&pool, 0, &slip, line));
    shard_pool_free(&pool);
}

/* ---- runs ---- */

#define RUNS_MOST 9

struct setting {
    struct shard_pool pools[RUNS_MOST];
    struct shard_spill spill, level;
    struct shard_run runs[RUNS_MOST];
    struct shard_runs all;
};

static void deal(struct setting *setting, const struct sample *samples, size_t count, size_t runs,
                 bool spilled, uint64_t seed) {
    struct sg_err err = {0};
    *setting =
        (struct setting){.all = {.items = setting->runs, .count = runs, .unit = SHARD_BYTES}};
    for (size_t r = 0; r < runs; r++) shard_pool_init(&setting->pools[r], 16u << 20);
    for (size_t i = 0; i < count; i++) {
        struct shard_pool *pool = &setting->pools[dice_below(&seed, runs)];
        assert_true(shard_pool_put(pool, samples[i].stratum, &samples[i].slip, samples[i].line));
    }
    if (spilled) assert_int_equal(shard_spill_open(&setting->spill, folder, &err), SG_OK);
    for (size_t r = 0; r < runs; r++) {
        shard_pool_sort(&setting->pools[r]);
        struct shard_run *run = &setting->runs[r];
        if (!spilled)
            shard_run_in_memory(run, &setting->pools[r], SHARD_BYTES);
        else
            assert_int_equal(
                shard_run_spilled(run, &setting->pools[r], SHARD_BYTES, &setting->spill, &err),
                SG_OK);
    }
}

static void clear(struct setting *setting, size_t runs) {
    for (size_t r = 0; r < RUNS_MOST; r++) shard_run_free(&setting->runs[r]);
    for (size_t r = 0; r < runs; r++) shard_pool_free(&setting->pools[r]);
    shard_spill_close(&setting->spill);
    shard_spill_close(&setting->level);
}

/* Reads a stratum from a rank and holds it against the sorted samples; returns how many units stand before. */
static uint64_t read_stratum(const struct shard_runs *runs, uint32_t stratum, uint64_t rank_hi,
                             const struct sample *sorted, size_t count, bool lines) {
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    struct shard_merge merge;
    struct sg_err err = {0};
    uint64_t units = 0;
    assert_int_equal(shard_merge_open(&merge, runs, stratum, rank_hi, decoder, &err), SG_OK);
    uint64_t first_units = merge.units_before;
    for (size_t i = 0; i < count; i++) {
        if (sorted[i].stratum != stratum) continue;
        if (sorted[i].slip.rank_hi >= rank_hi) {
            const char *line;
            assert_non_null(merge.slip);
            assert_int_equal(merge.units_before, units);
            assert_int_equal(merge.slip->rank_lo, sorted[i].slip.rank_lo);
            assert_int_equal(merge.slip->bytes, sorted[i].slip.bytes);
            if (lines) {
                assert_int_equal(shard_merge_line(&merge, &line, &err), SG_OK);
                assert_memory_equal(line, sorted[i].line, sorted[i].slip.bytes);
                assert_int_equal(line[sorted[i].slip.bytes], '\n');
            }
            assert_int_equal(shard_merge_next(&merge, &err), SG_OK);
        }
        units += sorted[i].slip.bytes + 1;
    }
    assert_null(merge.slip);
    shard_merge_free(&merge);
    sg_frames_decoder_free(decoder);
    return first_units;
}

static void merging_gives_one_order(void **state) {
    (void)state;
    size_t count = 6000;
    struct sample *samples = make_samples(count, 3), *sorted = sg_alloc(count * sizeof *sorted);
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_order);
    for (size_t runs = 1; runs <= RUNS_MOST; runs += 4)
        for (int spilled = 0; spilled < 2; spilled++) {
            struct setting setting;
            deal(&setting, samples, count, runs, spilled, 5 + runs);
            for (uint32_t s = 0; s <= STRATA; s++) {
                read_stratum(&setting.all, s, 0, sorted, count, true);
                read_stratum(&setting.all, s, 0, sorted, count, false);
                for (uint64_t rank = 1; rank; rank *= 64)
                    read_stratum(&setting.all, s, rank, sorted, count, true);
                read_stratum(&setting.all, s, UINT64_MAX, sorted, count, true);
            }
            clear(&setting, runs);
        }
    free(sorted);
    free_samples(samples, count);
}

/* From the rank that seek gives, the document with `units` before it is met, and reading begins close to it. */
static void seeking(void **state) {
    (void)state;
    size_t count = 20000;
    struct sample *samples = make_samples(count, 8), *sorted = sg_alloc(count * sizeof *sorted);
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_order);
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += sorted[i].stratum == 1 ? sorted[i].slip.bytes + 1 : 0;
    for (int spilled = 0; spilled < 2; spilled++) {
        struct setting setting;
        deal(&setting, samples, count, 3, spilled, 4);
        for (uint64_t units = 0; units <= total; units += total / 37) {
            uint64_t rank = shard_merge_seek(&setting.all, 1, units), before = 0;
            for (size_t i = 0; i < count; i++)
                if (sorted[i].stratum == 1 && sorted[i].slip.rank_hi < rank)
                    before += sorted[i].slip.bytes + 1;
            assert_true(before <= units);
            assert_int_equal(read_stratum(&setting.all, 1, rank, sorted, count, false), before);
            assert_true(units - before <=
                        3 * 5 * SHARD_FRAME_BYTES); /* a frame a run, and the giants between */
        }
        clear(&setting, 3);
    }
    free(sorted);
    free_samples(samples, count);
}

static void a_merge_level_is_a_run_like_others(void **state) {
    (void)state;
    size_t count = 5000;
    struct sample *samples = make_samples(count, 21), *sorted = sg_alloc(count * sizeof *sorted);
    struct setting setting;
    struct sg_err err = {0};
    struct shard_run merged[2];
    memcpy(sorted, samples, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_order);
    deal(&setting, samples, count, 7, true, 9);
    assert_int_equal(shard_spill_open(&setting.level, folder, &err), SG_OK);
    struct shard_runs left = {setting.runs, 4, SHARD_BYTES},
                      right = {setting.runs + 4, 3, SHARD_BYTES};
    assert_int_equal(shard_merge_level(&left, STRATA, &setting.level, &merged[0], &err), SG_OK);
    assert_int_equal(shard_merge_level(&right, STRATA, &setting.level, &merged[1], &err), SG_OK);
    struct shard_runs both = {merged, 2, SHARD_BYTES};
    for (uint32_t s = 0; s < STRATA; s++) {
        read_stratum(&both, s, 0, sorted, count, true);
        assert_true(shard_merge_memory(&both, s) < shard_merge_memory(&setting.all, s));
    }
    shard_run_free(&merged[0]);
    shard_run_free(&merged[1]);
    clear(&setting, 7);
    free(sorted);
    free_samples(samples, count);
}

/* A bit that turns over on the disk is noticed, not shuffled in. */
static void a_damaged_spill_file_is_noticed(void **state) {
    (void)state;
    size_t count = 2000;
    struct sample *samples = make_samples(count, 33);
    struct setting setting;
    struct sg_err err = {0};
    deal(&setting, samples, count, 1, true, 2);
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    const struct shard_frame *frame = &setting.runs[0].frames[0];
    off_t at =
        (off_t)(frame->at + frame->documents * sizeof(struct shard_slip) + frame->packed_bytes / 2);
    char byte;
    assert_int_equal(pread(setting.spill.fd, &byte, 1, at), 1);
    byte ^= 4;
    assert_int_equal(pwrite(setting.spill.fd, &byte, 1, at), 1);
    struct shard_merge merge;
    const char *line;
    assert_int_equal(shard_merge_open(&merge, &setting.all, frame->stratum, 0, decoder, &err),
                     SG_OK);
    assert_int_not_equal(shard_merge_line(&merge, &line, &err), SG_OK);
    assert_true(err.text[0] != 0);
    shard_merge_free(&merge);
    sg_frames_decoder_free(decoder);
    clear(&setting, 1);
    free_samples(samples, count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_sort),
        cmocka_unit_test(a_pool_says_when_it_is_full),
        cmocka_unit_test(merging_gives_one_order),
        cmocka_unit_test(seeking),
        cmocka_unit_test(a_merge_level_is_a_run_like_others),
        cmocka_unit_test(a_damaged_spill_file_is_noticed),
    };
    return cmocka_run_group_tests_name("shard_runs", tests, make_folder, remove_folder);
}
