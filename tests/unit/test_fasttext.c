/*
 * fasttext: small models are trained by the fasttext program when the tests run, one for each loss, plain and quantised. Every
 * label and probability must be the program's own. Then files that are cut or changed, and the kernels against each other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/num.h"
#include "dice.h"
#include "fasttext.h"
#include "io/file.h"
#include "rowsum.h"

#define LABELS 300 /* quantising the output needs 256 rows */
#define LINES 400
#define TOP 5

static char folder[] = "/tmp/test_fasttext.XXXXXX";

static const struct kind {
    const char *name, *train, *quantise; /* quantise NULL: a .bin */
} kinds[] = {
    {"softmax", "-loss softmax -dim 10 -minn 2 -maxn 4 -wordNgrams 2 -bucket 5000", NULL},
    {"hs", "-loss hs -dim 16 -minn 3 -maxn 5 -bucket 5000", NULL},
    {"ns", "-loss ns -dim 13", NULL},
    {"ova", "-loss one-vs-all -dim 50 -minn 1 -maxn 3 -bucket 2000", NULL},
    {"softmax_pruned", "-loss softmax -dim 16 -minn 2 -maxn 4 -bucket 5000",
     "-qnorm -cutoff 900 -retrain"},
    {"hs_qout", "-loss hs -dim 20 -minn 2 -maxn 3 -wordNgrams 3 -bucket 3000", "-qout -dsub 3"},
    {"ova_qout", "-loss one-vs-all -dim 10 -minn 2 -maxn 2 -bucket 1000", "-qnorm -qout"},
    {"ns_pruned", "-loss ns -dim 9", "-cutoff 500"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* ---- text in invented languages: every label has its own few syllables ---- */

static void put_word(struct sg_buf *out, uint64_t *state, unsigned label) {
    static const char *const syllables[] = {"ka", "to", "mi", "é",  "ñu", "дом", "жи", "न",
                                            "मि", "中", "文", "한", "x",  "sh",  "😀",  "ŋga"};
    size_t count = 1 + dice_below(state, 3);
    for (size_t i = 0; i < count; i++)
        sg_buf_puts(out, syllables[(label * 7 + dice_below(state, 4) * (1 + label % 5)) % 16]);
}

static void put_line(struct sg_buf *out, uint64_t *state, unsigned label) {
    size_t count = 2 + dice_below(state, 9);
    for (size_t i = 0; i < count; i++) {
        if (i) sg_buf_putc(out, ' ');
        put_word(out, state, label);
    }
}

static char *path_of(const char *name) {
    return sg_printf_dup("%s/%s", folder, name);
}

static void save(const char *name, const struct sg_buf *bytes) {
    char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, file), bytes->len);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static void load_file(const char *name, struct sg_buf *out) {
    struct sg_err err = {0};
    char *path = path_of(name);
    out->len = 0;
    assert_int_equal(sg_file_load(path, (size_t)1 << 30, out, &err), SG_OK);
    free(path);
}

static void run(const char *format, const char *a, const char *b) {
    char *arguments = sg_printf_dup(format, a, b);
    char *command = sg_printf_dup("cd %s && %s", folder, arguments);
    if (system(command) != 0) fail_msg("failed: %s", command);
    free(command);
    free(arguments);
}

static bool have_program(void) {
    return system("command -v fasttext >/dev/null 2>&1") == 0;
}

/* What a tokeniser may stumble over, then lines of all labels, some of them mixed and with words nobody has seen. */
static void test_lines(struct sg_buf *out) {
    static const char odd[] =
        "\n   \n\t\v\f mika \r\n\xff\xfe\x80 ka\xc3\n__label__l7 toto\n__label__nobody toto mi\n"
        "ka\0to mi\n\xe4\xb8\n< > <ka> </s\nkatoKATO to  to   to\n";
    uint64_t state = 77;
    sg_buf_put(out, odd, sizeof odd - 1);
    for (int i = 0; i < 3000; i++) sg_buf_puts(out, i % 3 ? "ka" : "न");
    sg_buf_putc(out, '\n');
    for (unsigned i = 0; i < LINES; i++) {
        put_line(out, &state, i % LABELS);
        sg_buf_putc(out, ' ');
        put_line(out, &state, i % 3 ? i % LABELS : i % 17);
        if (i % 4 == 0) sg_buf_puts(out, " Qzw-ße 12,5 東京");
        sg_buf_putc(out, '\n');
    }
}

static int make_models(void **unused) {
    (void)unused;
    assert_non_null(mkdtemp(folder));
    if (!have_program()) return 0;
    struct sg_buf train = {0}, lines = {0};
    uint64_t state = 1;
    for (unsigned i = 0; i < 12 * LABELS; i++) {
        sg_buf_printf(&train, "__label__l%u ", i % LABELS);
        put_line(&train, &state, i % LABELS);
        sg_buf_putc(&train, '\n');
    }
    save("train", &train);
    test_lines(&lines);
    save("lines", &lines);
    for (size_t i = 0; i < KINDS; i++) {
        run("fasttext supervised -input train -output %s -thread 1 -epoch 3 -lr 1 -verbose 0 %s "
            ">log 2>&1",
            kinds[i].name, kinds[i].train);
        if (kinds[i].quantise)
            run("fasttext quantize -input train -output %s -thread 1 -epoch 1 -verbose 0 %s >log "
                "2>&1",
                kinds[i].name, kinds[i].quantise);
    }
    sg_buf_free(&train);
    sg_buf_free(&lines);
    return 0;
}

static int remove_models(void **unused) {
    (void)unused;
    char *command = sg_printf_dup("rm -rf %s", folder);
    int status = system(command);
    free(command);
    return status;
}

#define NEEDS_PROGRAM()                                                                            \
    do {                                                                                           \
        if (!have_program()) {                                                                     \
            print_message("skipped: the fasttext program is not installed\n");                     \
            skip();                                                                                \
        }                                                                                          \
    } while (0)

static struct fasttext *load(const struct kind *kind, struct sg_buf *bytes) {
    struct sg_err err = {0};
    struct fasttext *model = NULL;
    char *name = sg_printf_dup("%s.%s", kind->name, kind->quantise ? "ftz" : "bin");
    load_file(name, bytes);
    if (fasttext_load(&model, bytes->data, bytes->len, &err) != SG_OK)
        fail_msg("%s: %s", name, err.text);
    free(name);
    return model;
}

/* ---- against the program ---- */

/* One line of its output, "__label__a 0.9 __label__b 0.05": ours must have that score for that label, and at that place. */
static void compare(const struct fasttext *model, struct fasttext_scratch *scratch, char *printed,
                    const char *where) {
    struct fasttext_answer all[LABELS];
    size_t count = fasttext_best(model, scratch, NULL, LABELS, all), place = 0;
    for (char *at = printed, *label; (label = strtok_r(at, " ", &at)); place++) {
        double score = 0;
        const char *number = strtok_r(at, " ", &at);
        assert_non_null(number);
        assert_true(sg_num_parse_double(number, &score));
        if (place >= count) fail_msg("%s: place %zu is missing", where, place);
        assert_float_equal(all[place].score, score, 1e-5f);
        size_t i = 0;
        while (i < count &&
               strcmp(fasttext_label(model, all[i].label), label + strlen("__label__")) != 0)
            i++;
        if (i == count) fail_msg("%s: %s is missing", where, label);
        assert_float_equal(all[i].score, score, 1e-5f);
    }
    assert_int_equal(place, count < TOP ? count : TOP);
}

static void check_kind(const struct kind *kind) {
    struct sg_buf bytes = {0}, lines = {0}, printed = {0};
    struct fasttext_scratch scratch = {0};
    struct fasttext *model = load(kind, &bytes);
    char *name = sg_printf_dup("%s.%s", kind->name, kind->quantise ? "ftz" : "bin");
    run("fasttext predict-prob %s %s 5 >printed", name, "lines");
    load_file("lines", &lines);
    load_file("printed", &printed);
    sg_buf_str(&printed);
    assert_int_equal(fasttext_labels(model), LABELS);
    char *answer = printed.data;
    size_t number = 0;
    for (const char *line = lines.data, *end; line < lines.data + lines.len;
         line = end + 1, number++) {
        end = memchr(line, '\n', (size_t)(lines.data + lines.len - line));
        char *next = strchr(answer, '\n'),
             *where = sg_printf_dup("%s, line %zu", kind->name, number + 1);
        assert_non_null(next);
        *next = 0;
        fasttext_read(model, &scratch, line, (size_t)(end - line));
        compare(model, &scratch, answer, where);
        free(where);
        answer = next + 1;
    }
    assert_int_equal(number, LINES + 11);
    assert_int_equal(*answer, 0);
    fasttext_scratch_free(&scratch);
    fasttext_free(model);
    sg_buf_free(&bytes);
    sg_buf_free(&lines);
    sg_buf_free(&printed);
    free(name);
}

static void equals_the_program(void **unused) {
    (void)unused;
    NEEDS_PROGRAM();
    for (size_t i = 0; i < KINDS; i++) check_kind(&kinds[i]);
}

/* A </s> in the text ends it; LF is a space. */
static void end_of_line(void **unused) {
    (void)unused;
    NEEDS_PROGRAM();
    struct sg_buf bytes = {0}, printed = {0}, line = {0};
    struct fasttext_scratch scratch = {0};
    struct fasttext *model = load(&kinds[0], &bytes);
    static const char text[] = "kato mi mi </s> 中文 中 дом\n";
    sg_buf_puts(&line, text);
    save("one", &line);
    run("fasttext predict-prob %s %s 5 | head -n 1 >printed", "softmax.bin", "one");
    load_file("printed", &printed);
    sg_buf_str(&printed);
    printed.data[strcspn(printed.data, "\n")] = 0;
    char *again = sg_strdup(printed.data);
    fasttext_read(model, &scratch, text, strlen(text) - 1);
    compare(model, &scratch, printed.data, "</s> in the text");
    fasttext_read(model, &scratch, "kato\nmi\n\nmi", 11);
    compare(model, &scratch, again, "LF as a space");
    free(again);
    fasttext_scratch_free(&scratch);
    fasttext_free(model);
    sg_buf_free(&bytes);
    sg_buf_free(&printed);
    sg_buf_free(&line);
}

/* ---- what is ours ---- */

static void choice_among_some(void **unused) {
    (void)unused;
    NEEDS_PROGRAM();
    struct sg_buf bytes = {0};
    struct fasttext_scratch scratch = {0};
    struct fasttext *model = load(&kinds[0], &bytes);
    static const uint32_t some[] = {3, 17, 40, 299};
    struct fasttext_answer all[LABELS];
    fasttext_read(model, &scratch, "kato mi дом", strlen("kato mi дом"));
    size_t count = fasttext_best(model, &scratch, NULL, LABELS, all);
    assert_int_equal(count, LABELS);
    double of_label[LABELS];
    for (size_t i = 0; i < count; i++) of_label[all[i].label] = (double)all[i].score - 1e-5;
    bool allowed[LABELS] = {0};
    allowed[some[1]] = allowed[some[2]] = true;
    assert_int_equal(fasttext_best(model, &scratch, allowed, LABELS, all), 2);
    for (size_t i = 0; i < 2; i++)
        assert_float_equal(all[i].score, of_label[all[i].label] + 1e-5, 1e-7f);
    fasttext_scratch_free(&scratch);
    fasttext_free(model);
    sg_buf_free(&bytes);
}

/* ---- hostile files ---- */

static void try_bytes(const char *bytes, size_t len, bool must_fail) {
    struct sg_err err = {0};
    struct fasttext *model = NULL;
    struct fasttext_scratch scratch = {0};
    static const char text[] = "kato mi дом 中文 __label__l1";
    /* A copy of its own, so that a sanitizer sees a read behind the end. */
    char *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len) memcpy(copy, bytes, len);
    if (fasttext_load(&model, copy, len, &err) == SG_OK) {
        struct fasttext_answer best[TOP];
        if (must_fail) fail_msg("%zu bytes of a model were taken for one", len);
        fasttext_read(model, &scratch, text, strlen(text));
        size_t count = fasttext_best(model, &scratch, NULL, TOP, best);
        for (size_t i = 0; i < count; i++)
            assert_true(best[i].score == best[i].score && best[i].label < fasttext_labels(model));
    } else {
        assert_int_equal(err.code, SG_DATA);
        assert_true(err.text[0] != 0);
    }
    fasttext_scratch_free(&scratch);
    fasttext_free(model);
    free(copy);
}

static void damaged_files(void **unused) {
    (void)unused;
    NEEDS_PROGRAM();
    uint64_t state = 5;
    try_bytes("", 0, true);
    static const char other[] =
        "\x1f\x8b\x08 not a model at all, but long enough to be read as one";
    try_bytes(other, sizeof other, true);
    for (size_t k = 0; k < KINDS; k++) {
        struct sg_buf bytes = {0};
        struct fasttext *model = load(&kinds[k], &bytes);
        fasttext_free(model);
        for (size_t len = 0; len < bytes.len; len += len < 200 ? 1 : 1 + bytes.len / 60)
            try_bytes(bytes.data, len, true);
        try_bytes(bytes.data, bytes.len - 1, true);
        for (int i = 0; i < 120; i++) {
            size_t at = dice_below(&state, i % 2 ? 120 : bytes.len),
                   old = (unsigned char)bytes.data[at];
            bytes.data[at] = (char)(old ^ (1u << dice_below(&state, 8)));
            try_bytes(bytes.data, bytes.len, false);
            bytes.data[at] = (char)old;
        }
        sg_buf_free(&bytes);
    }
}

/* ---- kernels ---- */

static void kernels_agree(void **unused) {
    (void)unused;
    enum { rows = 50, most = 200 };
    static float table[rows * most + 1], one[most], two[most], by[most];
    const struct rowsum_kernel *best = rowsum_kernel(), *portable = rowsum_kernel_portable();
    uint64_t state = 9;
    for (size_t i = 0; i < rows * most + 1; i++)
        table[i] = (float)dice_below(&state, 2000001) / 1000000 - 1;
    for (size_t dim = 1; dim <= 100; dim++) {
        uint32_t list[rows];
        size_t count = dice_below(&state, rows);
        for (size_t i = 0; i < count; i++) list[i] = (uint32_t)dice_below(&state, rows);
        /* rows that begin at an odd address, as in a file */
        const struct rowsum_table part = {
            .base = (const char *)table + 1, .stride = dim, .dim = dim};
        memset(one, 0, sizeof one);
        memset(two, 0, sizeof two);
        portable->add(&part, list, count, one);
        best->add(&part, list, count, two);
        assert_memory_equal(one, two, dim * sizeof *one);
        memcpy(by, table + dim, sizeof by);
        size_t stride = (dim + 7) / 8 * 8;
        portable->product(table, stride, by, 30, one);
        best->product(table, stride, by, 30, two);
        assert_memory_equal(one, two, stride * sizeof *one);
    }
}

static void exponentials_agree(void **unused) {
    (void)unused;
    enum { count = 80000 };
    float *one = calloc(count, sizeof *one), *two = calloc(count, sizeof *two),
          *x = calloc(count, sizeof *x);
    for (int i = 0; i < count; i++) one[i] = two[i] = x[i] = 3.5f - (float)i / 800;
    x[7] = one[7] = two[7] = (float)(0.0 / 0.0);
    rowsum_kernel_portable()->exponentials(one, count, 3.5f);
    rowsum_kernel()->exponentials(two, count, 3.5f);
    assert_memory_equal(one, two, count * sizeof *one);
    for (int i = 0; i < count; i++) {
        double want = sg_num_exp((double)(x[i] - 3.5f));
        if (i == 7 || x[i] - 3.5f < -87)
            assert_true(one[i] == 0);
        else
            assert_true(one[i] > want * (1 - 2.5e-7) && one[i] < want * (1 + 2.5e-7));
    }
    assert_true(one[0] == 1);
    free(one);
    free(two);
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_program), cmocka_unit_test(end_of_line),
        cmocka_unit_test(choice_among_some),
        cmocka_unit_test(damaged_files),      cmocka_unit_test(kernels_agree),
        cmocka_unit_test(exponentials_agree),
    };
    return cmocka_run_group_tests(tests, make_models, remove_models);
}
