/*
 * apply: the inputs once more, with pp.map beside them: kept lines gain their cluster members, removed ones go to the
 * ledger. Decisions are met in document order, so one pass merges both; each is checked against the keys of its line.
 *
 * Memory: as map, and the lines written. Threads: run/pipe; the writer keeps the order.
 */
#include <stdlib.h>

#include "apply_document.h"
#include "cross.h"
#include "decisions.h"
#include "parts.h"
#include "substr.h"
#include "sums.h"

struct apply {
    struct dedup_job *job;
    struct dedup_decisions map;
    bool cuts; /* map has the rows of pp.cut */
    struct dedup_outputs outputs;
    struct dedup_statistics statistics;
};

/* ---- reader ---- */

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct dedup_apply_batch *batch = argument;
    uint64_t end = batch->base.span.first + batch->base.span.documents;
    enum sg_code code = SG_OK;
    batch->decisions.len = 0;
    batch->tally = (struct dedup_tally){0};
    sg_parts_reset(&batch->parts);
    dedup_statistics_clear(&batch->statistics);
    while (code == SG_OK && apply->map.next && dedup_get_word(apply->map.next) < end) {
        sg_buf_put(&batch->decisions, apply->map.next, apply->cuts ? DEDUP_CUT_WIDTH : DEDUP_DECISION_WIDTH);
        code = dedup_decisions_step(&apply->map, err);
    }
    return code;
}

/* Rows, with cuts also what is made of them, and for each a span and an id of 32 characters, twice. */
static uint64_t extra_of(const void *argument) {
    const struct dedup_apply_batch *batch = argument;
    return 5 * batch->decisions.len;
}

/* ---- workers ---- */

static void bad_line(struct dedup_apply_batch *batch, const char *line, size_t len, struct sg_err *err) {
    batch->parts.records_in++;
    sg_parts_bad(&batch->parts, batch->parts.records_in, err->byte, err->text, NULL, line, len);
    sg_err_clear(err);
}

static enum sg_code each_line(const struct apply *apply, struct dedup_apply_place *place,
                              struct dedup_apply_batch *batch, struct sg_err *err) {
    struct dedup_apply_cursor cursor = {.decision = batch->decisions.data,
                                        .last = batch->decisions.data + batch->decisions.len,
                                        .document = batch->base.span.first};
    const char *at = batch->base.in.lines.data, *end = at + batch->base.in.lines.len, *line;
    enum sg_code code = SG_OK;
    size_t len;
    while (code == SG_OK && dedup_line_cut(&at, end, &line, &len)) {
        place->line = line;
        place->bytes = len + 1;
        switch (dedup_line_scan(&place->base.line, line, len, err)) {
        case DEDUP_BLANK: batch->tally.blank++; break;
        case DEDUP_BAD: bad_line(batch, line, len, err); break;
        case DEDUP_DOCUMENT: code = dedup_apply_document(apply->job, place, batch, &cursor, err);
        }
    }
    if (code == SG_OK && cursor.document != batch->base.span.first + batch->base.span.documents)
        code = dedup_pass_changed(apply->job, &batch->base, err);
    return code;
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct apply *apply = context;
    struct dedup_apply_batch *batch = argument;
    struct dedup_apply_place *place = at_work;
    enum sg_code code = SG_OK;
    if (batch->base.in.too_long) {
        struct sg_err cause = {0};
        sg_err_set(&cause, SG_DATA, "a line is longer than --max-record");
        bad_line(batch, "", 0, &cause);
    } else {
        code = each_line(apply, place, batch, err);
    }
    if (code == SG_OK) code = sg_parts_pack(&batch->parts, place->lines, place->ledger, err);
    return code;
}

static void fill_place(void *context, void *argument) {
    const struct apply *apply = context;
    struct dedup_apply_place *place = argument;
    place->lines = sg_frames_packer_new(dedup_outputs_compression(apply->job), apply->job->run->level);
    place->ledger = sg_frames_packer_new(SG_ZST, apply->job->run->level);
}

static void empty_place(void *argument) {
    struct dedup_apply_place *place = argument;
    sg_frames_packer_free(place->lines);
    sg_frames_packer_free(place->ledger);
    sg_buf_free(&place->detail);
    sg_buf_free(&place->survivor);
    dedup_cut_place_free(&place->cut);
}

/* ---- writer ---- */

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct dedup_apply_batch *batch = argument;
    batch->tally.raw_bytes = batch->base.in.lines.len;
    dedup_statistics_add(&apply->statistics, &batch->statistics);
    enum sg_code code = dedup_outputs_put(&apply->outputs, batch->base.span.input, &batch->parts, &batch->tally, err);
    dedup_corpus_shrink(&batch->decisions);
    dedup_corpus_shrink(&batch->parts.lines);
    dedup_corpus_shrink(&batch->parts.ledger);
    dedup_corpus_shrink(&batch->parts.packed_ledger);
    dedup_corpus_shrink(&batch->parts.packed_lines);
    return code;
}

static void empty_batch(void *argument) {
    struct dedup_apply_batch *batch = argument;
    sg_buf_free(&batch->decisions);
    sg_parts_free(&batch->parts);
    dedup_statistics_free(&batch->statistics);
}

/* ---- the verb ---- */

/* All that earlier verbs counted. */
static enum sg_code sum_up(struct dedup_job *job, struct sg_err *err) {
    struct dedup_counts *counts = &job->counts;
    enum sg_code code = dedup_sums_need(job, &(struct dedup_sums){.verb = "cluster", .bound = true}, NULL, counts, err);
    for (uint64_t i = 0; code == SG_OK && i <= DEDUP_PARTITIONS; i++)
        code =
            dedup_sums_need(job, &(struct dedup_sums){.verb = "link", .number = i, .bound = true}, NULL, counts, err);
    if (job->units.unit == DEDUP_UNIT_PARA || job->units.unit == DEDUP_UNIT_LINE) return code;
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++)
        code =
            dedup_sums_need(job, &(struct dedup_sums){.verb = "settle", .number = i, .bound = true}, NULL, counts, err);
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS && job->units.unit == DEDUP_UNIT_NONE; i++) {
        const struct dedup_sums merged = {.verb = "merge", .number = i, .bound = true};
        if (dedup_sums_done(job, &merged))
            code = dedup_sums_need(job, &merged, NULL, counts, err);
        else
            code =
                sg_err_set(err, SG_USAGE,
                           "%llu documents are in doubt: run 'sangam-dedup recheck' with this plan (all tasks), then "
                           "'sangam-dedup settle' once more",
                           (unsigned long long)counts->border_documents);
    }
    return code;
}

/* The line, its text, its key text, the line written, that packed; with cuts what is left of the text too, twice. */
static enum sg_code write_outputs(struct apply *apply, struct sg_err *err) {
    struct dedup_job *job = apply->job;
    struct dedup_pass pass = {.job = job,
                              .name = "apply",
                              .context = apply,
                              .batch_bytes = sizeof(struct dedup_apply_batch),
                              .place_bytes = sizeof(struct dedup_apply_place),
                              .demand = apply->cuts ? 7 : 5,
                              .extra = extra_of,
                              .fixed_bytes = 4u << 20,
                              .begin = begin_batch,
                              .work = work_on,
                              .write = write_batch,
                              .fill_place = fill_place,
                              .empty_place = empty_place,
                              .empty_batch = empty_batch};
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    if (first == end) return SG_OK;
    char suffix[DEDUP_NAME] = ".map";
    if (apply->cuts) memcpy(suffix, ".cut", sizeof ".cut");
    enum sg_code code = job->units.unit == DEDUP_UNIT_SPAN ? dedup_substr_cuts(job, suffix, err) : SG_OK;
    if (code == SG_OK)
        code = dedup_decisions_open(&apply->map, job, apply->cuts ? &dedup_cut_kind : &dedup_decision_kind, suffix,
                                    job->inputs[first].first, err);
    dedup_outputs_start(&apply->outputs, job, first, end);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = dedup_outputs_end(&apply->outputs, err);
    if (code == SG_OK) code = dedup_outputs_statistics(job, &apply->statistics, err);
    dedup_statistics_free(&apply->statistics);
    job->counts.kept = apply->outputs.all_kept;
    job->counts.removed_exact = apply->outputs.all.exact;
    job->counts.removed_near = apply->outputs.all.near;
    job->counts.removed_cross = apply->outputs.all.cross;
    job->counts.documents_cut = apply->outputs.all.documents_cut;
    job->counts.bytes_cut = apply->outputs.all.bytes_cut;
    dedup_decisions_close(&apply->map);
    dedup_outputs_free(&apply->outputs);
    return code;
}

enum sg_code dedup_apply(struct dedup_job *job, struct sg_err *err) {
    struct apply apply = {.job = job, .cuts = job->units.unit != DEDUP_UNIT_NONE};
    enum sg_code code = dedup_parts_load(job, err);
    if (code == SG_OK) code = sum_up(job, err);
    if (code != SG_OK) return code;
    return job->cross.report ? dedup_cross_report(job, err) : write_outputs(&apply, err);
}
