/* The leader rule: its promise, its example, and that texts are never asked for without having been announced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dice.h"
#include "leader.h"
#include "minhash.h"
#include "shingle.h"

#define MEMBERS 60
#define BYTES 126

/* A component of random documents: sets of numbers that overlap in chains, and their sketches. */
struct world {
    uint64_t sets[MEMBERS][200];
    size_t sizes[MEMBERS];
    uint8_t sketches[MEMBERS * BYTES];
    bool short_text[MEMBERS], announced[MEMBERS];
    size_t count, asked;
};

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void make_world(struct world *world, uint64_t *seed) {
    struct dedup_minhash minhash;
    uint32_t minima[DEDUP_LANES], x[200];
    dedup_minhash_init(&minhash, 21, 6, 1);
    world->count = 1 + dice_below(seed, MEMBERS);
    world->asked = 0;
    for (size_t i = 0; i < world->count; i++) {
        size_t size = 100 + dice_below(seed, 100), from = i ? dice_below(seed, i) : 0;
        for (size_t k = 0; k < size; k++)
            world->sets[i][k] = i && k < world->sizes[from] && dice_below(seed, 100) < 93
                                    ? world->sets[from][k]
                                    : dice(seed);
        world->sizes[i] = size;
        qsort(world->sets[i], size, sizeof world->sets[i][0], by_value);
        dedup_minhash_start(&minhash, minima);
        for (size_t k = 0; k < size; k++) x[k] = (uint32_t)(world->sets[i][k] >> 32);
        dedup_minhash_add(&minhash, minima, x, size);
        dedup_minhash_store(&minhash, minima, world->sketches + i * BYTES);
        world->short_text[i] = dice_below(seed, 20) == 0;
    }
}

static void jaccard(const struct world *world, size_t a, size_t b, uint64_t *common,
                    uint64_t *all) {
    *common = dedup_set_common(world->sets[a], world->sizes[a], world->sets[b], world->sizes[b]);
    *all = world->sizes[a] + world->sizes[b] - *common;
}

static enum sg_code ask(void *context, size_t a, size_t b, uint64_t *common, uint64_t *all,
                        struct sg_err *err) {
    struct world *world = context;
    (void)err;
    assert_true(world->announced[a] && world->announced[b]);
    world->asked++;
    jaccard(world, a, b, common, all);
    return SG_OK;
}

static struct dedup_component component_of(const struct world *world) {
    return (struct dedup_component){
        .count = world->count, .sketches = world->sketches, .short_text = world->short_text};
}

static void judge(struct world *world, const struct dedup_rule *rule, struct dedup_fate *fates) {
    struct dedup_component component = component_of(world);
    struct sg_err err = {0};
    if (dedup_leader_sift(rule, &component, fates)) return;
    for (size_t i = 0; i < world->count; i++) world->announced[i] = fates[i].needs_text;
    assert_int_equal(
        dedup_leader_settle(rule, &component, (struct dedup_texts){ask, world}, fates, &err),
        SG_OK);
    assert_true(world->asked > 0);
}

/* The rule as it is written down, with the same idea of what is sure. */
static void naive(const struct world *world, const struct dedup_rule *rule, uint32_t *leaders) {
    for (size_t i = 0; i < world->count; i++) {
        unsigned best_matches = 0;
        uint64_t best_common = 0, best_all = 1;
        bool sure = false, doubtful = false;
        leaders[i] = (uint32_t)i;
        for (size_t k = 0; k < i && !world->short_text[i]; k++) {
            if (leaders[k] != k || world->short_text[k]) continue;
            uint64_t common, all;
            unsigned matches = dedup_sketch_matches(world->sketches + i * BYTES,
                                                    world->sketches + k * BYTES, BYTES);
            jaccard(world, i, k, &common, &all);
            if (matches >= rule->sure && (!sure || matches > best_matches)) {
                sure = true;
                best_matches = matches;
                leaders[i] = (uint32_t)k;
            } else if (!sure && matches >= rule->maybe && matches < rule->sure &&
                       common * 1000000 >= all * rule->tau_ppm &&
                       (!doubtful || common * best_all > best_common * all)) {
                doubtful = true;
                best_common = common;
                best_all = all;
                leaders[i] = (uint32_t)k;
            }
        }
    }
}

static void same_as_the_rule(enum dedup_verify verify, uint64_t seed) {
    static struct world world;
    struct dedup_fate fates[MEMBERS];
    uint32_t leaders[MEMBERS];
    struct dedup_rule rule = dedup_rule_of(verify, 0.75, BYTES);
    size_t removed = 0;
    for (int round = 0; round < 600; round++) {
        make_world(&world, &seed);
        judge(&world, &rule, fates);
        naive(&world, &rule, leaders);
        for (size_t i = 0; i < world.count; i++) {
            assert_int_equal(fates[i].leader, leaders[i]);
            assert_int_equal(fates[leaders[i]].leader, leaders[i]); /* a survivor stays */
            removed += leaders[i] != i;
            if (leaders[i] == i || verify != DEDUP_TEXT) continue;
            uint64_t common, all;
            jaccard(&world, i, leaders[i], &common, &all);
            assert_true(common * 100 >= all * 75);
            assert_int_equal(fates[i].similarity, (common * 10000 + all / 2) / all);
            assert_true(fates[i].by_text);
        }
    }
    assert_true(removed > 1000);
}

static void auto_text_and_sketch(void **state) {
    (void)state;
    same_as_the_rule(DEDUP_AUTO, 1);
    same_as_the_rule(DEDUP_TEXT, 2);
    same_as_the_rule(DEDUP_SKETCH_ONLY, 3);
}

static void none_keeps_one(void **state) {
    (void)state;
    static struct world world;
    struct dedup_fate fates[MEMBERS];
    struct dedup_rule rule = dedup_rule_of(DEDUP_NONE, 0.75, BYTES);
    uint64_t seed = 9;
    make_world(&world, &seed);
    memset(world.short_text, 0, sizeof world.short_text);
    judge(&world, &rule, fates);
    for (size_t i = 0; i < world.count; i++) assert_int_equal(fates[i].leader, 0);
}

/* The example of leader.h: a chain does not pull C after B. */
static void chains_are_cut(void **state) {
    (void)state;
    static struct world world;
    struct dedup_fate fates[MEMBERS];
    struct dedup_rule rule = dedup_rule_of(DEDUP_TEXT, 0.75, BYTES);
    world = (struct world){.count = 3, .sizes = {90, 90, 90}};
    for (uint64_t i = 0; i < 90; i++) {
        world.sets[0][i] = i;      /* 0..89 */
        world.sets[1][i] = i + 10; /* 80 common with A: 80/100; and with C */
        world.sets[2][i] = i + 20; /* 70 common with A: 70/110 */
    }
    judge(&world, &rule, fates);
    assert_int_equal(fates[0].leader, 0);
    assert_int_equal(fates[1].leader, 0);
    assert_int_equal(fates[1].similarity, 8000);
    assert_int_equal(fates[2].leader, 2);
}

/* Documents of another owner lead and never follow; those that are only held against them never lead. */
static void roles_are_kept(void **state) {
    (void)state;
    const struct dedup_rule rule = dedup_rule_of(DEDUP_SKETCH_ONLY, 0.75, BYTES);
    uint64_t seed = 17, followers = 0;
    for (int round = 0; round < 200; round++) {
        struct world world;
        struct dedup_fate fates[MEMBERS];
        uint8_t roles[MEMBERS];
        make_world(&world, &seed);
        struct dedup_component component = component_of(&world);
        for (size_t i = 0; i < world.count; i++) roles[i] = i % 3 == 0 ? DEDUP_ONLY_LEADS : DEDUP_ONLY_FOLLOWS;
        component.roles = roles;
        assert_true(dedup_leader_sift(&rule, &component, fates));
        for (size_t i = 0; i < world.count; i++) {
            unsigned best = 0;
            for (size_t k = 0; k < i; k += 3) {
                if (world.short_text[i] || world.short_text[k]) continue;
                unsigned matches = dedup_sketch_matches(world.sketches + i * BYTES, world.sketches + k * BYTES, BYTES);
                if (matches > best) best = matches;
            }
            bool follows = roles[i] == DEDUP_ONLY_FOLLOWS && best >= rule.sure;
            assert_int_equal(fates[i].leader != i, follows);
            if (!follows) continue;
            assert_int_equal(roles[fates[i].leader], DEDUP_ONLY_LEADS);
            assert_int_equal(fates[i].similarity, (int)(dedup_sketch_similarity(best, BYTES) * 10000 + 0.5));
            followers++;
        }
    }
    assert_true(followers > 100);
}

/* 21 bands of 6 rows at 0.75: .75^6 = .178, of 21 that is 3.7, so four must agree; J of 4 agreeing is (4/21)^(1/6) = .7585 */
static void bands_that_agree(void **state) {
    (void)state;
    struct dedup_rule rule = dedup_rule_of_bands(0.75, 21, 6, 4);
    uint8_t sketches[2 * 84];
    struct dedup_fate fates[2];
    bool short_text[2] = {false, false};
    const struct dedup_component component = {.count = 2, .sketches = sketches, .short_text = short_text};
    assert_int_equal(rule.sure, 16);
    assert_int_equal(rule.maybe, 16);
    for (int i = 0; i < 84; i++) sketches[i] = 1, sketches[84 + i] = i < 12 ? 1 : 2;
    assert_true(dedup_leader_sift(&rule, &component, fates));
    assert_int_equal(fates[1].leader, 1);
    memset(sketches + 84 + 12, 1, 4);
    assert_true(dedup_leader_sift(&rule, &component, fates));
    assert_int_equal(fates[1].leader, 0);
    assert_int_equal(fates[1].similarity, 7585);
    assert_int_equal(dedup_rule_of_bands(0.75, 1, 128, 1).sure, 1);
    assert_int_equal(dedup_rule_of_bands(0.01, 20, 5, 4).sure, 8); /* never a single band */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_text_and_sketch),
        cmocka_unit_test(none_keeps_one),
        cmocka_unit_test(chains_are_cut),
        cmocka_unit_test(roles_are_kept),
        cmocka_unit_test(bands_that_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
