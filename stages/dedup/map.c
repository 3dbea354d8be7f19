/*
 * map: every document once: its keys, its sketch and its band keys.
 *
 * Workers decompress, scan, hash and sketch; a batch comes back as rows whose numbers count from the batch's own start, and
 * the writer, which alone knows how many documents came before, adds that and deals band records out by the first four
 * bits of their key. So each partition holds whole buckets and can be linked alone.
 *
 * Memory: per batch its lines and about as many bytes of rows; 17 write buffers of 64 KiB. Threads: run/pipe.
 */
#include "map.h"

#include <stdlib.h>

#include "base/num.h"
#include "cluster_fields.h"
#include "cross.h"
#include "parts.h"
#include "pass.h"
#include "records.h"
#include "sums.h"

struct batch {
    struct dedup_batch base;
    struct sg_buf rows, records, ids, fields;
    uint64_t documents, bad, blank;
};

struct place {
    struct dedup_place base;
    struct dedup_sketch sketch;
};

struct map {
    struct dedup_job *job;
    const struct dedup_map_keys *keys;
    struct dedup_rows docs, batches, fields, id_keys, parts[DEDUP_PARTITIONS];
    struct dedup_blob ids;
    struct dedup_counts counts;
    size_t first_input, end_input; /* the task's */
};

/* ---- band keys ---- */

static void put_band(struct sg_buf *records, uint64_t key, uint64_t document) {
    char *at = sg_buf_room(records, DEDUP_BAND_WIDTH);
    sg_num_put_u64(at, key);
    sg_num_put_u64(at + 8, document);
    records->len += DEDUP_BAND_WIDTH;
}

static void put_bands(const struct dedup_mapped *mapped, struct sg_buf *records) {
    /* Equal texts meet in a bucket like any other; settle looks at the whole key. */
    put_band(records, mapped->doc->text_key.lo, mapped->number);
    for (unsigned i = 0; i < mapped->sketch->bands; i++) put_band(records, mapped->sketch->keys[i], mapped->number);
}

static int make_band(const char *record, const char *docs, uint64_t first, char *row) {
    (void)docs;
    memcpy(row, record, 8);
    sg_num_put_u64(row + 8, sg_num_get_u64(record + 8) + first);
    return (unsigned char)row[7] >> 4;
}

/* The line, its text, its NFC, its light form; rows are at most about as much again. */
static unsigned demand_of_bands(const struct dedup_job *job) {
    (void)job;
    return 4;
}

static const struct dedup_map_keys band_keys = {.kind = &dedup_band_kind,
                                                .name = dedup_band_name,
                                                .width = DEDUP_BAND_WIDTH,
                                                .demand = demand_of_bands,
                                                .put = put_bands,
                                                .make = make_band};

/* ---- workers ---- */

struct text {
    const char *at;
    size_t len;
};

static void put_document(const struct map *map, struct place *place, struct batch *batch, struct text line) {
    const struct dedup_job *job = map->job;
    struct dedup_line *at = &place->base.line;
    struct dedup_document *document = &at->document;
    struct dedup_doc doc;
    struct dedup_sketch *sketch = &place->sketch;
    document->priority = dedup_prefer_of(&job->prefer, &at->record, document->text_len, &at->scope);
    dedup_document_read(&job->settings, &place->base.scratch, document, &doc, sketch);
    doc.line_low = sg_hash128(line.at, line.len, 0).lo;
    doc.id_offset = batch->ids.len;
    dedup_blob_piece(&batch->ids, document->id, document->id_len);
    char *row = sg_buf_room(&batch->rows, dedup_doc_width(job));
    dedup_doc_put(&doc, row);
    if (job->settings.near) memcpy(row + DEDUP_DOC_WIDTH, sketch->values, job->settings.minhash.sketch_bytes);
    batch->rows.len += dedup_doc_width(job);
    if (job->parameters.cluster_fields) {
        const struct dedup_fields fields = dedup_fields_of(&at->record, job->parameters.count_by, &at->scope);
        dedup_fields_put(&fields, sg_buf_room(&batch->fields, DEDUP_FIELDS_WIDTH));
        batch->fields.len += DEDUP_FIELDS_WIDTH;
    }
    const struct dedup_mapped mapped = {job, &place->base.scratch, document, &doc, sketch, batch->documents};
    map->keys->put(&mapped, &batch->records);
    batch->documents++;
}

static void bad_line(const struct map *map, struct batch *batch, struct sg_err *err) {
    dedup_pass_bad_line(map->job, &batch->base, batch->documents + batch->bad++, err);
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct map *map = context;
    struct batch *batch = argument;
    struct place *place = at_work;
    struct dedup_line *line = &place->base.line;
    const struct sg_frames_batch *in = &batch->base.in;
    if (in->too_long) {
        sg_err_set(err, SG_DATA, "a line is longer than --max-record");
        bad_line(map, batch, err);
        return SG_OK;
    }
    const char *at = in->lines.data, *end = at + in->lines.len;
    struct text text;
    while (dedup_line_cut(&at, end, &text.at, &text.len)) {
        switch (dedup_line_scan(line, text.at, text.len, err)) {
        case DEDUP_BLANK: batch->blank++; break;
        case DEDUP_BAD: bad_line(map, batch, err); break;
        case DEDUP_DOCUMENT:
            dedup_line_open(line, map->job->by_language);
            put_document(map, place, batch, text);
        }
    }
    batch->base.span.documents = (uint32_t)batch->documents;
    return SG_OK;
}

/* ---- the reader's and the writer's side ---- */

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct batch *batch = argument;
    (void)context, (void)err;
    batch->rows.len = batch->records.len = batch->ids.len = batch->fields.len = 0;
    batch->documents = batch->bad = batch->blank = 0;
    return SG_OK;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->rows);
    sg_buf_free(&batch->records);
    sg_buf_free(&batch->ids);
    sg_buf_free(&batch->fields);
}

static enum sg_code write_documents(struct map *map, struct batch *batch, struct sg_err *err) {
    uint32_t width = dedup_doc_width(map->job);
    uint64_t number = map->counts.documents;
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->rows.len; at += width, number++) {
        char *row = batch->rows.data + at, id_key[DEDUP_BAND_WIDTH];
        sg_num_put_u64(row + 48, sg_num_get_u64(row + 48) + map->ids.bytes);
        code = dedup_rows_put(&map->docs, row, err);
        memcpy(id_key, row + 16, 8);
        sg_num_put_u64(id_key + 8, number);
        if (code == SG_OK) code = dedup_rows_put(&map->id_keys, id_key, err);
    }
    return code == SG_OK ? dedup_blob_put(&map->ids, &batch->ids, err) : code;
}

static enum sg_code write_records(struct map *map, struct batch *batch, struct sg_err *err) {
    const struct dedup_map_keys *keys = map->keys;
    bool units = map->job->units.unit != DEDUP_UNIT_NONE;
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < batch->records.len; at += keys->width) {
        char row[DEDUP_MAP_WIDTH];
        int partition = keys->make(batch->records.data + at, batch->rows.data, map->counts.documents, row);
        code = dedup_rows_put(&map->parts[partition], row, err);
    }
    *(units ? &map->counts.units : &map->counts.band_records) += batch->records.len / keys->width;
    return code;
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct map *map = context;
    struct batch *batch = argument;
    struct dedup_job *job = map->job;
    struct dedup_input *input = &job->inputs[batch->base.span.input];
    char row[DEDUP_BATCH_WIDTH];
    enum sg_code code = batch->bad ? dedup_pass_judge(job, &batch->base, err) : SG_OK;
    if (code != SG_OK) return code;
    if (input->documents + input->bad + input->blank + input->raw_bytes == 0) input->first_batch = map->counts.batches;
    sg_num_put_u32(row, (uint32_t)batch->documents);
    sg_num_put_u32(row + 4, (uint32_t)(batch->bad + batch->blank));
    sg_num_put_u64(row + 8, batch->base.span.input);
    code = dedup_rows_put(&map->batches, row, err);
    if (code == SG_OK) code = write_documents(map, batch, err);
    if (code == SG_OK) code = write_records(map, batch, err);
    for (size_t at = 0; code == SG_OK && at < batch->fields.len; at += DEDUP_FIELDS_WIDTH)
        code = dedup_rows_put(&map->fields, batch->fields.data + at, err);
    map->counts.documents += batch->documents;
    map->counts.bad += batch->bad;
    map->counts.batches++;
    input->documents += batch->documents;
    input->bad += batch->bad;
    input->blank += batch->blank;
    input->raw_bytes += batch->base.in.lines.len;
    dedup_corpus_shrink(&batch->rows);
    dedup_corpus_shrink(&batch->records);
    dedup_corpus_shrink(&batch->ids);
    if (code == SG_OK && batch->bad) code = sg_run_judge_bad(job->run, map->counts.bad, 0, false, err);
    return code;
}

/* ---- the verb ---- */

static enum sg_code open_files(struct map *map, struct sg_err *err) {
    struct dedup_job *job = map->job;
    const struct dedup_rows_kind docs = dedup_doc_kind(job);
    unsigned long long task = job->task.number;
    char name[DEDUP_NAME];
    snprintf(name, sizeof name, "t%llu.doc", task);
    enum sg_code code = dedup_job_create(job, &map->docs, &docs, name, err);
    snprintf(name, sizeof name, "t%llu.bat", task);
    if (code == SG_OK) code = dedup_job_create(job, &map->batches, &dedup_batch_kind, name, err);
    dedup_band_name(name, task, DEDUP_PARTITIONS);
    if (code == SG_OK) code = dedup_job_create(job, &map->id_keys, &dedup_band_kind, name, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        map->keys->name(name, task, i);
        code = dedup_job_create(job, &map->parts[i], map->keys->kind, name, err);
    }
    snprintf(name, sizeof name, "t%llu.fld", task);
    if (code == SG_OK && job->parameters.cluster_fields)
        code = dedup_job_create(job, &map->fields, &dedup_fields_kind, name, err);
    if (code == SG_OK) code = dedup_blob_create(&map->ids, dedup_job_path(job, "t%llu.ids", task), err);
    return code;
}

static enum sg_code finish_files(struct map *map, struct sg_err *err) {
    enum sg_code code = dedup_rows_finish(&map->docs, err);
    if (code == SG_OK) code = dedup_rows_finish(&map->batches, err);
    if (code == SG_OK && map->job->parameters.cluster_fields) code = dedup_rows_finish(&map->fields, err);
    if (code == SG_OK) code = dedup_rows_finish(&map->id_keys, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) code = dedup_rows_finish(&map->parts[i], err);
    return code == SG_OK ? dedup_blob_finish(&map->ids, err) : code;
}

static void close_files(struct map *map) {
    dedup_rows_close(&map->docs);
    dedup_rows_close(&map->batches);
    dedup_rows_close(&map->fields);
    dedup_rows_close(&map->id_keys);
    for (int i = 0; i < DEDUP_PARTITIONS; i++) dedup_rows_close(&map->parts[i]);
    dedup_blob_close(&map->ids);
}

static void reset_counts(struct map *map) {
    map->counts = (struct dedup_counts){0};
    for (size_t i = map->first_input; i < map->end_input; i++) {
        struct dedup_input *input = &map->job->inputs[i];
        input->documents = input->bad = input->blank = input->raw_bytes = input->first_batch = 0;
    }
}

static enum sg_code one_pass(void *context, bool *again, struct sg_err *err) {
    struct map *map = context;
    struct dedup_pass pass = {.job = map->job,
                              .name = "map",
                              .context = map,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct place),
                              .first = true,
                              .demand = map->keys->demand(map->job),
                              .fixed_bytes = 4u << 20,
                              .begin = begin_batch,
                              .work = work_on,
                              .write = write_batch,
                              .empty_batch = empty_batch};
    reset_counts(map);
    enum sg_code code = open_files(map, err);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = finish_files(map, err);
    close_files(map);
    *again = pass.has_cut_lines;
    return code;
}

static enum sg_code map_inputs(struct map *map, struct sg_err *err) {
    enum sg_code code = dedup_pass_inputs(map->job, one_pass, map, err);
    const struct dedup_counts *counts = &map->counts;
    return code == SG_OK ? sg_run_judge_bad(map->job->run, counts->bad, counts->bad + counts->documents, true, err) : code;
}

enum sg_code dedup_map(struct dedup_job *job, struct sg_err *err) {
    static const struct dedup_map_keys *const keys[] = {&band_keys, &dedup_unit_keys, &dedup_unit_keys, &dedup_anchor_keys};
    struct map map = {.job = job, .keys = keys[job->units.unit]};
    const struct dedup_sums sums = {.verb = "map", .number = job->task.number};
    enum sg_code code = dedup_cross_import(job, err);
    dedup_task_inputs(job, &map.first_input, &map.end_input);
    if (code != SG_OK || dedup_parts_current(job, map.first_input, map.end_input)) return code;
    dedup_sums_drop(job, &sums);
    code = map_inputs(&map, err);
    if (code == SG_OK) code = dedup_parts_write(job, map.first_input, map.end_input, err);
    return code == SG_OK ? dedup_sums_write(job, &sums, job->task.count, &map.counts, err) : code;
}
