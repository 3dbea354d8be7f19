/*
 * Recall and precision of sangam-dedup against the truth that gen_corpus.py plants.
 *
 * usage: dedup_truth INPUT OUTPUT [TAU]      INPUT/NAME.jsonl.zst, INPUT/truth/dups-NNNNN.tsv; OUTPUT: sangam-dedup's folder
 *
 * Jaccard is taken over the sets of windows of the shingle profile (dedup.md section 2), computed here from the texts.
 * A planted pair is found when at most one of the two was kept. A removal is below tau when its J to the survivor that
 * the ledger names is. Exit 1 when recall at J >= 0.8 is under 0.99 or more than 0.1 % of removals are below tau.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "io/frames.h"
#include "keytext.h"
#include "line.h"
#include "text/json.h"
#include "text/unicode.h"

struct known {
    char *id;
    bool removed;
    struct sg_buf set; /* its windows, sorted */
};

struct pair {
    char *a, *b;
};

struct list {
    void *items;
    size_t count, cap, width;
};

static void *add(struct list *list) {
    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 1024;
        list->items = sg_realloc(list->items, list->cap * list->width);
    }
    return (char *)list->items + list->count++ * list->width;
}

static void stop(const struct sg_err *err) {
    char text[1024];
    fprintf(stderr, "dedup_truth: %s\n", sg_err_format(err, text, sizeof text));
    exit(2);
}

/* Calls visit for every line of all files that match. */
static void each_line(const char *pattern,
                      void (*visit)(void *context, const char *line, size_t len), void *context) {
    glob_t found;
    struct sg_err err = {0};
    if (glob(pattern, 0, NULL, &found) != 0) return;
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct sg_frames *reader = NULL;
        struct sg_frames_batch batch = {0};
        struct sg_frames_options options = {0};
        bool split = false;
        enum sg_code code = sg_frames_open(&reader, found.gl_pathv[i], &options, &err);
        while (code == SG_OK && (code = sg_frames_next(reader, &batch, &err)) == SG_OK) {
            code = sg_frames_lines(decoder, &batch, &split, &err);
            const char *at = batch.lines.data, *end = at + batch.lines.len, *line;
            size_t len;
            while (dedup_line_cut(&at, end, &line, &len)) visit(context, line, len);
        }
        if (code != SG_END) stop(&err);
        sg_frames_close(reader);
        sg_frames_batch_free(&batch);
    }
    sg_frames_decoder_free(decoder);
    globfree(&found);
}

static void read_truth(struct list *pairs, const char *path) {
    FILE *file = fopen(path, "r");
    char a[256], b[256];
    while (file && fscanf(file, "%255s %255s %*s %*s", a, b) == 2)
        *(struct pair *)add(pairs) = (struct pair){sg_strdup(a), sg_strdup(b)};
    if (file) fclose(file);
}

static void read_removal(void *context, const char *line, size_t len) {
    struct sg_json object, id, survivor;
    if (sg_json_check(line, len, &object, NULL) != SG_OK || !sg_json_member(object, "id", &id) ||
        !sg_json_member(object, "survivor_id", &survivor))
        return;
    *(struct pair *)add(context) = (struct pair){sg_json_strdup(id), sg_json_strdup(survivor)};
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const struct known *)a)->id, ((const struct known *)b)->id);
}

static struct known *find(const struct list *known, const char *id) {
    const struct known key = {.id = (char *)(uintptr_t)id};
    return bsearch(&key, known->items, known->count, sizeof key, by_id);
}

static void know(struct list *known, const struct list *pairs) {
    const struct pair *items = pairs->items;
    for (size_t i = 0; i < pairs->count; i++) {
        *(struct known *)add(known) = (struct known){.id = items[i].a};
        *(struct known *)add(known) = (struct known){.id = items[i].b};
    }
    qsort(known->items, known->count, sizeof(struct known), by_id);
    struct known *all = known->items;
    size_t kept = 0;
    for (size_t i = 0; i < known->count; i++)
        if (i == 0 || strcmp(all[i].id, all[kept - 1].id) != 0) all[kept++] = all[i];
    known->count = kept;
}

struct texts {
    const struct list *known;
    struct dedup_line line;
    struct dedup_scratch scratch;
    uint64_t documents;
};

static void read_text(void *context, const char *bytes, size_t len) {
    struct texts *texts = context;
    struct sg_err err = {0};
    if (dedup_line_scan(&texts->line, bytes, len, &err) != DEDUP_DOCUMENT) return;
    dedup_line_open(&texts->line, false);
    texts->documents++;
    char *id = sg_strndup(texts->line.document.id, texts->line.document.id_len);
    struct known *known = find(texts->known, id);
    free(id);
    if (!known) return;
    const char *text = texts->line.document.text;
    size_t text_len = texts->line.document.text_len;
    dedup_keytext_nfc(&text, &text_len, &texts->scratch.nfc);
    known->set.len = 0;
    dedup_shingles_set(&texts->scratch.shingles, text, text_len, &known->set);
}

static double jaccard(const struct known *a, const struct known *b) {
    size_t x = a->set.len / 8, y = b->set.len / 8;
    size_t common = dedup_set_common((const uint64_t *)(void *)a->set.data, x,
                                     (const uint64_t *)(void *)b->set.data, y);
    return x + y == common ? 1.0 : (double)common / (double)(x + y - common);
}

struct bin {
    uint64_t pairs, found;
};

static double print_recall(const struct list *known, const struct list *pairs) {
    struct bin bins[21] = {{0}}, high = {0};
    const struct pair *items = pairs->items;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct known *a = find(known, items[i].a), *b = find(known, items[i].b);
        double j = jaccard(a, b);
        bool found = a->removed || b->removed;
        struct bin *bin = &bins[(int)(j * 20)];
        bin->pairs++;
        bin->found += found;
        if (j >= 0.8) {
            high.pairs++;
            high.found += found;
        }
    }
    printf("planted pairs %zu\n   J          pairs   found\n", pairs->count);
    for (int i = 0; i <= 20; i++)
        if (bins[i].pairs)
            printf("   %.2f  %10llu  %.4f\n", i / 20.0, (unsigned long long)bins[i].pairs,
                   (double)bins[i].found / (double)bins[i].pairs);
    double recall = high.pairs ? (double)high.found / (double)high.pairs : 1;
    printf("recall at J >= 0.8: %.5f (%llu of %llu)\n", recall, (unsigned long long)high.found,
           (unsigned long long)high.pairs);
    return recall;
}

static double print_removals(const struct list *known, const struct list *removals, double tau) {
    const struct pair *items = removals->items;
    uint64_t below = 0, ghosts = 0;
    double least = 1;
    for (size_t i = 0; i < removals->count; i++) {
        const struct known *a = find(known, items[i].a), *b = find(known, items[i].b);
        double j = jaccard(a, b);
        below += j < tau;
        ghosts += b->removed;
        if (j < least) least = j;
    }
    double share = removals->count ? (double)below / (double)removals->count : 0;
    printf("removals %zu, of them J to the survivor below %.2f: %llu (%.4f %%), least J %.4f; "
           "survivors that were "
           "removed: %llu\n",
           removals->count, tau, (unsigned long long)below, share * 100, least,
           (unsigned long long)ghosts);
    return ghosts ? 1 : share;
}

int main(int argc, char **argv) {
    if (argc < 3) return fprintf(stderr, "usage: dedup_truth INPUT OUTPUT [TAU]\n"), 2;
    double tau = 0.75;
    struct sg_err err = {0};
    if (argc > 3 && !sg_num_parse_double(argv[3], &tau))
        return fprintf(stderr, "dedup_truth: bad TAU\n"), 2;
    if (sg_unicode_init(&err) != SG_OK) stop(&err);
    char *truth = sg_printf_dup("%s/truth/dups-*.tsv", argv[1]),
         *input = sg_printf_dup("%s/*.jsonl.zst", argv[1]);
    char *ledger = sg_printf_dup("%s/*.dropped.jsonl.zst", argv[2]);
    struct list pairs = {.width = sizeof(struct pair)}, removals = pairs,
                known = {.width = sizeof(struct known)};
    glob_t found;
    if (glob(truth, 0, NULL, &found) != 0) return fprintf(stderr, "dedup_truth: no %s\n", truth), 2;
    for (size_t i = 0; i < found.gl_pathc; i++) read_truth(&pairs, found.gl_pathv[i]);
    globfree(&found);
    each_line(ledger, read_removal, &removals);
    know(&known, &pairs);
    know(&known, &removals);
    for (size_t i = 0; i < removals.count; i++)
        find(&known, ((struct pair *)removals.items)[i].a)->removed = true;
    struct texts texts = {.known = &known};
    each_line(input, read_text, &texts);
    printf("documents %llu\n", (unsigned long long)texts.documents);
    double recall = print_recall(&known, &pairs), below = print_removals(&known, &removals, tau);
    return recall >= 0.99 && below <= 0.001 ? 0 : 1;
}
