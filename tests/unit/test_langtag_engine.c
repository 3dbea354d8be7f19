/* langtag's own model: features against worked examples, the file whole and damaged, the same sums on every CPU, training. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/num.h"
#include "calibrate.h"
#include "dice.h"
#include "evaluate.h"
#include "grams.h"
#include "grams_hash.h"
#include "io/file.h"
#include "io/publish.h"
#include "langtag.h"
#include "lessons.h"
#include "regression.h"
#include "romanise.h"
#include "sparse.h"
#include "text/unicode.h"
#include "text/utf8.h"
#include "train.h"

/* ---- features ---- */

static void stream_of(const char *text, const char *script, struct letters_stream *out) {
    struct script_table table;
    script_init(&table);
    letters_write(&table, text, strlen(text), (uint32_t)script_number(&table, script), out);
    script_free(&table);
}

static void features_are(const char *text, const char *script, const struct grams_shape *shape,
                         const uint32_t *low, const uint32_t *high) {
    struct letters_stream stream = {0};
    struct grams grams = {0};
    stream_of(text, script, &stream);
    grams_find(shape, stream.units, stream.len, &grams);
    size_t n = 0, m = 0;
    for (; low[n]; n++) assert_int_equal(grams.buckets[n], low[n]);
    assert_int_equal(grams.low, n);
    for (; high[m]; m++) assert_int_equal(grams.buckets[n + m], (1u << shape->low_bits) + high[m]);
    assert_int_equal(grams.count, n + m);
    letters_free(&stream);
    grams_free(&grams);
}

/* langtag.md section 2; 5-grams first, words behind them */
static void worked_examples(void **unused) {
    (void)unused;
    struct sg_err err = {0};
    assert_int_equal(sg_unicode_init(&err), SG_OK);
    const struct grams_shape latin = {.low_bits = 16, .high_bits = 20},
                             deva = {.low_bits = 15, .high_bits = 17};
    features_are("Cat 12 o'clock!", "Latn", &latin,
                 (const uint32_t[]){20790, 44396, 43265, 46085, 60299, 37473, 38795, 63013, 62313,
                                    56044, 60659, 0},
                 (const uint32_t[]){1045101, 226157, 24124, 862647, 26835, 983729, 773087, 0});
    features_are("काम", "Deva", &deva, (const uint32_t[]){2057, 8443, 3854, 0},
                 (const uint32_t[]){89640, 0});
}

static void word_features(void **unused) {
    (void)unused;
    static const struct {
        const char *text;
        size_t low, high;
    } cases[] = {
        {"", 0, 0},    {"a", 1, 0},     {"ab", 2, 1},    {"abc", 3, 1},   {"abcd", 4, 3},
        {"a b", 2, 0}, {"ab cd", 4, 2}, {"abcde", 5, 4}, {"12 34", 2, 0}, {"x's", 3, 1},
    };
    const struct grams_shape shape = {.low_bits = 10, .high_bits = 12};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct letters_stream stream = {0};
        struct grams grams = {0};
        stream_of(cases[i].text, "Latn", &stream);
        grams_find(&shape, stream.units, stream.len, &grams);
        assert_int_equal(grams.low, cases[i].low);
        assert_int_equal(grams.count - grams.low, cases[i].high);
        for (size_t k = 0; k < grams.count; k++) {
            assert_int_equal(grams.buckets[k] >= 1u << 10, k >= grams.low);
            assert_true(grams.buckets[k] < grams_buckets(&shape));
        }
        letters_free(&stream);
        grams_free(&grams);
    }
}

#if defined(__x86_64__)
/* Random streams: words of 0 to 12 letters, now and then one of 100; spaces in a row as cut lines may have them. */
static size_t random_stream(uint64_t *state, size_t most, uint16_t *units) {
    size_t len = 0, want = dice_below(state, most);
    units[len++] = ' ';
    while (len < want) {
        size_t letters = dice_below(state, 40) ? dice_below(state, 13) : 100;
        for (; letters > 0 && len < want; letters--)
            units[len++] = (uint16_t)(0x21 + dice_below(state, 0xFFDE));
        units[len++] = ' ';
    }
    return len;
}
#endif

static void features_are_the_same_by_eights(void **unused) {
    (void)unused;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) {
        print_message("skipped: no AVX2 here\n");
        return;
    }
    enum { MOST = 600 };
    static uint16_t units[MOST + 2 + GRAMS_READ_BEHIND];
    static uint32_t lists[2][3][MOST + 2 + GRAMS_BEHIND];
    const struct grams_shape shape = {.low_bits = 16, .high_bits = 20};
    uint64_t state = 17;
    for (int i = 0; i < 3000; i++) {
        size_t len = random_stream(&state, i % 2 ? 30 : MOST, units);
        struct grams_ends one = {lists[0][0], lists[0][1], lists[0][2]},
                          two = {lists[1][0], lists[1][1], lists[1][2]};
        grams_letters_portable(&shape, units, len, &one);
        grams_letters_avx2(&shape, units, len, &two);
        size_t counts[3] = {(size_t)(one.threes - lists[0][0]), (size_t)(one.fives - lists[0][1]),
                            (size_t)(one.words - lists[0][2])};
        assert_int_equal(two.threes - lists[1][0], counts[0]);
        assert_int_equal(two.fives - lists[1][1], counts[1]);
        assert_int_equal(two.words - lists[1][2], counts[2]);
        for (int kind = 0; kind < 3; kind++)
            assert_memory_equal(lists[0][kind], lists[1][kind], counts[kind] * sizeof(uint32_t));
    }
#endif
}

static void han_features(void **unused) {
    (void)unused;
    const struct grams_shape shape = {.low_bits = 16, .high_bits = 17, .han = true};
    struct letters_stream stream = {0};
    struct grams grams = {0};
    stream_of("日本語。カー x", "Hani", &stream); /* 3 and 2 characters */
    grams_find(&shape, stream.units, stream.len, &grams);
    assert_int_equal(grams.low, 3 + 2 + 2 + 1);
    assert_int_equal(grams.count - grams.low, 1);
    letters_free(&stream);
    grams_free(&grams);
}

/* What is counted by blocks of ASCII is what is counted byte by byte: pieces of less than a block. */
static void letters_are_counted_by_blocks(void **unused) {
    (void)unused;
    struct script_table table;
    uint64_t state = 41;
    script_init(&table);
    for (int i = 0; i < 3000; i++) {
        char text[400];
        size_t len = dice_below(&state, sizeof text);
        struct letters whole, parts;
        letters_none(&whole);
        letters_none(&parts);
        for (size_t k = 0; k < len; k++) text[k] = (char)dice_below(&state, 0x80);
        letters_count(&table, text, len, &whole);
        for (size_t at = 0; at < len; at += 13)
            letters_count(&table, text + at, len - at < 13 ? len - at : 13, &parts);
        assert_int_equal(whole.solid, parts.solid);
        assert_int_equal(whole.scripted, parts.scripted);
        assert_int_equal(whole.code, parts.code);
        assert_int_equal(whole.parens, parts.parens);
        int latin = script_number(&table, "Latn");
        if (len > 0) assert_int_equal(whole.by_script[latin], parts.by_script[latin]);
    }
    script_free(&table);
}

/* ---- a small training folder: invented languages with syllables of their own ---- */

static char folder[] = "/tmp/test_langtag_engine.XXXXXX";

static const struct {
    const char *label, *syllables;
} invented[] = {
    {"aaa_Latn", "bakadilomu"},     {"bbb_Latn", "bekedelemu"},   {"ccc_Latn", "zizanonuxe"},
    {"ddd_Cyrl", "бакадиломунера"}, {"eee_Cyrl", "щижуцёпытожэ"}, {"fff_Thai", "กขคงจฉชซ"},
};

static void put_line(struct sg_buf *out, const char *syllables, uint64_t *state) {
    size_t points = sg_utf8_count(syllables, strlen(syllables)) / 2;
    for (uint64_t words = 2 + dice_below(state, 8); words > 0; words--) {
        for (uint64_t n = 1 + dice_below(state, 3); n > 0; n--) {
            const char *at = syllables;
            for (uint64_t skip = 2 * dice_below(state, points); skip > 0; skip--) sg_utf8_next(&at);
            const char *end = at;
            sg_utf8_next(&end);
            sg_utf8_next(&end);
            sg_buf_put(out, at, (size_t)(end - at));
        }
        sg_buf_putc(out, words > 1 ? ' ' : '\n');
    }
}

static int make_folder(void **unused) {
    (void)unused;
    struct sg_err err = {0};
    uint64_t state = 5;
    if (!mkdtemp(folder) || sg_unicode_init(&err) != SG_OK) return -1;
    for (int dev = 0; dev < 2; dev++) {
        char path[160];
        snprintf(path, sizeof path, "%s/%s", folder, dev ? "dev" : "train");
        if (sg_file_make_folder(path, &err) != SG_OK) return -1;
        for (size_t i = 0; i < sizeof invented / sizeof *invented; i++) {
            struct sg_buf text = {0};
            for (int n = dev ? 60 : 400; n > 0; n--) put_line(&text, invented[i].syllables, &state);
            snprintf(path, sizeof path, "%s/%s/%s.txt", folder, dev ? "dev" : "train",
                     invented[i].label);
            if (sg_publish_bytes(path, text.data, text.len, &err) != SG_OK) return -1;
            sg_buf_free(&text);
        }
    }
    return 0;
}

static int remove_folder(void **unused) {
    (void)unused;
    char path[160];
    for (int dev = 0; dev < 2; dev++) {
        for (size_t i = 0; i < sizeof invented / sizeof *invented; i++) {
            snprintf(path, sizeof path, "%s/%s/%s.txt", folder, dev ? "dev" : "train",
                     invented[i].label);
            unlink(path);
        }
        snprintf(path, sizeof path, "%s/%s", folder, dev ? "dev" : "train");
        rmdir(path);
    }
    return rmdir(folder);
}

static void read_folder(struct lessons *lessons) {
    struct sg_err err = {0};
    char path[160];
    snprintf(path, sizeof path, "%s/train", folder);
    assert_int_equal(lessons_list(lessons, path, &err), SG_OK);
    for (size_t i = 0; i < lessons->label_count; i++)
        assert_int_equal(lessons_read(lessons, &lessons->labels[i], &err), SG_OK);
    assert_int_equal(lessons_group(lessons, &err), SG_OK);
}

static struct sparse_model *train_small(uint64_t seed) {
    struct lessons lessons = {0};
    struct train_progress progress = {0};
    struct sg_err err = {0};
    read_folder(&lessons);
    struct sparse_model *model = sg_zalloc(1, sizeof *model);
    model->label_count = lessons.label_count;
    model->labels = sg_zalloc(model->label_count, sizeof *model->labels);
    for (size_t i = 0; i < model->label_count; i++)
        strcpy(model->labels[i].name, lessons.labels[i].name);
    model->group_count = lessons.group_count;
    model->groups = sg_zalloc(model->group_count, sizeof *model->groups);
    for (size_t g = 0; g < model->group_count; g++) {
        struct train_task task = {.lessons = &lessons,
                                  .group = &lessons.groups[g],
                                  .plan = train_plan(&lessons, &lessons.groups[g], 0.002),
                                  .seed = seed,
                                  .progress = &progress};
        task.plan.shape.low_bits = 10;
        task.plan.shape.high_bits = 12;
        task.plan.dense = 40;
        task.plan.pairs = 1500;
        task.plan.start_samples = g == 0 ? 500 : 0;
        assert_int_equal(train_group(&task, &model->groups[g], &err), SG_OK);
        assert_true(model->groups[g].pair_count <= 1500 && model->groups[g].dense_count <= 40);
    }
    calibrate_identity(model);
    lessons_free(&lessons);
    return model;
}

static void save_small(uint64_t seed, struct sg_buf *out) {
    struct sg_err err = {0};
    struct sparse_model *model = train_small(seed);
    assert_int_equal(sparse_save(model, out, &err), SG_OK);
    sparse_free(model);
}

static struct langtag *small_langtag(const struct sg_buf *bytes, const char *priors) {
    struct sg_err err = {0};
    struct langtag *langtag = NULL;
    struct langtag_settings settings = {
        .model = bytes->data, .model_len = bytes->len, .top = 3, .priors = priors};
    if (langtag_new(&langtag, &settings, &err) != SG_OK) fail_msg("%s", err.text);
    return langtag;
}

/* ---- training ---- */

static void training_learns_and_repeats(void **unused) {
    (void)unused;
    struct sg_buf one = {0}, two = {0}, other = {0}, report = {0};
    struct sg_err err = {0};
    struct evaluation e = {0};
    struct sparse_model *model = NULL;
    char path[160];
    save_small(1, &one);
    save_small(1, &two);
    save_small(2, &other);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);
    assert_true(other.len != one.len || memcmp(one.data, other.data, one.len) != 0);
    struct langtag *langtag = small_langtag(&one, NULL);
    snprintf(path, sizeof path, "%s/dev", folder);
    assert_int_equal(evaluate_folder(langtag, path, &e, &err), SG_OK);
    assert_true(evaluate_f1(&e, EVALUATE_LINE) > 0.97);
    assert_true(evaluate_f1(&e, EVALUATE_PAIR) > 0.85);
    assert_int_equal(sparse_load(&model, one.data, one.len, &err), SG_OK);
    calibrate_fit(model, e.cases, e.case_count);
    evaluate_report(&e, model, &report);
    sg_buf_str(&report);
    assert_non_null(strstr(report.data, "aaa_Latn"));
    assert_non_null(strstr(report.data, "pairs of words"));
    sparse_free(model);
    evaluate_free(&e);
    langtag_free(langtag);
    sg_buf_free(&report);
    sg_buf_free(&one);
    sg_buf_free(&two);
    sg_buf_free(&other);
}

static void samples_are_pieces(void **unused) {
    (void)unused;
    struct lessons lessons = {0};
    read_folder(&lessons);
    assert_int_equal(lessons.group_count, 3); /* in the order of code points: Latn Cyrl Thai */
    const struct lessons_group *latin = &lessons.groups[0];
    assert_int_equal(latin->count, 3);
    struct letters_stream sample = {0};
    uint64_t state = 9;
    size_t seen[3] = {0};
    for (int i = 0; i < 3000; i++) {
        size_t local = lessons_sample(&lessons, latin, &state, &sample);
        seen[local]++;
        assert_true(sample.len >= 3 && sample.units[0] == ' ' &&
                    sample.units[sample.len - 1] == ' ');
        for (size_t k = 1; k < sample.len; k++) /* whole words, one space between them */
            assert_false(sample.units[k] == ' ' && sample.units[k - 1] == ' ');
    }
    for (int l = 0; l < 3; l++) assert_true(seen[l] > 800);
    letters_free(&sample);
    lessons_free(&lessons);
}

/* One label, one bucket: the step of regression.c's own example. */
static void step_is_as_told(void **unused) {
    (void)unused;
    struct regression r = {0};
    struct regression_work work;
    regression_init(&r, 3, 64);
    const uint32_t buckets[] = {1, 5, 9, 60};
    const struct regression_sample sample = {.buckets = buckets, .count = 4, .label = 1};
    regression_step(&r, &sample, 1, &work);
    /* p = 1/3 each: g = 1/3, -2/3, 1/3; |g|^2 = 2/3; A = 1/6; step = 1/2 / sqrt(1/6 + .001) */
    float *row = r.weights + 5 * r.stride;
    assert_true(row[1] > 0.813f && row[1] < 0.815f);
    assert_true(row[0] < -0.406f && row[0] > -0.408f);
    assert_true(row[3] > 0.1666f && row[3] < 0.1667f);
    assert_true(regression_step(&r, &sample, 1, &work)); /* now it knows */
    regression_free(&r);
}

/* ---- the file ---- */

static void file_comes_back(void **unused) {
    (void)unused;
    struct sg_err err = {0};
    struct sg_buf one = {0}, two = {0};
    struct sparse_model *model = NULL;
    save_small(1, &one);
    assert_true(sparse_is_model(one.data, one.len));
    assert_int_equal(sparse_load(&model, one.data, one.len, &err), SG_OK);
    assert_int_equal(sparse_save(model, &two, &err), SG_OK);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);
    /* the pairs of a bucket, counted the slow way */
    for (size_t g = 0; g < model->group_count; g++) {
        const struct sparse_group *group = &model->groups[g];
        uint32_t sum = 0, first;
        for (uint32_t b = 0; group->count > 1 && b < grams_buckets(&group->shape); b++) {
            unsigned n = sparse_pairs(group, b, &first);
            assert_int_equal(first, sum);
            sum += n;
        }
        assert_int_equal(sum, group->pair_count);
    }
    sparse_free(model);
    sg_buf_free(&one);
    sg_buf_free(&two);
}

/* A bit that zstd does not look at may change: then it is still the same model. */
static void try_bytes(const char *bytes, size_t len, const struct sg_buf *good) {
    struct sg_err err = {0};
    struct sparse_model *model = NULL;
    char *copy = sg_alloc(len + 1); /* so that a sanitizer sees what is read behind the end */
    memcpy(copy, bytes, len);
    enum sg_code code = sparse_load(&model, copy, len, &err);
    if (code == SG_OK) {
        struct sg_buf again = {0};
        assert_int_equal(sparse_save(model, &again, &err), SG_OK);
        assert_int_equal(again.len, good->len);
        assert_memory_equal(again.data, good->data, good->len);
        sg_buf_free(&again);
        sparse_free(model);
    } else {
        assert_int_equal(code, SG_DATA);
        assert_true(err.text[0] != 0);
    }
    free(copy);
}

static void damaged_files(void **unused) {
    (void)unused;
    struct sg_buf good = {0}, bad = {0};
    uint64_t state = 11;
    save_small(1, &good);
    sg_buf_put(&bad, good.data, good.len);
    for (size_t len = 0; len < good.len; len += 1 + len / 4) try_bytes(good.data, len, &good);
    for (int i = 0; i < 300; i++) {
        size_t at = dice_below(&state, i % 2 ? 60 : good.len);
        if ((at >= 12 && at < 16)) continue; /* reserved */
        char was = bad.data[at];
        bad.data[at] = (char)(was ^ (1 << dice_below(&state, 8)));
        try_bytes(bad.data, bad.len, &good);
        bad.data[at] = was;
    }
    sg_buf_free(&good);
    sg_buf_free(&bad);
}

/* ---- asking ---- */

static void kernels_agree(void **unused) {
    (void)unused;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) {
        print_message("skipped: no AVX2 here\n");
        return;
    }
    uint64_t state = 3;
    for (size_t width = 16; width <= 256; width += 16) {
        size_t rows = 300, count = dice_below(&state, 1400);
        int8_t *dense = sg_alloc(rows * width);
        uint32_t *list = sg_alloc((count + 1) * sizeof *list);
        int32_t one[256] = {0}, two[256] = {0};
        for (size_t i = 0; i < rows * width; i++)
            dense[i] = width == 64 ? -128 : (int8_t)dice_below(&state, 256);
        for (size_t i = 0; i < count; i++) list[i] = (uint32_t)dice_below(&state, rows);
        sparse_kernel_portable()->add_rows(dense, width, list, count, one);
        sparse_kernel_avx2()->add_rows(dense, width, list, count, two);
        assert_memory_equal(one, two, width * sizeof *one);
        free(dense);
        free(list);
    }
#endif
}

static void kernels_part_the_same(void **unused) {
    (void)unused;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) {
        print_message("skipped: no AVX2 here\n");
        return;
    }
    enum { BUCKETS = 1000, MOST = 100 };
    uint16_t dense_of[BUCKETS + 1]; /* two bytes behind the last are read */
    uint32_t buckets[MOST + 8], rows[2][MOST + 8], others[2][MOST + 8];
    uint64_t state = 31;
    for (int i = 0; i < 2000; i++) {
        size_t count = dice_below(&state, MOST + 1);
        for (size_t b = 0; b <= BUCKETS; b++)
            dense_of[b] = dice_below(&state, 2) ? (uint16_t)dice_below(&state, 0x10000) : 0;
        for (size_t k = 0; k < MOST + 8;
             k++) /* those behind the list are no buckets of this table */
            buckets[k] = k < count ? (uint32_t)dice_below(&state, BUCKETS) : UINT32_MAX / 2;
        size_t found = sparse_kernel_portable()->part(dense_of, buckets, count, rows[0], others[0]);
        assert_int_equal(sparse_kernel_avx2()->part(dense_of, buckets, count, rows[1], others[1]),
                         found);
        assert_memory_equal(rows[0], rows[1], found * sizeof rows[0][0]);
        assert_memory_equal(others[0], others[1], (count - found) * sizeof others[0][0]);
    }
#endif
}

/* Choosing by eights: equal logits, labels that are not allowed, few and many that are near. */
static void kernels_choose_the_same(void **unused) {
    (void)unused;
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2")) {
        print_message("skipped: no AVX2 here\n");
        return;
    }
    const struct sparse_kernel *plain = sparse_kernel_portable(), *fast = sparse_kernel_avx2();
    uint64_t state = 23;
    for (int i = 0; i < 5000; i++) {
        size_t width = 16 * (1 + dice_below(&state, 16)), wanted = dice_below(&state, 30);
        float logits[SPARSE_LABELS], one[SPARSE_PLACES], two[SPARSE_PLACES], best = -1e30f;
        uint32_t places[2][SPARSE_PLACES];
        uint64_t steps = i % 3 ? 40000 : 30, forbidden = i % 5 ? 10 : 1;
        for (size_t l = 0; l < width; l++) {
            bool out = dice_below(&state, 10) >= forbidden;
            logits[l] = out ? -INFINITY : (float)dice_below(&state, steps) * (30 / (float)steps);
            if (logits[l] > best) best = logits[l];
        }
        size_t count = plain->above(logits, width, best - 9, places[0]);
        assert_int_equal(fast->above(logits, width, best - 9, places[1]), count);
        assert_memory_equal(places[0], places[1], count * sizeof places[0][0]);
        for (size_t k = 0; k < count; k++) one[k] = two[k] = logits[places[0][k]] - best;
        double sum = plain->softmax(one, count);
        assert_true(fast->softmax(two, count) == sum); /* to the bit */
        assert_memory_equal(one, two, count * sizeof *one);
        count = plain->next(logits, width, best - 9, wanted, places[0]);
        assert_int_equal(fast->next(logits, width, best - 9, wanted, places[1]), count);
        assert_memory_equal(places[0], places[1], count * sizeof places[0][0]);
        for (size_t k = 1; k < count; k++)
            assert_true(logits[places[0][k]] <= logits[places[0][k - 1]]);
    }
#endif
}

static void priors_move_the_choice(void **unused) {
    (void)unused;
    struct sg_buf bytes = {0};
    struct langtag_answer answer;
    struct langtag_scratch *scratch = langtag_scratch_new();
    save_small(1, &bytes);
    struct langtag *plain = small_langtag(&bytes, NULL),
                   *moved =
                       small_langtag(&bytes, "# a comment\naaa_Latn -20\n\nbbb_Latn 0.5 # more\n");
    langtag_text(plain, scratch, "ba ka", 5, &answer);
    assert_string_equal(answer.language, "aaa");
    langtag_text(moved, scratch, "ba ka", 5, &answer);
    assert_string_not_equal(answer.language, "aaa");
    langtag_free(plain);
    langtag_free(moved);
    struct langtag *none = NULL;
    for (int i = 0; i < 4; i++) {
        static const char *const wrong[] = {"aaa_Latn", "aaa_Latn x", "aaa_Latn 21", "aab_Latn 1"};
        struct sg_err err = {0};
        struct langtag_settings settings = {
            .model = bytes.data, .model_len = bytes.len, .top = 1, .priors = wrong[i]};
        assert_int_equal(langtag_new(&none, &settings, &err), SG_USAGE);
    }
    langtag_scratch_free(scratch);
    sg_buf_free(&bytes);
}

/* ---- calibration ---- */

static void maps_rise_and_fit(void **unused) {
    (void)unused;
    struct sparse_model *model = sg_zalloc(1, sizeof *model);
    struct langtag_evidence e = {.asked = true, .map_class = 1, .map_bin = 2};
    struct calibrate_case *cases = sg_zalloc(20000, sizeof *cases);
    uint64_t state = 7;
    for (int i = 0; i < 20000; i++) { /* it is right half as often as it says */
        cases[i].evidence = e;
        cases[i].evidence.label = cases[i].evidence.family = (float)dice_below(&state, 1000) / 1000;
        cases[i].right = cases[i].right_family =
            dice_below(&state, 2000) < (uint64_t)(cases[i].evidence.label * 1000);
    }
    calibrate_fit(model, cases, 20000);
    float before = -1;
    for (int i = 0; i <= 100; i++) {
        float p = (float)i / 100, score = calibrate_score(model, &e, p);
        assert_true(score > before && score >= 0 && score <= 1);
        if (!(score > p / 2 - 0.12f && score < p / 2 + 0.12f))
            fail_msg("%f gave %f", (double)p, (double)score);
        before = score;
    }
    calibrate_identity(model);
    for (int i = 0; i <= 16; i++) {
        float p = (float)i / 16, score = calibrate_score(model, &e, p);
        assert_true(score > p - 0.005f && score < p + 0.005f);
    }
    assert_int_equal(calibrate_class("Latn"), 0);
    assert_int_equal(calibrate_class("Hebr"), 4);
    assert_int_equal(calibrate_bin(15), 0);
    assert_int_equal(calibrate_bin(1000), 3);
    free(cases);
    sparse_free(model);
}

/* ---- romanised text ---- */

static void romanised_words(void **unused) {
    (void)unused;
    static const struct {
        enum romanise_language language;
        const char *word, *romanised;
    } cases[] = {
        {ROMANISE_HIN, "कमल", "kamal"},  {ROMANISE_HIN, "नमकीन", "namkin"},
        {ROMANISE_HIN, "पत्ता", "patta"}, {ROMANISE_HIN, "बंबई", "bambai"},
        {ROMANISE_MAR, "घर", "ghar"},    {ROMANISE_GUJ, "કામ", "kam"},
        {ROMANISE_PAN, "ਸੱਪ", "sapp"},    {ROMANISE_TAM, "அம்மா", "amma"},
        {ROMANISE_TAM, "பணம்", "panam"},  {ROMANISE_TEL, "మంచి", "manchi"},
        {ROMANISE_MAL, "പാട്ട്", "patt"},  {ROMANISE_KAN, "ಮನೆ", "mane"},
        {ROMANISE_BEN, "কাজ", "kaj"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sg_buf out = {0};
        uint64_t chance = 1;
        const struct romanise_style plain = {
            .language = cases[i].language, .medial = 256, .final = 256};
        romanise_word(&plain, cases[i].word, strlen(cases[i].word), &chance, &out);
        sg_buf_str(&out);
        size_t len = strlen(cases[i].romanised);
        if (strncmp(out.data, cases[i].romanised, len) != 0 || out.len > len + 1)
            fail_msg("%s: %s, not %s", cases[i].word, out.data, cases[i].romanised);
        sg_buf_free(&out);
    }
}

static void everyday_words_are_latin(void **unused) {
    (void)unused;
    size_t labels = 0;
    for (const char *at = romanise_colloquial; at < romanise_colloquial_end && *at;) {
        const char *lf = strchr(at, '\n');
        assert_non_null(lf);
        if (*at != '#') {
            labels++;
            assert_memory_equal(at + 3, "_Latn ", 6);
            for (const char *c = at + 9; c < lf; c++)
                assert_true((*c >= 'a' && *c <= 'z') || (*c == ' ' && c[1] != ' '));
        }
        at = lf + 1;
    }
    assert_int_equal(labels, ROMANISE_LANGUAGES);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_examples),
        cmocka_unit_test(word_features),
        cmocka_unit_test(features_are_the_same_by_eights),
        cmocka_unit_test(han_features),
        cmocka_unit_test(letters_are_counted_by_blocks),
        cmocka_unit_test(step_is_as_told),
        cmocka_unit_test(samples_are_pieces),
        cmocka_unit_test(training_learns_and_repeats),
        cmocka_unit_test(file_comes_back),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(kernels_agree),
        cmocka_unit_test(kernels_part_the_same),
        cmocka_unit_test(kernels_choose_the_same),
        cmocka_unit_test(priors_move_the_choice),
        cmocka_unit_test(maps_rise_and_fit),
        cmocka_unit_test(romanised_words),
        cmocka_unit_test(everyday_words_are_latin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
