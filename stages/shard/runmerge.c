/*
 * Merging: the heap's top is the least document; after next() its cursor sinks to its place: log2(runs) comparisons of
 * two numbers a document. Lines are decompressed only when asked for, and only compared when two ranks are equal.
 *
 * Seeking: for a rank x, the units of all frames that begin below x are at least the units before x (the frames across
 * x are counted whole). That sum grows with x, so bisection over the 64 bits of x finds the last x where it is still
 * not above the units sought: 64 x runs binary searches. From there reading skips at most one frame a run or so.
 *
 * Example, one run with frames of 10 units that begin at ranks 5, 40, 70: sought 12 units. x = 41 counts frames 5 and
 * 40 = 20 > 12; x = 40 counts frame 5 = 10 <= 12: reading begins at rank 40 with exactly 10 units before it.
 */
#include "runmerge.h"

#include <stdlib.h>

#include "rank.h"

static enum sg_code before(struct shard_merge *merge, struct shard_cursor *a, struct shard_cursor *b, bool *answer,
                           struct sg_err *err) {
    if (a->slip->rank_hi != b->slip->rank_hi) *answer = a->slip->rank_hi < b->slip->rank_hi;
    else if (a->slip->rank_lo != b->slip->rank_lo) *answer = a->slip->rank_lo < b->slip->rank_lo;
    else {
        const char *line_a = NULL, *line_b = NULL;
        enum sg_code code = shard_cursor_line(a, merge->decoder, &line_a, err);
        if (code == SG_OK) code = shard_cursor_line(b, merge->decoder, &line_b, err);
        if (code != SG_OK) return code;
        *answer = shard_rank_tie(line_a, a->slip->bytes, line_b, b->slip->bytes) < 0;
    }
    return SG_OK;
}

static enum sg_code sink(struct shard_merge *merge, size_t at, struct sg_err *err) {
    struct shard_cursor **heap = merge->heap;
    for (;;) {
        size_t least = 2 * at + 1;
        bool smaller = false;
        enum sg_code code = SG_OK;
        if (least >= merge->heap_count) return SG_OK;
        if (least + 1 < merge->heap_count) code = before(merge, heap[least + 1], heap[least], &smaller, err);
        if (smaller) least++;
        smaller = false;
        if (code == SG_OK) code = before(merge, heap[least], heap[at], &smaller, err);
        if (code != SG_OK || !smaller) return code;
        struct shard_cursor *down = heap[at];
        heap[at] = heap[least];
        heap[least] = down;
        at = least;
    }
}

static void show_top(struct shard_merge *merge) { merge->slip = merge->heap_count ? merge->heap[0]->slip : NULL; }

enum sg_code shard_merge_open(struct shard_merge *merge, const struct shard_runs *runs, uint32_t stratum, uint64_t rank_hi,
                              struct sg_frames_decoder *decoder, struct sg_err *err) {
    *merge = (struct shard_merge){.unit = runs->unit, .decoder = decoder, .cursor_count = runs->count};
    merge->cursors = sg_zalloc(runs->count + 1, sizeof *merge->cursors);
    merge->heap = sg_zalloc(runs->count + 1, sizeof *merge->heap);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < runs->count && code == SG_OK; i++) {
        uint64_t units;
        code = shard_cursor_open(&merge->cursors[i], &runs->items[i], stratum, rank_hi, runs->unit, &units, err);
        if (code != SG_OK) break;
        merge->units_before += units;
        if (merge->cursors[i].slip) merge->heap[merge->heap_count++] = &merge->cursors[i];
    }
    for (size_t i = merge->heap_count / 2; i-- > 0 && code == SG_OK;) code = sink(merge, i, err);
    show_top(merge);
    return code;
}

enum sg_code shard_merge_next(struct shard_merge *merge, struct sg_err *err) {
    struct shard_cursor *top = merge->heap[0];
    merge->units_before += shard_units(merge->unit, top->slip);
    enum sg_code code = shard_cursor_next(top, err);
    if (code != SG_OK) return code;
    if (!top->slip) {
        shard_cursor_free(top);
        merge->heap[0] = merge->heap[--merge->heap_count];
    }
    code = sink(merge, 0, err);
    show_top(merge);
    return code;
}

enum sg_code shard_merge_line(struct shard_merge *merge, const char **line, struct sg_err *err) {
    return shard_cursor_line(merge->heap[0], merge->decoder, line, err);
}

void shard_merge_free(struct shard_merge *merge) {
    for (size_t i = 0; i < merge->cursor_count && merge->cursors; i++) shard_cursor_free(&merge->cursors[i]);
    free(merge->cursors);
    free(merge->heap);
    *merge = (struct shard_merge){0};
}

uint64_t shard_merge_memory(const struct shard_runs *runs, uint32_t stratum) {
    uint64_t total = 0, giant = 0;
    for (size_t r = 0; r < runs->count; r++) {
        const struct shard_run *run = &runs->items[r];
        uint64_t most = 0;
        size_t first, end;
        if (run->pool) continue;
        shard_run_frames(run, stratum, &first, &end);
        for (size_t i = first; i < end; i++) {
            const struct shard_frame *frame = &run->frames[i];
            uint64_t raw = frame->raw_bytes, held = raw + frame->packed_bytes + frame->documents * sizeof(struct shard_slip);
            if (raw >= SHARD_FRAME_BYTES && frame->documents == 1) { /* held only while it is at hand */
                if (held > giant) giant = held;
            } else if (held > most) most = held;
        }
        total += most;
    }
    return total + 2 * giant; /* two, when equal ranks are compared */
}

uint64_t shard_merge_seek(const struct shard_runs *runs, uint32_t stratum, uint64_t units) {
    uint64_t low = 0, high = UINT64_MAX; /* low is always allowed */
    while (low < high) {
        uint64_t x = low + (high - low) / 2 + 1, sum = 0;
        for (size_t r = 0; r < runs->count; r++) {
            const struct shard_run *run = &runs->items[r];
            size_t first, end;
            shard_run_frames(run, stratum, &first, &end);
            size_t a = first, b = end;
            while (a < b) {
                size_t mid = (a + b) / 2;
                if (run->frames[mid].rank_hi < x) a = mid + 1;
                else b = mid;
            }
            if (a > first) sum += run->frames[a - 1].units_before + run->frames[a - 1].units;
        }
        if (sum <= units) low = x;
        else high = x - 1;
    }
    return low;
}

enum sg_code shard_merge_level(const struct shard_runs *runs, uint32_t strata, struct shard_spill *spill,
                               struct shard_run *out, struct sg_err *err) {
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    struct shard_run_writer writer = {.run = out, .spill = spill, .unit = runs->unit};
    enum sg_code code = SG_OK;
    *out = (struct shard_run){.spill = spill};
    for (uint32_t stratum = 0; stratum < strata && code == SG_OK; stratum++) {
        struct shard_merge merge;
        code = shard_merge_open(&merge, runs, stratum, 0, decoder, err);
        while (code == SG_OK && merge.slip) {
            const char *line = NULL;
            code = shard_merge_line(&merge, &line, err);
            if (code == SG_OK) code = shard_run_put(&writer, stratum, merge.slip, line, err);
            if (code == SG_OK) code = shard_merge_next(&merge, err);
        }
        shard_merge_free(&merge);
    }
    if (code == SG_OK) code = shard_run_end(&writer, err);
    sg_frames_decoder_free(decoder);
    return code;
}
