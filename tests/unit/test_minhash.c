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
#include "minhash.h"

static void kernels_are_equal_bit_for_bit(void **state) {
    (void)state;
    static uint32_t a[DEDUP_LANES], b[DEDUP_LANES], x[1000], expected[DEDUP_LANES],
        got[DEDUP_LANES];
    uint64_t seed = 11;
    for (int round = 0; round < 400; round++) {
        unsigned lanes = 16 * (1 + (unsigned)dice_below(&seed, DEDUP_LANES / 16));
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

static void estimator_and_curve(void **state) {
    (void)state;
    struct dedup_minhash minhash;
    struct sketches pair;
    uint64_t seed = 2026;
    const int pairs = 2000;
    const size_t size = 120;
    double bias_sum = 0, square_sum = 0, theory_sum = 0;
    for (size_t common = 60; common <= 114;
         common += 6) { /* J from 1/3 to 0.9: 20,000 pairs in all */
        double j = (double)common / (double)(2 * size - common), p = 1 - pow(1 - pow(j, 6), 21);
        int shared = 0;
        for (int i = 0; i < pairs; i++) {
            uint8_t a[DEDUP_SKETCH], b[DEDUP_SKETCH];
            uint64_t keys_a[DEDUP_LANES], keys_b[DEDUP_LANES];
            dedup_minhash_init(&minhash, 21, 6, dice(&seed));
            draw(&minhash, &seed, size, common, &pair);
            dedup_minhash_store(&minhash, pair.a, a);
            dedup_minhash_store(&minhash, pair.b, b);
            double s = dedup_sketch_similarity(dedup_sketch_matches(a, b, 126), 126);
            bias_sum += s - j;
            square_sum += (s - j) * (s - j);
            theory_sum += dedup_sketch_deviation(j, 126) * dedup_sketch_deviation(j, 126);
            dedup_minhash_bands(&minhash, pair.a, 0, keys_a);
            dedup_minhash_bands(&minhash, pair.b, 0, keys_b);
            bool any = false;
            for (int band = 0; band < 21; band++) any |= keys_a[band] == keys_b[band];
            shared += any;
        }
        double measured = (double)shared / pairs, allowed = 3 * sqrt(p * (1 - p) / pairs) + 1e-9;
        print_message("J %.3f: candidates %.4f, theory %.4f +- %.4f\n", j, measured, p, allowed);
        assert_true(fabs(measured - p) <= allowed);
    }
    double n = 10.0 * pairs;
    print_message("bias %.5f, RMSE %.5f, theory %.5f\n", bias_sum / n, sqrt(square_sum / n),
                  sqrt(theory_sum / n));
    assert_true(fabs(bias_sum / n) <= 0.003);
    assert_true(sqrt(square_sum / n) <= 1.05 * sqrt(theory_sum / n));
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
        cmocka_unit_test(seeds_scopes_and_bands_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
