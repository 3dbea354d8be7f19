/* cross: an index becomes a part of the corpus, as a map task would have left it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cluster_fields.h"
#include "cross.h"
#include "sigx.h"
#include "sums.h"

#define NAMES 64 /* hex digits: text key, id key */

struct import {
    struct dedup_job *job;
    struct dedup_sigx sigx;
    struct dedup_rows docs, bands[DEDUP_PARTITIONS + 1]; /* the last: id keys, of which there are none */
    struct dedup_blob ids;
    struct dedup_counts counts;
    struct sg_buf piece;
    struct dedup_rows fields; /* nothing is known of values and dates */
    struct dedup_sketch sketch;
};

static struct dedup_sums sums_of(size_t index) {
    return (struct dedup_sums){.verb = "import", .number = index};
}

static struct sg_hash128 get_key(const char *row) {
    return (struct sg_hash128){dedup_get_word(row + 8), dedup_get_word(row)};
}

/* The band keys of a row as map would have made them, and its sketch. */
static void get_sketch(const struct import *import, const char *row, struct dedup_sketch *sketch) {
    const struct dedup_settings *settings = &import->job->settings;
    const struct dedup_sigx_form *form = &import->sigx.form;
    const char *keys = row + DEDUP_SIGX_HEAD + (form->slim ? 0 : form->sketch_bytes);
    sketch->bands = form->bands;
    for (unsigned i = 0; i < form->bands; i++)
        sketch->keys[i] = form->slim ? (uint64_t)sg_num_get_u32(keys + 4 * i) << 32 : sg_num_get_u64(keys + 8 * i);
    if (settings->slim_bytes) dedup_slim_sketch(settings, sketch);
    else memcpy(sketch->values, row + DEDUP_SIGX_HEAD, form->sketch_bytes);
}

static enum sg_code put_band(struct import *import, uint64_t key, struct sg_err *err) {
    char band[DEDUP_BAND_WIDTH];
    sg_num_put_u64(band, key);
    sg_num_put_u64(band + 8, import->counts.documents);
    import->counts.band_records++;
    return dedup_rows_put(&import->bands[key >> 60], band, err);
}

static enum sg_code put_document(struct import *import, const char *row, struct sg_err *err) {
    const struct dedup_job *job = import->job;
    char out[DEDUP_DOC_WIDTH + DEDUP_SKETCH] = {0}, names[NAMES + 1], no_fields[DEDUP_FIELDS_WIDTH] = {0};
    uint64_t lengths = dedup_get_word(row + 40);
    struct dedup_sketch *sketch = &import->sketch;
    const struct dedup_doc doc = {.text_key = get_key(row),
                                  .id_key = get_key(row + 16),
                                  .priority = dedup_get_word(row + 32),
                                  .windows = (uint32_t)(lengths >> 32),
                                  .bytes = (uint32_t)lengths,
                                  .id_offset = import->ids.bytes,
                                  .line_low = 1 /* between first and last: cross.c */};
    sketch->bands = 0;
    memset(sketch->values, 0, sizeof sketch->values);
    if (doc.windows >= job->settings.min_shingles && job->settings.near) get_sketch(import, row, sketch);
    sg_hash_hex(doc.text_key, names);
    sg_hash_hex(doc.id_key, names + NAMES / 2);
    dedup_doc_put(&doc, out);
    if (job->settings.near) memcpy(out + DEDUP_DOC_WIDTH, sketch->values, job->settings.minhash.sketch_bytes);
    import->piece.len = 0;
    dedup_blob_piece(&import->piece, names, NAMES);
    enum sg_code code = dedup_rows_put(&import->docs, out, err);
    if (code == SG_OK) code = dedup_blob_put(&import->ids, &import->piece, err);
    if (code == SG_OK) code = put_band(import, doc.text_key.lo, err);
    for (unsigned i = 0; code == SG_OK && i < sketch->bands; i++) code = put_band(import, sketch->keys[i], err);
    if (code == SG_OK && job->parameters.cluster_fields) code = dedup_rows_put(&import->fields, no_fields, err);
    import->counts.documents++;
    return code;
}

static enum sg_code open_files(struct import *import, uint64_t part, struct sg_err *err) {
    const struct dedup_job *job = import->job;
    const struct dedup_rows_kind docs = dedup_doc_kind(job);
    char name[DEDUP_NAME];
    snprintf(name, sizeof name, "t%llu.doc", (unsigned long long)part);
    enum sg_code code = dedup_job_create(job, &import->docs, &docs, name, err);
    for (int i = 0; code == SG_OK && i <= DEDUP_PARTITIONS; i++) {
        dedup_band_name(name, part, i);
        code = dedup_job_create(job, &import->bands[i], &dedup_band_kind, name, err);
    }
    snprintf(name, sizeof name, "t%llu.fld", (unsigned long long)part);
    if (code == SG_OK && job->parameters.cluster_fields)
        code = dedup_job_create(job, &import->fields, &dedup_fields_kind, name, err);
    char *ids = dedup_job_path(job, "t%llu.ids", (unsigned long long)part);
    return code == SG_OK ? dedup_blob_create(&import->ids, ids, err) : (free(ids), code);
}

static enum sg_code finish_files(struct import *import, struct sg_err *err) {
    enum sg_code code = dedup_rows_finish(&import->docs, err);
    if (code == SG_OK && import->job->parameters.cluster_fields) code = dedup_rows_finish(&import->fields, err);
    for (int i = 0; code == SG_OK && i <= DEDUP_PARTITIONS; i++) code = dedup_rows_finish(&import->bands[i], err);
    return code == SG_OK ? dedup_blob_finish(&import->ids, err) : code;
}

enum sg_code dedup_cross_fits(const struct dedup_job *job, uint64_t bytes, struct sg_err *err) {
    if (bytes <= job->memory_bytes) return SG_OK;
    uint64_t need = bytes + job->run->budget.limit_bytes - job->memory_bytes;
    return sg_err_set(err, SG_BUDGET, "an index of these bands and rows needs --memory %lluM",
                      (unsigned long long)(need >> 20) + 1);
}

static enum sg_code import_one(struct dedup_job *job, size_t index, struct sg_err *err) {
    struct import *at = sg_zalloc(1, sizeof *at);
    at->job = job;
    const struct dedup_sums sums = sums_of(index);
    const char *row;
    enum sg_code code = dedup_sigx_open(&at->sigx, job->cross.paths[index], err);
    if (code == SG_OK) code = dedup_cross_fits(job, dedup_sigx_memory(&at->sigx.form, at->sigx.records), err);
    if (code == SG_OK) code = open_files(at, job->task.count + index, err);
    while (code == SG_OK && (code = dedup_sigx_next(&at->sigx, &row, err)) == SG_OK) code = put_document(at, row, err);
    if (code == SG_END) code = finish_files(at, err);
    if (code == SG_OK) code = dedup_sums_write(job, &sums, job->task.count, &at->counts, err);
    dedup_rows_close(&at->docs);
    dedup_rows_close(&at->fields);
    for (int i = 0; i <= DEDUP_PARTITIONS; i++) dedup_rows_close(&at->bands[i]);
    dedup_blob_close(&at->ids);
    dedup_sigx_close(&at->sigx);
    sg_buf_free(&at->piece);
    free(at);
    return code;
}

static bool done(const struct dedup_job *job, size_t index) {
    const struct dedup_sums sums = sums_of(index);
    struct dedup_counts counts = {0};
    struct sg_err err = {0};
    uint64_t tasks = 0;
    return dedup_sums_need(job, &sums, &tasks, &counts, &err) == SG_OK && tasks == job->task.count;
}

enum sg_code dedup_cross_import(struct dedup_job *job, struct sg_err *err) {
    enum sg_code code = SG_OK;
    if (!job->cross.on || job->task.number > 0) return SG_OK;
    sg_progress_phase(job->run->progress, "import", 0);
    for (size_t i = 0; code == SG_OK && i < job->cross.count; i++)
        if (!done(job, i)) code = import_one(job, i, err);
    return code;
}

enum sg_code dedup_cross_load(struct dedup_job *job, uint64_t tasks, uint64_t documents, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < job->cross.count; i++) {
        struct dedup_part *part = &job->parts[tasks + i];
        const struct dedup_sums sums = sums_of(i);
        uint64_t of = 0;
        code = dedup_sums_need(job, &sums, &of, &job->counts, err);
        if (code == SG_OK && of != tasks)
            code = sg_err_set(err, SG_USAGE, "map ran as %llu tasks and as %llu: run all tasks of one of them again",
                              (unsigned long long)tasks, (unsigned long long)of);
        part->first = documents;
        part->documents = job->cross.records[i];
        documents += part->documents;
        char *ids = dedup_job_path(job, "t%llu.ids", (unsigned long long)(tasks + i));
        if (code == SG_OK) code = dedup_blob_open(&part->ids, ids, err);
        else free(ids);
    }
    return code;
}
