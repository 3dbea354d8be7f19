/*
 * index: the keys and sketches of a corpus as one file, for another owner or for a later run; and indexes made one.
 *
 *     inputs -> rows (any thread) -> sorted by text key, id key -> each pair of keys once -> A.sigx
 *     A.sigx, B.sigx -> merged in the same order, each pair of keys once -> the index of both corpora
 *
 * The rows are sorted as bytes, all of them, so the file is a function of the set of documents: not of files, threads or memory.
 * Memory: half for the sort, or less, then a block of the file. Threads: run/pipe; writing one.
 */
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "cross.h"
#include "io/extsort.h"
#include "pass.h"
#include "run.h"
#include "run/signals.h"
#include "sigx.h"

#define LEAST_SORT (4u << 20)

struct batch {
    struct dedup_batch base;
    struct sg_buf rows;
    uint64_t documents, bad, blank;
};

struct place {
    struct dedup_place base;
    struct dedup_sketch sketch;
};

struct index {
    struct dedup_job *job;
    struct dedup_sigx_form form;
    size_t sort_bytes;
    struct sg_extsort *sort;
    uint64_t documents, bad;
};

/* ---- workers ---- */

static void put_key(char *at, struct sg_hash128 key) {
    dedup_put_word(at, key.hi);
    dedup_put_word(at + 8, key.lo);
}

static void put_row(const struct index *index, const struct dedup_doc *doc, const struct dedup_sketch *sketch, char *row) {
    const struct dedup_sigx_form *form = &index->form;
    memset(row, 0, dedup_sigx_width(form));
    put_key(row, doc->text_key);
    if (!form->slim) put_key(row + 16, index->job->settings.blind ? dedup_blind_id(&index->job->settings, doc) : doc->id_key);
    dedup_put_word(row + 32, doc->priority);
    dedup_put_word(row + 40, (uint64_t)doc->windows << 32 | doc->bytes);
    row += DEDUP_SIGX_HEAD;
    if (form->bands && !form->slim) {
        memcpy(row, sketch->values, form->sketch_bytes);
        row += form->sketch_bytes;
    }
    for (unsigned i = 0; form->bands && i < sketch->bands; i++) {
        if (form->slim) sg_num_put_u32(row + 4 * i, (uint32_t)(sketch->keys[i] >> 32));
        else sg_num_put_u64(row + 8 * i, sketch->keys[i]);
    }
}

static void put_document(const struct index *index, struct place *place, struct batch *batch, const char *line, size_t len) {
    const struct dedup_job *job = index->job;
    uint32_t width = dedup_sigx_width(&index->form);
    struct dedup_line *at = &place->base.line;
    struct dedup_doc doc;
    dedup_line_open(at, job->by_language);
    at->document.priority = dedup_prefer_of(&job->prefer, &at->record, at->document.text_len, &at->scope);
    dedup_document_read(&job->settings, &place->base.scratch, &at->document, &doc, &place->sketch);
    if (job->settings.blind) doc.line_low = sg_hash128(line, len, 0).lo;
    put_row(index, &doc, &place->sketch, sg_buf_room(&batch->rows, width));
    batch->rows.len += width;
    batch->documents++;
}

static void bad_line(const struct index *index, struct batch *batch, struct sg_err *err) {
    dedup_pass_bad_line(index->job, &batch->base, batch->documents + batch->bad++, err);
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct index *index = context;
    struct batch *batch = argument;
    struct place *place = at_work;
    const struct sg_frames_batch *in = &batch->base.in;
    if (in->too_long) {
        sg_err_set(err, SG_DATA, "a line is longer than --max-record");
        bad_line(index, batch, err);
        return SG_OK;
    }
    const char *at = in->lines.data, *end = at + in->lines.len, *line;
    size_t len;
    while (dedup_line_cut(&at, end, &line, &len)) {
        switch (dedup_line_scan(&place->base.line, line, len, err)) {
        case DEDUP_BLANK: batch->blank++; break;
        case DEDUP_BAD: bad_line(index, batch, err); break;
        case DEDUP_DOCUMENT: put_document(index, place, batch, line, len);
        }
    }
    batch->base.span.documents = (uint32_t)batch->documents;
    return SG_OK;
}

/* ---- the reader's and the writer's side ---- */

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct batch *batch = argument;
    (void)context, (void)err;
    batch->rows.len = 0;
    batch->documents = batch->bad = batch->blank = 0;
    return SG_OK;
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct index *index = context;
    struct batch *batch = argument;
    struct dedup_input *input = &index->job->inputs[batch->base.span.input];
    uint32_t width = dedup_sigx_width(&index->form);
    enum sg_code code = batch->bad ? dedup_pass_judge(index->job, &batch->base, err) : SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->rows.len; at += width)
        code = sg_extsort_put(index->sort, batch->rows.data + at, err);
    index->documents += batch->documents;
    index->bad += batch->bad;
    input->documents += batch->documents;
    input->bad += batch->bad;
    input->blank += batch->blank;
    dedup_corpus_shrink(&batch->rows);
    if (code == SG_OK && batch->bad) code = sg_run_judge_bad(index->job->run, index->bad, 0, false, err);
    return code;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->rows);
}

/* ---- from texts ---- */

static enum sg_code new_sort(struct index *index, struct sg_err *err) {
    const struct sg_extsort_options options = {.width = dedup_sigx_width(&index->form),
                                               .key_offset = 0,
                                               .key_bytes = DEDUP_SIGX_KEYS,
                                               .memory_bytes = index->sort_bytes,
                                               .folder = index->job->run->tmp};
    sg_extsort_free(index->sort);
    return sg_extsort_init(&index->sort, &options, err);
}

/* The line, its text, its NFC; a row is at most about as long as a line. */
static enum sg_code one_pass(void *context, bool *again, struct sg_err *err) {
    struct index *index = context;
    struct dedup_job *job = index->job;
    struct dedup_pass pass = {.job = job,
                              .name = "index",
                              .context = index,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct place),
                              .first = true,
                              .demand = 4,
                              .fixed_bytes = index->sort_bytes,
                              .begin = begin_batch,
                              .work = work_on,
                              .write = write_batch,
                              .empty_batch = empty_batch};
    index->documents = index->bad = 0;
    for (size_t i = 0; i < job->input_count; i++) job->inputs[i].documents = job->inputs[i].bad = job->inputs[i].blank = 0;
    enum sg_code code = new_sort(index, err);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    *again = pass.has_cut_lines;
    return code;
}

static enum sg_code write_sorted(struct index *index, struct dedup_sigx *out, struct sg_err *err) {
    const struct dedup_job *job = index->job;
    const void *row;
    enum sg_code code = sg_extsort_sort(index->sort, err);
    if (code == SG_OK) code = dedup_sigx_create(out, job->run->output, &index->form, &job->cross.parameters, err);
    while (code == SG_OK && (code = sg_extsort_next(index->sort, &row, err)) == SG_OK) code = dedup_sigx_put(out, row, err);
    return code == SG_END ? dedup_sigx_finish(out, err) : code;
}

static enum sg_code from_inputs(struct dedup_job *job, struct dedup_sigx *out, struct sg_err *err) {
    const struct dedup_settings *settings = &job->settings;
    if (job->parameters.mode != DEDUP_NEAR && job->parameters.mode != DEDUP_EXACT)
        return sg_err_set(err, SG_USAGE, "an index is of --mode near or exact");
    struct index index = {.job = job, .sort_bytes = (size_t)(job->memory_bytes / 2)};
    index.form = (struct dedup_sigx_form){.slim = sg_opts_flag(job->run->opts, "slim"), .blind = settings->blind};
    if (settings->near) {
        index.form.bands = settings->minhash.bands;
        index.form.sketch_bytes = index.form.slim ? 0 : settings->minhash.sketch_bytes;
    }
    if (dedup_sigx_width(&index.form) > DEDUP_SIGX_WIDTH)
        return sg_err_set(err, SG_USAGE, "an index holds at most %d bytes of sketch and band keys a document: fewer --bands",
                          DEDUP_SIGX_WIDTH - DEDUP_SIGX_HEAD);
    const uint64_t block = dedup_sigx_memory(&index.form, UINT64_MAX);
    enum sg_code code = dedup_cross_fits(job, block + LEAST_SORT, err);
    if (code == SG_OK && index.sort_bytes > job->memory_bytes - block) index.sort_bytes = (size_t)(job->memory_bytes - block);
    if (code == SG_OK) code = dedup_pass_inputs(job, one_pass, &index, err);
    if (code == SG_OK) code = sg_run_judge_bad(job->run, index.bad, index.bad + index.documents, true, err);
    if (code == SG_OK) code = write_sorted(&index, out, err);
    sg_extsort_free(index.sort);
    return code;
}

/* ---- from indexes ---- */

struct merge {
    struct dedup_sigx *in;
    const char **rows; /* the next row of each, NULL after the last */
    size_t count;
};

static enum sg_code advance(struct merge *merge, size_t i, struct sg_err *err) {
    enum sg_code code = dedup_sigx_next(&merge->in[i], &merge->rows[i], err);
    if (code == SG_END) merge->rows[i] = NULL;
    return code == SG_END ? SG_OK : code;
}

static enum sg_code alike(const struct dedup_sigx *first, const struct dedup_sigx *other, struct sg_err *err) {
    const char *why = NULL;
    if (sg_hash_compare(first->fingerprint, other->fingerprint) != 0) why = "parameters";
    else if (first->form.slim != other->form.slim) why = "--slim";
    else if (first->form.bands != other->form.bands || first->form.sketch_bytes != other->form.sketch_bytes) why = "bands";
    if (!why) return SG_OK;
    sg_err_set(err, SG_DATA, "index of signatures: made with other %s than '%s'", why, first->path);
    return sg_err_at(err, other->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static enum sg_code open_all(struct merge *merge, const struct dedup_job *job, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < merge->count; i++) {
        code = dedup_sigx_open(&merge->in[i], job->run->inputs.items[i].path, err);
        if (code == SG_OK) code = alike(&merge->in[0], &merge->in[i], err);
        if (code == SG_OK && i == 0)
            code = dedup_cross_fits(job, (merge->count + 1) * dedup_sigx_memory(&merge->in[0].form, UINT64_MAX), err);
        if (code == SG_OK) code = advance(merge, i, err);
    }
    return code;
}

static enum sg_code merge_all(struct merge *merge, struct dedup_sigx *out, struct sg_err *err) {
    uint32_t width = dedup_sigx_width(&merge->in[0].form);
    for (uint64_t turn = 0;; turn++) {
        size_t least = merge->count;
        for (size_t i = 0; i < merge->count; i++)
            if (merge->rows[i] && (least == merge->count || memcmp(merge->rows[i], merge->rows[least], width) < 0)) least = i;
        if (least == merge->count) return dedup_sigx_finish(out, err);
        enum sg_code code = dedup_sigx_put(out, merge->rows[least], err);
        if (code == SG_OK) code = advance(merge, least, err);
        if (code == SG_OK && turn % DEDUP_SIGX_DOCUMENTS == 0) code = sg_signals_check(err);
        if (code != SG_OK) return code;
    }
}

static enum sg_code from_indexes(struct dedup_job *job, struct dedup_sigx *out, struct sg_err *err) {
    struct merge merge = {.count = job->run->inputs.count};
    merge.in = sg_zalloc(merge.count, sizeof *merge.in);
    merge.rows = sg_zalloc(merge.count, sizeof *merge.rows);
    enum sg_code code = open_all(&merge, job, err);
    if (code == SG_OK) code = dedup_sigx_create(out, job->run->output, &merge.in[0].form, &merge.in[0].json, err);
    if (code == SG_OK) code = merge_all(&merge, out, err);
    for (size_t i = 0; i < merge.count; i++) dedup_sigx_close(&merge.in[i]);
    free(merge.in);
    free(merge.rows);
    return code;
}

/* ---- the verb ---- */

enum sg_code dedup_run_index(struct sg_run *run, struct sg_err *err) {
    struct dedup_job job;
    struct dedup_sigx out = {0};
    struct timespec start, end;
    char documents[SG_NUM_TEXT], bytes[SG_NUM_TEXT];
    clock_gettime(CLOCK_MONOTONIC, &start);
    enum sg_code code = dedup_job_init(&job, run, err);
    job.folder = sg_strdup(run->tmp);
    if (code == SG_OK && sg_opts_text(run->opts, "plan"))
        code = sg_err_set(err, SG_USAGE, "an index needs no --plan: make one of each share of the inputs, then --merge");
    if (code == SG_OK) code = sg_opts_flag(run->opts, "merge") ? from_indexes(&job, &out, err) : from_inputs(&job, &out, err);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (code == SG_OK)
        sg_log_line(run->progress, SG_LOG_INFO, "%s: %s documents, %s, %.1f s", run->output, sg_num_count(out.records, documents),
                    sg_num_bytes(out.out.bytes, bytes),
                    (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
    dedup_sigx_close(&out);
    dedup_job_free(&job);
    return code;
}
