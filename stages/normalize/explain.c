/*
 * A change is found by its hash first; only when it is among the smallest is the line cut and kept.
 *
 *   line before   ... U+0915 U+0940 [U+00A0] U+0915 ...
 *   line after    ... U+0915 U+0940 [U+0020] U+0915 ...
 *
 * The bracketed part is what changed first: from the first difference to where both lines agree again over AGREE
 * code points. Lines of several changes show the first of them; the others are likely to be samples of their own.
 */
#include "explain.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unicode/uchar.h>

#include "base/hash.h"
#include "base/num.h"
#include "text/json.h"
#include "text/unicode.h"
#include "text/utf8.h"

#define CONTEXT 24   /* code points kept on either side of a change */
#define LONG_PART 32 /* of a changed part so many are shown */
#define SEARCH 64    /* how far the lines may be apart before they agree again */
#define AGREE 3
#define SUMMARY_PASSES 4
#define LINE_WIDTH 96 /* names that do not fit into it are left out */

/* One side of a change: text[0..at) before the changed part, [at..at+changed) the part, then the rest. */
struct side {
    uint32_t text[2 * CONTEXT + LONG_PART];
    unsigned len, at, changed;
    bool head_cut, part_cut, tail_cut;
};

struct sample {
    uint64_t hash;
    size_t column; /* code points of the line before the change */
    struct side before, after;
};

/* The samples of one pass, by hash. */
struct bottom {
    struct sample **samples;
    size_t count;
};

struct explain {
    size_t limit;
    pthread_mutex_t lock;
    struct bottom passes[NORMALIZE_PASSES];
    /* A hash from here on is not among the smallest: what most changes are told without the lock. It only falls. */
    _Atomic uint64_t bound[NORMALIZE_PASSES];
};

/* ---- the smallest N ---- */

/* Where the hash belongs. */
static size_t place_of(const struct bottom *bottom, uint64_t hash) {
    size_t low = 0, high = bottom->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bottom->samples[middle]->hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The sample becomes bottom's. */
static void insert(struct bottom *bottom, size_t limit, size_t place, struct sample *sample) {
    if (!bottom->samples) bottom->samples = sg_alloc(limit * sizeof *bottom->samples);
    if (bottom->count == limit) free(bottom->samples[--bottom->count]);
    memmove(bottom->samples + place + 1, bottom->samples + place,
            (bottom->count - place) * sizeof *bottom->samples);
    bottom->samples[place] = sample;
    bottom->count++;
}

/* ---- what changed ---- */

/* From here on both lines read the same: for AGREE code points, or to the end of both. */
static bool agree(const struct line *before, size_t i, const struct line *after, size_t j) {
    for (size_t n = 0; n < AGREE; n++) {
        bool a = i + n < before->len, b = j + n < after->len;
        if (!a || !b) return a == b;
        if (before->at[i + n] != after->at[j + n]) return false;
    }
    return true;
}

/* The changed parts begin at `from`; how long they are. The shortest pair wins, so a removal is a removal. */
static void measure(const struct line *before, const struct line *after, size_t from,
                    size_t *old_len, size_t *new_len) {
    for (size_t both = 1; both <= SEARCH; both++)
        for (size_t j = 0; j <= both; j++) {
            size_t i = both - j;
            if (from + i > before->len || from + j > after->len) continue;
            if (!agree(before, from + i, after, from + j)) continue;
            *old_len = i, *new_len = j;
            return;
        }
    size_t tail = 0; /* far apart: all but what the ends have in common */
    while (before->len - tail > from && after->len - tail > from &&
           before->at[before->len - 1 - tail] == after->at[after->len - 1 - tail])
        tail++;
    *old_len = before->len - tail - from, *new_len = after->len - tail - from;
}

static bool is_mark(uint32_t c) {
    return sg_unicode_category(c)[0] == 'M';
}

static void cut(const struct line *line, size_t from, size_t changed, struct side *side) {
    size_t start = from > CONTEXT ? from - CONTEXT : 0, end = from + changed;
    while (start > 0 && start < from && is_mark(line->at[start]))
        start++; /* no mark without its letter */
    side->head_cut = start > 0;
    side->part_cut = changed > LONG_PART;
    side->at = (unsigned)(from - start);
    side->changed = side->part_cut ? LONG_PART : (unsigned)changed;
    size_t rest = line->len - end < CONTEXT ? line->len - end : CONTEXT;
    side->tail_cut = end + rest < line->len;
    memcpy(side->text, line->at + start, side->at * sizeof *side->text);
    memcpy(side->text + side->at, line->at + from, side->changed * sizeof *side->text);
    memcpy(side->text + side->at + side->changed, line->at + end, rest * sizeof *side->text);
    side->len = side->at + side->changed + (unsigned)rest;
}

static struct sample *make_sample(uint64_t hash, const struct line *before,
                                  const struct line *after) {
    struct sample *sample = sg_zalloc(1, sizeof *sample);
    size_t from = 0, old_len, new_len;
    while (from < before->len && from < after->len && before->at[from] == after->at[from]) from++;
    measure(before, after, from, &old_len, &new_len);
    sample->hash = hash;
    sample->column = from;
    cut(before, from, old_len, &sample->before);
    cut(after, from, new_len, &sample->after);
    return sample;
}

static void saw(void *owner, enum normalize_key key, const struct line *before,
                const struct line *after) {
    struct explain *explain = owner;
    struct bottom *bottom = &explain->passes[key];
    uint64_t hash = sg_hash64(before->at, before->len * sizeof *before->at, (uint64_t)key);
    hash = sg_hash64(after->at, after->len * sizeof *after->at, hash);
    if (hash >= atomic_load_explicit(&explain->bound[key], memory_order_relaxed)) return;
    pthread_mutex_lock(&explain->lock);
    size_t place = place_of(bottom, hash);
    bool known = place < bottom->count && bottom->samples[place]->hash == hash;
    if (!known && place < explain->limit)
        insert(bottom, explain->limit, place, make_sample(hash, before, after));
    if (bottom->count == explain->limit)
        atomic_store_explicit(&explain->bound[key], bottom->samples[explain->limit - 1]->hash,
                              memory_order_relaxed);
    pthread_mutex_unlock(&explain->lock);
}

/* ---- the whole ---- */

struct explain *explain_new(size_t samples) {
    struct explain *explain = sg_zalloc(1, sizeof *explain);
    explain->limit = samples;
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++) atomic_init(&explain->bound[k], UINT64_MAX);
    pthread_mutex_init(&explain->lock, NULL);
    return explain;
}

void explain_free(struct explain *explain) {
    if (!explain) return;
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++) {
        for (size_t i = 0; i < explain->passes[k].count; i++) free(explain->passes[k].samples[i]);
        free(explain->passes[k].samples);
    }
    pthread_mutex_destroy(&explain->lock);
    free(explain);
}

struct normalize_witness explain_witness(struct explain *explain) {
    return (struct normalize_witness){.saw = saw, .owner = explain};
}

uint64_t explain_bytes(const struct explain *explain) {
    if (!explain) return 0;
    return sizeof *explain +
           NORMALIZE_PASSES * explain->limit * (sizeof(struct sample) + sizeof(struct sample *));
}

/* ---- for a terminal ---- */

static void put_point(struct sg_buf *out, uint32_t c) {
    out->len += sg_utf8_encode(c, sg_buf_room(out, 4));
}

/* Something that a reader sees. Joiners are left alone outside the changed part: without them Persian and Sinhala would be
 * shown misspelt. A space inside the changed part is to be seen. */
static bool shown(uint32_t c, bool changed) {
    if (c == ' ' || c == 0x200C || c == 0x200D) return !changed;
    const char *category = sg_unicode_category(c);
    if ((c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF)) return !changed;
    if (c == 0x34F || (c >= 0x180B && c <= 0x180F) || c == 0x115F || c == 0x1160 || c == 0x3164 ||
        c == 0xFFA0 || c == 0x2800 || c == 0xFFFC)
        return false;
    return category[0] != 'C' && category[0] != 'Z';
}

static void put_side(struct sg_buf *out, char sign, const struct side *side) {
    sg_buf_printf(out, "  %c %s", sign, side->head_cut ? "\xE2\x80\xA6" : "");
    for (unsigned i = 0; i < side->len; i++) {
        bool changed = i >= side->at && i < side->at + side->changed;
        if (shown(side->text[i], changed))
            put_point(out, side->text[i]);
        else
            sg_buf_printf(out, "<U+%04X>", side->text[i]);
        if (side->part_cut && i + 1 == side->at + side->changed) sg_buf_puts(out, "[\xE2\x80\xA6]");
    }
    sg_buf_puts(out, side->tail_cut ? "\xE2\x80\xA6\n" : "\n");
}

static void put_points(struct sg_buf *out, const struct side *side, bool names) {
    if (side->changed == 0) sg_buf_puts(out, "nothing");
    for (unsigned i = 0; i < side->changed; i++) {
        uint32_t c = side->text[side->at + i];
        char name[128];
        UErrorCode status = U_ZERO_ERROR;
        sg_buf_printf(out, "%sU+%04X", i ? names ? ", " : " " : "", c);
        if (!names || u_charName((UChar32)c, U_EXTENDED_CHAR_NAME, name, sizeof name, &status) < 1)
            continue;
        if (name[0] != '<') sg_buf_printf(out, " %s", name); /* not "<control-000A>" */
    }
    if (side->part_cut) sg_buf_puts(out, " ...");
}

/* "    U+0065 U+0301 -> U+00E9", with names when they fit into a line. */
static void put_difference(struct sg_buf *out, const struct sample *sample) {
    size_t start = out->len;
    for (int names = 1; names >= 0; names--) {
        out->len = start;
        sg_buf_puts(out, "    ");
        put_points(out, &sample->before, names);
        sg_buf_puts(out, " -> ");
        put_points(out, &sample->after, names);
        if (out->len - start <= LINE_WIDTH) break;
    }
    sg_buf_putc(out, '\n');
}

static void put_text(struct sg_buf *out, const struct sample *sample) {
    put_side(out, '-', &sample->before);
    put_side(out, '+', &sample->after);
    put_difference(out, sample);
}

static void put_text_head(struct sg_buf *out, unsigned key, const uint64_t *totals,
                          size_t samples) {
    char lines[SG_NUM_TEXT], documents[SG_NUM_TEXT], count[SG_NUM_TEXT];
    uint64_t in_lines = totals[COUNT_PASS_LINES + key],
             in_documents = totals[COUNT_PASS_DOCUMENTS + key];
    sg_buf_printf(out, "\n%s: %s line%s in %s document%s changed", normalize_keys[key].name,
                  sg_num_count(in_lines, lines), in_lines == 1 ? "" : "s",
                  sg_num_count(in_documents, documents), in_documents == 1 ? "" : "s");
    if (samples) sg_buf_printf(out, "; samples: %s", sg_num_count(samples, count));
    sg_buf_printf(out, "\n  (%s)\n", normalize_keys[key].about);
}

/* ---- for a program ---- */

static void put_json_points(struct sg_buf *out, const char *name, const struct side *side) {
    char hex[16];
    sg_json_name(out, name);
    sg_json_open(out, '[');
    for (unsigned i = 0; i < side->changed; i++) {
        snprintf(hex, sizeof hex, "U+%04X", side->text[side->at + i]);
        sg_json_put_str(out, hex);
    }
    sg_json_close(out, ']');
}

static void put_json_text(struct sg_buf *out, const char *name, const struct side *side) {
    struct sg_buf text = {0};
    for (unsigned i = 0; i < side->len; i++) put_point(&text, side->text[i]);
    sg_json_name(out, name);
    sg_json_put_strn(out, text.data ? text.data : "", text.len);
    sg_buf_free(&text);
}

static void put_json(struct sg_buf *out, unsigned key, const char *program,
                     const struct sample *sample) {
    sg_json_open(out, '{');
    put_json_points(out, "added", &sample->after);
    put_json_text(out, "after", &sample->after);
    put_json_text(out, "before", &sample->before);
    sg_json_name(out, "column");
    sg_json_put_u64(out, sample->column);
    sg_json_name(out, "level");
    sg_json_put_str(out, "sample");
    sg_json_name(out, "pass");
    sg_json_put_str(out, normalize_keys[key].name);
    sg_json_name(out, "program");
    sg_json_put_str(out, program);
    put_json_points(out, "removed", &sample->before);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}

static void put_json_head(struct sg_buf *out, unsigned key, const char *program,
                          const uint64_t *totals) {
    sg_json_open(out, '{');
    sg_json_name(out, "documents");
    sg_json_put_u64(out, totals[COUNT_PASS_DOCUMENTS + key]);
    sg_json_name(out, "level");
    sg_json_put_str(out, "pass");
    sg_json_name(out, "lines");
    sg_json_put_u64(out, totals[COUNT_PASS_LINES + key]);
    sg_json_name(out, "pass");
    sg_json_put_str(out, normalize_keys[key].name);
    sg_json_name(out, "program");
    sg_json_put_str(out, program);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}

void explain_put(const struct explain *explain, const uint64_t *totals, const char *program,
                 struct sg_buf *out) {
    bool any = false;
    for (unsigned k = 0; k < NORMALIZE_PASSES; k++) {
        const struct bottom *bottom = &explain->passes[k];
        if (totals[COUNT_PASS_DOCUMENTS + k] == 0) continue;
        any = true;
        if (program)
            put_json_head(out, k, program, totals);
        else
            put_text_head(out, k, totals, bottom->count);
        for (size_t i = 0; i < bottom->count; i++) {
            if (program)
                put_json(out, k, program, bottom->samples[i]);
            else
                put_text(out, bottom->samples[i]);
        }
    }
    if (!program) sg_buf_puts(out, any ? "\n" : "no pass changed anything\n");
}

void explain_summarise(const uint64_t *totals, struct sg_buf *summary) {
    char number[SG_NUM_TEXT];
    bool done[NORMALIZE_PASSES] = {false};
    sg_buf_printf(summary, "; %s changed", sg_num_count(totals[COUNT_CHANGED], number));
    for (int n = 0; n <= SUMMARY_PASSES; n++) {
        int most = -1;
        for (int k = 0; k < NORMALIZE_PASSES; k++)
            if (!done[k] && totals[COUNT_PASS_DOCUMENTS + k] &&
                (most < 0 ||
                 totals[COUNT_PASS_DOCUMENTS + k] > totals[COUNT_PASS_DOCUMENTS + most]))
                most = k;
        if (most < 0) {
            if (n) sg_buf_putc(summary, ')');
            return;
        }
        done[most] = true;
        if (n == SUMMARY_PASSES)
            sg_buf_puts(summary, ", ...)");
        else
            sg_buf_printf(summary, "%s%s %s", n ? ", " : " (", normalize_keys[most].name,
                          sg_num_count(totals[COUNT_PASS_DOCUMENTS + most], number));
    }
}
