/*
 * normalize_docs [OPTIONS] FILE.jsonl...        what normalize does to documents, language by language
 *
 *     --profile NAME    conservative, web (default) or aggressive
 *     --set KEY=VALUE   as in sangam-normalize, repeatable
 *     --language XX     documents of that label alone
 *     --samples N       and N lines a pass, chosen by lot, before and after, with the code points that differ
 *     --pass KEY        samples of that pass alone
 *     --seed S          of the lot (default 1)
 *
 * A row a language: documents, of them changed, then documents by pass, the busiest first. Every answer is normalized once
 * more, and must come back byte for byte; must be UTF-8 and, under web and aggressive, NFC. Exit 1 when one is not.
 * The language is what the file says (`language`, else metadata.lang); rules for single languages stay out.
 */
#include "base/num.h"
#include "corpus.h"
#include "dice.h"
#include "normalize.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define CONTEXT 24 /* code points shown beside a difference */
#define MIDDLE 60  /* and of the difference itself */

struct tally {
    char lang[CORPUS_LANG];
    uint64_t documents, changed, passes[NORMALIZE_PASSES], wrong;
};

struct sample {
    char lang[CORPUS_LANG];
    struct line before, after;
};

struct pool {
    struct sample *samples;
    size_t count;
    uint64_t seen;
};

struct report {
    struct settings settings;
    const char *language, *pass;
    uint64_t samples, seed, dice;
    struct normalize *normalize;
    struct normalize_scratch *scratch, *again;
    struct corpus corpus;
    struct tally *tallies;
    size_t count;
    const char *lang; /* of the document at work */
    struct pool pools[NORMALIZE_PASSES];
};

/* ---- samples ---- */

/* Reservoir sampling: each of the changes seen so far stays with the same chance. */
static void saw(void *owner, enum normalize_key key, const struct line *before,
                const struct line *after) {
    struct report *r = owner;
    struct pool *pool = &r->pools[key];
    if (r->samples == 0 || (r->pass && strcmp(r->pass, normalize_keys[key].name) != 0)) return;
    uint64_t slot = pool->seen++;
    if (slot >= r->samples && (slot = dice_below(&r->dice, pool->seen)) >= r->samples) return;
    if (!pool->samples) pool->samples = sg_zalloc(r->samples, sizeof *pool->samples);
    if (slot >= pool->count) pool->count = slot + 1;
    struct sample *sample = &pool->samples[slot];
    sample->before.len = sample->after.len = 0;
    line_append(&sample->before, before->at, before->len);
    line_append(&sample->after, after->at, after->len);
    snprintf(sample->lang, CORPUS_LANG, "%s", r->lang);
}

static void put_points(struct sg_buf *out, const struct line *line, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        uint32_t c = line->at[i];
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            sg_buf_printf(out, "<%04X>", (unsigned)c);
        else
            out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
    }
}

static void put_side(struct sg_buf *out, const struct line *line, size_t from, size_t to) {
    size_t first = from > CONTEXT ? from - CONTEXT : 0;
    size_t shown = to - from > MIDDLE ? from + MIDDLE : to;
    size_t last = line->len - shown > CONTEXT ? shown + CONTEXT : line->len;
    put_points(out, line, first, from);
    sg_buf_puts(out, "[");
    put_points(out, line, from, shown);
    sg_buf_puts(out, "]");
    put_points(out, line, shown, last);
    sg_buf_puts(out, "   ");
    for (size_t i = from > 0 ? from - 1 : 0; i < last && i < from + 12; i++)
        sg_buf_printf(out, " %04X", (unsigned)line->at[i]);
}

static void print_sample(const char *key, const struct sample *sample) {
    const struct line *a = &sample->before, *b = &sample->after;
    size_t from = 0, tail = 0, least = a->len < b->len ? a->len : b->len;
    while (from < least && a->at[from] == b->at[from]) from++;
    while (tail < least - from && a->at[a->len - 1 - tail] == b->at[b->len - 1 - tail]) tail++;
    struct sg_buf out = {0};
    sg_buf_printf(&out, "%s %s\n  - ", sample->lang, key);
    put_side(&out, a, from, a->len - tail);
    sg_buf_puts(&out, "\n  + ");
    put_side(&out, b, from, b->len - tail);
    printf("%.*s\n", (int)out.len, out.data);
    sg_buf_free(&out);
}

static void print_samples(struct report *r) {
    for (int key = 0; key < NORMALIZE_PASSES; key++) {
        struct pool *pool = &r->pools[key];
        if (pool->count)
            printf("\n%s: %llu changes of lines seen\n", normalize_keys[key].name,
                   (unsigned long long)pool->seen);
        for (size_t i = 0; i < pool->count; i++) {
            print_sample(normalize_keys[key].name, &pool->samples[i]);
            line_free(&pool->samples[i].before);
            line_free(&pool->samples[i].after);
        }
        free(pool->samples);
    }
}

/* ---- counting ---- */

static struct tally *tally_of(struct report *r, const char *lang) {
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->tallies[i].lang, lang) == 0) return &r->tallies[i];
    r->tallies = sg_realloc(r->tallies, (r->count + 1) * sizeof *r->tallies);
    struct tally *tally = &r->tallies[r->count++];
    *tally = (struct tally){0};
    snprintf(tally->lang, CORPUS_LANG, "%s", lang);
    return tally;
}

static bool same(const char *a, size_t a_len, const char *b, size_t b_len) {
    return a_len == b_len && (a_len == 0 || memcmp(a, b, a_len) == 0);
}

/* What must hold for every answer; the first reason why it does not. */
static const char *wrong(struct report *r, const struct normalize_answer *answer) {
    struct normalize_answer second;
    if (sg_utf8_valid(answer->text, answer->len) != answer->len) return "not UTF-8";
    normalize_document(r->normalize, r->again, answer->text, answer->len,
                       (struct normalize_hint){0}, &second);
    if (!same(second.text, second.len, answer->text, answer->len)) return "not idempotent";
    if (second.changed) return "said to have changed, and did not";
    if (r->settings.value[KEY_NFC] == OFF) return NULL;
    struct sg_buf nfc = {0};
    sg_unicode_nfc(answer->text, answer->len, &nfc);
    bool composed = same(nfc.data, nfc.len, answer->text, answer->len);
    sg_buf_free(&nfc);
    return composed ? NULL : "not NFC";
}

static void count_document(struct report *r, size_t i) {
    const struct corpus_document *document = &r->corpus.documents[i];
    const char *text = corpus_text(&r->corpus, i);
    struct normalize_answer answer;
    if (r->language && strcmp(r->language, document->lang) != 0) return;
    struct tally *tally = tally_of(r, document->lang);
    r->lang = tally->lang;
    normalize_document(r->normalize, r->scratch, text, document->len, (struct normalize_hint){0},
                       &answer);
    tally->documents++;
    tally->changed += answer.changed;
    for (int key = 0; key < NORMALIZE_PASSES; key++)
        tally->passes[key] += answer.counts[COUNT_PASS_DOCUMENTS + key] > 0;
    const char *why = wrong(r, &answer);
    if (!why && answer.changed == same(answer.text, answer.len, text, document->len))
        why = "changed, and not said";
    if (!why) return;
    tally->wrong++;
    fprintf(stderr, "%s, document %zu of the input: %s\n", document->lang, i + 1, why);
}

static int by_language(const void *a, const void *b) {
    return strcmp(((const struct tally *)a)->lang, ((const struct tally *)b)->lang);
}

static void print_tally(const struct tally *tally) {
    printf("%-16s %7llu %7llu %5.1f%%", tally->lang, (unsigned long long)tally->documents,
           (unsigned long long)tally->changed,
           tally->documents ? 100.0 * (double)tally->changed / (double)tally->documents : 0);
    bool done[NORMALIZE_PASSES] = {false};
    for (;;) {
        int best = -1;
        for (int key = 0; key < NORMALIZE_PASSES; key++)
            if (!done[key] && tally->passes[key] > (best < 0 ? 0 : tally->passes[best])) best = key;
        if (best < 0) break;
        done[best] = true;
        printf(" %s=%llu", normalize_keys[best].name, (unsigned long long)tally->passes[best]);
    }
    if (tally->wrong) printf("  WRONG %llu", (unsigned long long)tally->wrong);
    printf("\n");
}

static uint64_t print_tallies(struct report *r) {
    struct tally all = {.lang = "all"};
    qsort(r->tallies, r->count, sizeof *r->tallies, by_language);
    printf("%-16s %7s %7s\n", "language", "docs", "changed");
    for (size_t i = 0; i < r->count; i++) {
        const struct tally *tally = &r->tallies[i];
        print_tally(tally);
        all.documents += tally->documents;
        all.changed += tally->changed;
        all.wrong += tally->wrong;
        for (int key = 0; key < NORMALIZE_PASSES; key++) all.passes[key] += tally->passes[key];
    }
    print_tally(&all);
    printf("%zu languages; the second time changed, not UTF-8 or not NFC: %llu documents\n",
           r->count, (unsigned long long)all.wrong);
    return all.wrong;
}

static bool set_key(struct report *r, char *pair) {
    char *value = strchr(pair, '=');
    if (!value) return false;
    *value++ = 0;
    return settings_set(&r->settings, pair, value, NULL) == SG_OK;
}

/* One option and its value; false: neither known nor fit. */
static bool option(struct report *r, const char *name, char *value) {
    if (!value) return false;
    if (strcmp(name, "--profile") == 0) return settings_init(&r->settings, value, NULL) == SG_OK;
    if (strcmp(name, "--set") == 0) return set_key(r, value);
    if (strcmp(name, "--samples") == 0) return sg_num_parse_u64(value, &r->samples);
    if (strcmp(name, "--seed") == 0) return sg_num_parse_u64(value, &r->seed) && r->seed > 0;
    if (strcmp(name, "--language") == 0) return (r->language = value) != NULL;
    if (strcmp(name, "--pass") == 0) return (r->pass = value) != NULL;
    return false;
}

int main(int argc, char **argv) {
    struct report r = {.seed = 1};
    bool usable =
        sg_unicode_init(NULL) == SG_OK && settings_init(&r.settings, "web", NULL) == SG_OK;
    int i = 1;
    for (; usable && i < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        usable = option(&r, argv[i], argv[i + 1]);
    if (!usable || i >= argc) {
        fprintf(stderr, "usage: normalize_docs [--profile NAME] [--set KEY=VALUE] [--language XX] "
                        "[--samples N] "
                        "[--pass KEY] [--seed S] FILE.jsonl...\n");
        return 2;
    }
    for (; i < argc; i++) {
        if (corpus_read(&r.corpus, argv[i])) continue;
        fprintf(stderr, "normalize_docs: cannot read %s\n", argv[i]);
        return 2;
    }
    const struct normalize_witness witness = {saw, &r};
    r.dice = r.seed * 0x9E3779B97F4A7C15u;
    r.normalize = normalize_new(&r.settings);
    r.scratch = normalize_scratch_new(r.samples ? &witness : NULL);
    r.again = normalize_scratch_new(NULL);
    for (size_t at = 0; at < r.corpus.count; at++) count_document(&r, at);
    uint64_t bad = print_tallies(&r);
    if (r.corpus.bad) printf("%zu lines are no records with a text\n", r.corpus.bad);
    print_samples(&r);
    free(r.tallies);
    corpus_free(&r.corpus);
    normalize_scratch_free(r.again);
    normalize_scratch_free(r.scratch);
    normalize_free(r.normalize);
    return bad ? 1 : 0;
}
