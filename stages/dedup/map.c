/*
 * map: every document once: its keys, its sketch and its band keys.
 *
 * Workers decompress, scan, hash and sketch; a batch comes back as rows whose numbers count from the batch's own start, and
 * the writer, which alone knows how many documents came before, adds that and deals band records out by the first four
 * bits of their key. So each partition holds whole buckets and can be linked alone.
 *
 * Memory: per batch its lines and about as many bytes of rows; 17 write buffers of 64 KiB. Threads: run/pipe.
 */
#include <stdlib.h>

#include "base/num.h"
#include "corpus.h"
#include "line.h"
#include "records.h"
#include "run/chain.h"
#include "run/pipe.h"

struct batch {
    struct sg_frames_batch in;
    struct dedup_span span;
    struct sg_buf rows, bands, ids;
    uint64_t documents, bad, blank;
    bool split;
};

struct worker {
    struct sg_frames_decoder *decoder;
    struct dedup_line line;
    struct dedup_scratch scratch;
    struct dedup_sketch sketch;
};

struct map {
    struct dedup_job *job;
    struct dedup_corpus corpus;
    struct worker *workers;
    struct dedup_rows docs, batches, bands[DEDUP_PARTITIONS], id_keys;
    size_t split_input; /* 1 + the input that must be read as a stream */
};

/* ---- workers ---- */

static void put_band(struct sg_buf *bands, uint64_t key, uint64_t document) {
    char *at = sg_buf_room(bands, DEDUP_BAND_WIDTH);
    sg_num_put_u64(at, key);
    sg_num_put_u64(at + 8, document);
    bands->len += DEDUP_BAND_WIDTH;
}

static void put_document(const struct dedup_job *job, struct worker *worker, struct batch *batch, const char *line,
                         size_t len) {
    struct dedup_doc doc;
    struct dedup_sketch *sketch = &worker->sketch;
    dedup_document_read(&job->settings, &worker->scratch, &worker->line.document, &doc, sketch);
    doc.line_low = sg_hash128(line, len, 0).lo;
    doc.id_offset = batch->ids.len;
    dedup_blob_piece(&batch->ids, worker->line.document.id, worker->line.document.id_len);
    char *row = sg_buf_room(&batch->rows, dedup_doc_width(job));
    dedup_doc_put(&doc, row);
    if (job->settings.near) memcpy(row + DEDUP_DOC_WIDTH, sketch->values, job->settings.minhash.sketch_bytes);
    batch->rows.len += dedup_doc_width(job);
    /* Equal texts meet in a bucket like any other; settle looks at the whole key. */
    put_band(&batch->bands, doc.text_key.lo, batch->documents);
    for (unsigned i = 0; i < sketch->bands; i++) put_band(&batch->bands, sketch->keys[i], batch->documents);
    batch->documents++;
}

/* A bad line ends the run at once when no bad units are allowed; else apply lists it. */
static enum sg_code bad_line(const struct map *map, struct batch *batch, struct sg_err *err) {
    const struct sg_limit *limit = &map->job->run->max_bad;
    batch->bad++;
    if (limit->count == 0 && limit->percent <= 0)
        return dedup_corpus_at(map->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
    sg_err_clear(err);
    return SG_OK;
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    const struct map *map = context;
    struct batch *batch = argument;
    struct worker *worker = &map->workers[number];
    enum sg_code code = sg_frames_lines(worker->decoder, &batch->in, &batch->split, err);
    if (code != SG_OK) return dedup_corpus_at(map->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
    if (batch->split) return SG_OK;
    if (batch->in.too_long) {
        sg_err_set(err, SG_DATA, "a line is longer than --max-record");
        return bad_line(map, batch, err);
    }
    const char *at = batch->in.lines.data, *end = at + batch->in.lines.len, *line;
    size_t len;
    while (code == SG_OK && dedup_line_cut(&at, end, &line, &len)) {
        switch (dedup_line_scan(&worker->line, line, len, err)) {
        case DEDUP_BLANK: batch->blank++; break;
        case DEDUP_BAD: code = bad_line(map, batch, err); break;
        case DEDUP_DOCUMENT:
            dedup_line_open(&worker->line, map->job->by_language);
            put_document(map->job, worker, batch, line, len);
        }
    }
    return code;
}

/* ---- the reader's and the writer's side ---- */

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch));
}

static void free_batch(void *context, void *argument) {
    struct batch *batch = argument;
    (void)context;
    sg_frames_batch_free(&batch->in);
    sg_buf_free(&batch->rows);
    sg_buf_free(&batch->bands);
    sg_buf_free(&batch->ids);
    free(batch);
}

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct map *map = context;
    struct batch *batch = argument;
    batch->rows.len = batch->bands.len = batch->ids.len = 0;
    batch->documents = batch->bad = batch->blank = 0;
    batch->split = false;
    return dedup_corpus_next(&map->corpus, &batch->in, &batch->span, err);
}

/* The line, its text, its NFC, its light form; rows are at most about as much again. */
static uint64_t demand_of(void *context, const void *argument) {
    const struct batch *batch = argument;
    (void)context;
    return 4 * (batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len);
}

static enum sg_code write_documents(struct map *map, struct batch *batch, struct sg_err *err) {
    struct dedup_job *job = map->job;
    uint32_t width = dedup_doc_width(job);
    uint64_t number = job->counts.documents;
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->rows.len; at += width, number++) {
        char *row = batch->rows.data + at, id_key[DEDUP_BAND_WIDTH];
        sg_num_put_u64(row + 48, sg_num_get_u64(row + 48) + job->ids.bytes);
        code = dedup_rows_put(&map->docs, row, err);
        memcpy(id_key, row + 16, 8);
        sg_num_put_u64(id_key + 8, number);
        if (code == SG_OK) code = dedup_rows_put(&map->id_keys, id_key, err);
    }
    return code == SG_OK ? dedup_blob_put(&job->ids, &batch->ids, err) : code;
}

static enum sg_code write_bands(struct map *map, struct batch *batch, struct sg_err *err) {
    uint64_t first = map->job->counts.documents;
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->bands.len; at += DEDUP_BAND_WIDTH) {
        char *band = batch->bands.data + at;
        sg_num_put_u64(band + 8, sg_num_get_u64(band + 8) + first);
        code = dedup_rows_put(&map->bands[(unsigned char)band[7] >> 4], band, err);
    }
    map->job->counts.band_records += batch->bands.len / DEDUP_BAND_WIDTH;
    return code;
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct map *map = context;
    struct batch *batch = argument;
    struct dedup_job *job = map->job;
    struct dedup_input *input = &job->inputs[batch->span.input];
    if (batch->split) {
        map->split_input = batch->span.input + 1;
        return sg_err_set(err, SG_DATA, "frames end inside lines");
    }
    char row[DEDUP_BATCH_WIDTH];
    sg_num_put_u32(row, (uint32_t)batch->documents);
    sg_num_put_u32(row + 4, (uint32_t)(batch->bad + batch->blank));
    sg_num_put_u64(row + 8, batch->span.input);
    enum sg_code code = dedup_rows_put(&map->batches, row, err);
    if (code == SG_OK) code = write_documents(map, batch, err);
    if (code == SG_OK) code = write_bands(map, batch, err);
    job->counts.documents += batch->documents;
    job->counts.bad += batch->bad;
    job->counts.batches++;
    input->documents += batch->documents;
    input->bad += batch->bad;
    input->blank += batch->blank;
    input->raw_bytes += batch->in.lines.len;
    sg_progress_add(job->run->progress, 0, batch->documents);
    dedup_corpus_shrink(&batch->in.lines);
    dedup_corpus_shrink(&batch->in.packed);
    dedup_corpus_shrink(&batch->rows);
    dedup_corpus_shrink(&batch->bands);
    dedup_corpus_shrink(&batch->ids);
    if (code == SG_OK && batch->bad) code = sg_run_judge_bad(job->run, job->counts.bad, 0, false, err);
    return code;
}

/* ---- the verb ---- */

static enum sg_code open_files(struct map *map, struct sg_err *err) {
    struct dedup_job *job = map->job;
    const struct dedup_rows_kind docs = {"DOCT", dedup_doc_width(job), DEDUP_BLOCK};
    enum sg_code code = dedup_corpus_open(&map->corpus, job, true, err);
    if (code == SG_OK) code = dedup_job_create(job, &map->docs, &docs, "t0.doc", err);
    if (code == SG_OK) code = dedup_job_create(job, &map->batches, &dedup_batch_kind, "t0.bat", err);
    if (code == SG_OK) code = dedup_job_create(job, &map->id_keys, &dedup_band_kind, "t0.idk", err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        char name[16];
        dedup_band_name(name, i);
        code = dedup_job_create(job, &map->bands[i], &dedup_band_kind, name, err);
    }
    if (code == SG_OK) code = dedup_blob_create(&job->ids, dedup_job_path(job, "t0.ids"), err);
    return code;
}

static enum sg_code finish_files(struct map *map, struct sg_err *err) {
    enum sg_code code = dedup_rows_finish(&map->docs, err);
    if (code == SG_OK) code = dedup_rows_finish(&map->batches, err);
    if (code == SG_OK) code = dedup_rows_finish(&map->id_keys, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) code = dedup_rows_finish(&map->bands[i], err);
    return code == SG_OK ? dedup_blob_flush(&map->job->ids, err) : code;
}

static void close_files(struct map *map) {
    dedup_corpus_close(&map->corpus);
    dedup_rows_close(&map->docs);
    dedup_rows_close(&map->batches);
    dedup_rows_close(&map->id_keys);
    for (int i = 0; i < DEDUP_PARTITIONS; i++) dedup_rows_close(&map->bands[i]);
}

static void reset_counts(struct dedup_job *job) {
    job->counts = (struct dedup_counts){0};
    for (size_t i = 0; i < job->input_count; i++) {
        struct dedup_input *input = &job->inputs[i];
        input->documents = input->bad = input->blank = input->raw_bytes = 0;
    }
    dedup_blob_close(&job->ids);
}

static enum sg_code pass(struct map *map, uint64_t batch_bytes, struct sg_err *err) {
    reset_counts(map->job);
    enum sg_code code = open_files(map, err);
    map->corpus.memory_bytes = batch_bytes / 4;
    const struct sg_pipe pipe = {.threads = map->job->run->budget.threads,
                                 .budget_bytes = batch_bytes,
                                 .context = map,
                                 .make = make_batch,
                                 .unmake = free_batch,
                                 .read = read_batch,
                                 .demand = demand_of,
                                 .work = work_on,
                                 .write = write_batch};
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    if (code == SG_OK) code = finish_files(map, err);
    close_files(map);
    return code;
}

/* Each chain file against the receipt beside it. */
static enum sg_code keep_promises(struct dedup_job *job, const struct sg_chain_promise *promises, struct sg_err *err) {
    enum sg_code code = SG_OK;
    uint64_t first = 0;
    for (size_t i = 0; code == SG_OK && i < job->input_count; i++) {
        struct dedup_input *input = &job->inputs[i];
        code = sg_chain_keep_promise(input->given->path, &promises[i], input->bytes, input->documents + input->bad,
                                     input->hash, err);
        input->first = first;
        first += input->documents;
    }
    return code;
}

enum sg_code dedup_map(struct dedup_job *job, struct sg_err *err) {
    struct map map = {.job = job};
    struct sg_chain_promise *promises = sg_zalloc(job->input_count + 1, sizeof *promises);
    uint64_t batch_bytes = 0, total = 0;
    enum sg_code code = dedup_corpus_fit(job, 4u << 20, &batch_bytes, err);
    for (size_t i = 0; code == SG_OK && i < job->input_count; i++) {
        total += job->inputs[i].given->bytes;
        code = sg_chain_promise(job->inputs[i].given->path, &promises[i], err);
    }
    unsigned threads = job->run->budget.threads;
    map.workers = sg_zalloc(threads, sizeof *map.workers);
    for (unsigned i = 0; i < threads; i++) map.workers[i].decoder = sg_frames_decoder_new();
    sg_progress_phase(job->run->progress, "map", total);
    while (code == SG_OK) {
        code = pass(&map, batch_bytes, err);
        if (code == SG_OK || !map.split_input) break;
        /* A foreign file whose frames cut lines: read it as a stream, and all from the start. */
        job->inputs[map.split_input - 1].stream = true;
        map.split_input = 0;
        sg_err_clear(err);
        code = SG_OK;
    }
    if (code == SG_OK) code = keep_promises(job, promises, err);
    if (code == SG_OK)
        code = sg_run_judge_bad(job->run, job->counts.bad, job->counts.bad + job->counts.documents, true, err);
    for (unsigned i = 0; i < threads; i++) {
        sg_frames_decoder_free(map.workers[i].decoder);
        dedup_line_free(&map.workers[i].line);
        dedup_scratch_free(&map.workers[i].scratch);
    }
    free(map.workers);
    free(promises);
    return code;
}
