/* Sketches: every kernel gives the same bits; the estimator and the banding curve are what theory says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "dice.h"
#include "fss.h"
#include "minhash.h"

static void kernels_are_equal_bit_for_bit(void **state) {
    (void)state;
    static uint32_t a[DEDUP_LANES], b[DEDUP_LANES], x[1000], expected[DEDUP_LANES],
        got[DEDUP_LANES];
    uint64_t seed = 11;
    for (int round = 0; round < 400; round++) {
        unsigned most = round % 50 ? 256 : DEDUP_LANES;
        unsigned lanes = 16 * (1 + (unsigned)dice_below(&seed, most / 16));
        size_t count = dice_below(&seed, 1000);
        for (unsigned i = 0; i < lanes; i++) {
            a[i] = (uint32_t)dice(&seed) | 1;
            b[i] = (uint32_t)dice(&seed);
            expected[i] = got[i] = dice_below(&seed, 2) ? UINT32_MAX : (uint32_t)dice(&seed);
        }
        for (size_t i = 0; i < count; i++) x[i] = (uint32_t)dice(&seed);
        for (unsigned i = 0; i < lanes; i++)
            for (size_t k = 0; k < count; k++) {
                uint32_t h = a[i] * x[k] + b[i];
                if (h < expected[i]) expected[i] = h;
            }
        for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++) {
            uint32_t minima[DEDUP_LANES];
            memcpy(minima, got, sizeof minima);
            dedup_minhash_kernel_of((enum sg_cpu)level)(a, b, minima, lanes, x, count);
            assert_memory_equal(minima, expected, lanes * sizeof *minima);
        }
    }
}

static void matches_are_counted(void **state) {
    (void)state;
    uint64_t seed = 5;
    uint8_t a[DEDUP_SKETCH], b[DEDUP_SKETCH];
    for (int round = 0; round < 2000; round++) {
        unsigned bytes = 1 + (unsigned)dice_below(&seed, DEDUP_SKETCH), expected = 0;
        for (unsigned i = 0; i < bytes; i++) {
            a[i] = (uint8_t)dice(&seed);
            b[i] = dice_below(&seed, 2) ? a[i] : (uint8_t)(a[i] ^ (1u << dice_below(&seed, 8)));
            expected += a[i] == b[i];
        }
        assert_int_equal(dedup_sketch_matches(a, b, bytes), expected);
    }
}

static void least_matches_are_the_least(void **state) {
    (void)state;
    for (unsigned bytes = 1; bytes <= DEDUP_SKETCH; bytes += 5)
        for (int percent = 0; percent <= 100; percent++) {
            double s = percent / 100.0;
            unsigned least = dedup_sketch_least(s, bytes);
            assert_true(least <= bytes);
            assert_true(dedup_sketch_similarity(least, bytes) >= s);
            assert_true(least == 0 || dedup_sketch_similarity(least - 1, bytes) < s);
        }
    assert_int_equal(dedup_sketch_least(1.01, 126), 127);
    assert_true(dedup_sketch_similarity(126, 126) == 1.0);
}

/* Two sets of `size` numbers each with `common` of them in both. */
struct sketches {
    uint32_t a[DEDUP_LANES], b[DEDUP_LANES];
};

static void draw(const struct dedup_minhash *minhash, uint64_t *seed, size_t size, size_t common,
                 struct sketches *out) {
    static uint32_t x[1024];
    for (size_t i = 0; i < 2 * size - common; i++) x[i] = (uint32_t)(dice(seed) >> 32);
    dedup_minhash_start(minhash, out->a);
    dedup_minhash_start(minhash, out->b);
    dedup_minhash_add(minhash, out->a, x, size);
    dedup_minhash_add(minhash, out->b, x + size - common, size);
}

/* One way to sketch, measured: candidates by J against 1-(1-J^rows)^bands, and the estimator of the stored bytes. */
struct curve {
    unsigned bands, rows;
    bool fss;
    int pairs;
    double bias, square, theory; /* sums over all pairs */
    int all;
};

static void draw_by(const struct curve *curve, const struct dedup_minhash *minhash, uint64_t *seed, size_t size,
                    size_t common, struct sketches *out) {
    static uint32_t x[1024];
    if (!curve->fss) {
        draw(minhash, seed, size, common, out);
        return;
    }
    for (size_t i = 0; i < 2 * size - common; i++) x[i] = (uint32_t)(dice(seed) >> 32);
    dedup_fss_sketch(minhash, x, size, out->a);
    dedup_fss_sketch(minhash, x + size - common, size, out->b);
}

/* The share of pairs that share a band key. */
static double candidates(struct curve *curve, uint64_t *seed, size_t size, size_t common) {
    static struct dedup_minhash minhash;
    static struct sketches pair;
    static uint64_t keys_a[DEDUP_LANES], keys_b[DEDUP_LANES];
    double j = (double)common / (double)(2 * size - common);
    int shared = 0;
    for (int i = 0; i < curve->pairs; i++) {
        uint8_t a[DEDUP_SKETCH], b[DEDUP_SKETCH];
        dedup_minhash_init(&minhash, curve->bands, curve->rows, dice(seed));
        draw_by(curve, &minhash, seed, size, common, &pair);
        dedup_minhash_store(&minhash, pair.a, a);
        dedup_minhash_store(&minhash, pair.b, b);
        unsigned bytes = minhash.sketch_bytes;
        double s = dedup_sketch_similarity(dedup_sketch_matches(a, b, bytes), bytes);
        curve->bias += s - j;
        curve->square += (s - j) * (s - j);
        curve->theory += dedup_sketch_deviation(j, bytes) * dedup_sketch_deviation(j, bytes);
        curve->all++;
        dedup_minhash_bands(&minhash, pair.a, 0, keys_a);
        dedup_minhash_bands(&minhash, pair.b, 0, keys_b);
        bool any = false;
        for (unsigned band = 0; band < curve->bands; band++) any |= keys_a[band] == keys_b[band];
        shared += any;
    }
    return (double)shared / curve->pairs;
}

static double formula(double j, unsigned bands, unsigned rows) {
    return 1 - pow(1 - pow(j, rows), bands);
}

/* 57 elements: a document of 60 words; else 133. J is exact: common = 2 J size / (1 + J) is whole. */
static void expect_curve(struct curve curve) {
    static const struct {
        size_t size, common;
    } bins[] = {{120, 60},  {120, 72},  {120, 80}, {120, 90},  {133, 105}, {133, 112}, {133, 119}, {133, 126},
                {57, 38},   {57, 42},   {57, 45},  {57, 48},   {57, 51},   {57, 54}};
    uint64_t seed = 2026 + curve.bands;
    for (size_t i = 0; i < sizeof bins / sizeof *bins; i++) {
        double j = (double)bins[i].common / (double)(2 * bins[i].size - bins[i].common);
        double p = formula(j, curve.bands, curve.rows), measured = candidates(&curve, &seed, bins[i].size, bins[i].common);
        double allowed = 3 * sqrt(p * (1 - p) / curve.pairs) + 1.0 / curve.pairs; /* counts are whole */
        print_message("%s %ux%u J %.3f of %zu: candidates %.4f, theory %.4f +- %.4f\n", curve.fss ? "fss" : "kperm32",
                      curve.bands, curve.rows, j, bins[i].size, measured, p, allowed);
        /* The values of fss are drawn without replacement, so its curve is steeper: fewer candidates below, more above. */
        if (!curve.fss || p < 0.5) assert_true(measured <= p + allowed);
        if (!curve.fss || p >= 0.5) assert_true(measured >= p - allowed);
    }
    double rmse = sqrt(curve.square / curve.all), theory = sqrt(curve.theory / curve.all);
    print_message("%s %ux%u: bias %.5f, RMSE %.5f, theory %.5f\n", curve.fss ? "fss" : "kperm32", curve.bands, curve.rows,
                  curve.bias / curve.all, rmse, theory);
    assert_true(fabs(curve.bias / curve.all) <= 0.003);
    assert_true(rmse <= 1.05 * theory);
    if (curve.fss && curve.bands * curve.rows <= DEDUP_SKETCH) assert_true(rmse <= 0.85 * theory);
}

static void estimator_and_curve(void **state) {
    (void)state;
    expect_curve((struct curve){.bands = 21, .rows = 6, .pairs = 5000});
    expect_curve((struct curve){.bands = 14, .rows = 8, .pairs = 5000});
    expect_curve((struct curve){.bands = 20, .rows = 13, .pairs = 5000});
    expect_curve((struct curve){.bands = 9, .rows = 13, .pairs = 5000});
    expect_curve((struct curve){.bands = 450, .rows = 20, .pairs = 300});
}

static void fss_estimator_and_curve(void **state) {
    (void)state;
    expect_curve((struct curve){.bands = 21, .rows = 6, .pairs = 5000, .fss = true});
    expect_curve((struct curve){.bands = 14, .rows = 8, .pairs = 5000, .fss = true});
    expect_curve((struct curve){.bands = 20, .rows = 13, .pairs = 5000, .fss = true});
    expect_curve((struct curve){.bands = 9, .rows = 13, .pairs = 5000, .fss = true});
    expect_curve((struct curve){.bands = 450, .rows = 20, .pairs = 300, .fss = true});
}

/* The formula gives the published table of candidate probabilities. */
static void formula_is_the_table(void **state) {
    (void)state;
    static const struct {
        unsigned bands, rows;
        double p[7];
    } table[] = {{14, 8, {.053, .211, .565, .772, .924, .988, 1.00}}, {21, 6, {.282, .633, .928, .984, .998, 1.00, 1.00}},
                 {20, 13, {.002, .026, .177, .382, .677, .924, .997}}, {9, 13, {.001, .012, .084, .195, .399, .686, .929}},
                 {450, 20, {.000, .016, .302, .761, .995, 1.00, 1.00}}};
    static const double j[] = {.5, .6, .7, .75, .8, .85, .9};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 7; k++) {
            double off = fabs(formula(j[k], table[i].bands, table[i].rows) - table[i].p[k]);
            assert_true(off < (table[i].p[k] == 1.00 ? 0.0051 : 0.00051));
        }
}

/* By the definition, with every round thrown: stopping early changes nothing, nor do repeats and order. */
static void fss_is_its_definition(void **state) {
    (void)state;
    static struct dedup_minhash minhash;
    uint64_t seed = 77;
    for (int round = 0; round < 300; round++) {
        uint32_t x[400], values[256], again[256];
        size_t count = 1 + dice_below(&seed, round % 2 ? 20 : 200);
        dedup_minhash_init(&minhash, 1 + (unsigned)dice_below(&seed, 20), 1 + (unsigned)dice_below(&seed, 12), dice(&seed));
        unsigned width = minhash.bands * minhash.rows;
        for (size_t i = 0; i < count; i++) x[i] = (uint32_t)dice(&seed);
        dedup_fss_sketch(&minhash, x, count, values);
        for (size_t i = 0; i < count; i++) x[count + i] = x[count - 1 - i];
        dedup_fss_sketch(&minhash, x, 2 * count, again);
        assert_memory_equal(values, again, width * sizeof *values);
        uint64_t key = minhash.seed;
        uint64_t bins[256];
        memset(bins, 0xFF, sizeof bins);
        for (unsigned r = 0; r < 2 * width; r++) {
            key += 0x9E3779B97F4A7C15u;
            uint64_t round_key = (key ^ key >> 30) * 0xBF58476D1CE4E5B9u;
            round_key = (round_key ^ round_key >> 27) * 0x94D049BB133111EBu;
            round_key ^= round_key >> 31;
            for (size_t i = 0; i < count; i++) {
                uint64_t h = round_key ^ x[i];
                h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
                h = (h ^ h >> 27) * 0x94D049BB133111EBu;
                h ^= h >> 31;
                uint64_t entry = (uint64_t)r << 32 | (uint32_t)h, bin = r < width ? (h >> 32) * width >> 32 : r - width;
                if (entry < bins[bin]) bins[bin] = entry;
            }
        }
        for (unsigned i = 0; i < width; i++) {
            uint64_t h = (bins[i] ^ bins[i] >> 30) * 0xBF58476D1CE4E5B9u;
            h = (h ^ h >> 27) * 0x94D049BB133111EBu;
            assert_int_equal(values[i], (uint32_t)(h ^ h >> 31));
        }
    }
    uint32_t nothing[256];
    dedup_fss_sketch(&minhash, NULL, 0, nothing);
    assert_int_equal(nothing[0], UINT32_MAX);
}

/* More values than are stored: the first 160 are. */
static void wide_sketches_store_their_first_values(void **state) {
    (void)state;
    static struct dedup_minhash wide;
    static struct sketches pair;
    uint8_t stored[DEDUP_SKETCH];
    uint64_t seed = 3;
    dedup_minhash_init(&wide, 450, 20, 1);
    assert_int_equal(wide.lanes, 9008);
    assert_int_equal(wide.sketch_bytes, 160);
    draw(&wide, &seed, 100, 50, &pair);
    dedup_minhash_store(&wide, pair.a, stored);
    for (int i = 0; i < 160; i++) assert_int_equal(stored[i], pair.a[i] & 255);
}

static void seeds_scopes_and_bands_differ(void **state) {
    (void)state;
    struct dedup_minhash one, two;
    struct sketches pair;
    uint64_t seed = 1, a[DEDUP_LANES], b[DEDUP_LANES];
    dedup_minhash_init(&one, 21, 6, 1);
    dedup_minhash_init(&two, 21, 6, 2);
    assert_int_equal(one.lanes, 128);
    assert_int_equal(one.sketch_bytes, 126);
    assert_memory_not_equal(one.a, two.a, sizeof one.a);
    draw(&one, &seed, 100, 100, &pair);
    assert_memory_equal(pair.a, pair.b, one.lanes * sizeof *pair.a);
    dedup_minhash_bands(&one, pair.a, 0, a);
    dedup_minhash_bands(&one, pair.b, 0, b);
    assert_memory_equal(a, b, 21 * sizeof *a);
    dedup_minhash_bands(&one, pair.b, 77, b);
    for (int i = 0; i < 21; i++) assert_int_not_equal(a[i], b[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_are_equal_bit_for_bit), cmocka_unit_test(matches_are_counted),
        cmocka_unit_test(least_matches_are_the_least),   cmocka_unit_test(estimator_and_curve),
        cmocka_unit_test(fss_estimator_and_curve),       cmocka_unit_test(formula_is_the_table),
        cmocka_unit_test(fss_is_its_definition),         cmocka_unit_test(wide_sketches_store_their_first_values),
        cmocka_unit_test(seeds_scopes_and_bands_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
