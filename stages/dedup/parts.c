#include "parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cross.h"
#include "sums.h"

#define WORDS 12

static const struct dedup_rows_kind input_kind = {"INPT", WORDS * 8, DEDUP_SMALL_BLOCK, false};

/* ---- ti.in ---- */

static void put_input(size_t number, const struct dedup_input *input, char *row) {
    const uint64_t words[WORDS] = {number,
                                   input->bytes,
                                   input->raw_bytes,
                                   input->documents,
                                   input->bad,
                                   input->blank,
                                   input->first,
                                   input->first_batch,
                                   input->stream,
                                   input->hash.lo,
                                   input->hash.hi,
                                   (uint64_t)input->mtime_ns};
    for (int i = 0; i < WORDS; i++) sg_num_put_u64(row + 8 * i, words[i]);
}

static void get_input(const char *row, struct dedup_input *input) {
    uint64_t words[WORDS];
    for (int i = 0; i < WORDS; i++) words[i] = sg_num_get_u64(row + 8 * i);
    input->bytes = words[1];
    input->raw_bytes = words[2];
    input->documents = words[3];
    input->bad = words[4];
    input->blank = words[5];
    input->first = words[6];
    input->first_batch = words[7];
    input->stream = words[8];
    input->hash = (struct sg_hash128){words[9], words[10]};
    input->mtime_ns = (int64_t)words[11];
}

enum sg_code dedup_parts_write(const struct dedup_job *job, size_t first, size_t end, struct sg_err *err) {
    struct dedup_rows rows = {0};
    char row[WORDS * 8], name[32];
    snprintf(name, sizeof name, "t%llu.in", (unsigned long long)job->task.number);
    enum sg_code code = dedup_job_create(job, &rows, &input_kind, name, err);
    for (size_t i = first; code == SG_OK && i < end; i++) {
        put_input(i, &job->inputs[i], row);
        code = dedup_rows_put(&rows, row, err);
    }
    if (code == SG_OK) code = dedup_rows_finish(&rows, err);
    dedup_rows_close(&rows);
    return code;
}

bool dedup_parts_current(const struct dedup_job *job, size_t first, size_t end) {
    struct dedup_rows rows = {0};
    struct sg_err err = {0};
    const void *row;
    char name[32];
    const struct dedup_sums sums = {.verb = "map", .number = job->task.number};
    snprintf(name, sizeof name, "t%llu.in", (unsigned long long)job->task.number);
    if (!dedup_sums_done(job, &sums)) return false;
    bool same = dedup_job_open(job, &rows, &input_kind, name, &err) == SG_OK && rows.records == end - first;
    for (size_t i = first; same && i < end; i++) {
        struct dedup_input then;
        same = dedup_rows_next(&rows, &row, &err) == SG_OK && sg_num_get_u64(row) == i;
        if (same) get_input(row, &then);
        same = same && then.bytes == job->inputs[i].given->bytes && then.mtime_ns == job->inputs[i].mtime_ns;
    }
    dedup_rows_close(&rows);
    return same;
}

/* ---- all tasks ---- */

static enum sg_code load_part(struct dedup_job *job, size_t number, uint64_t *documents, struct sg_err *err) {
    struct dedup_part *part = &job->parts[number];
    struct dedup_rows rows = {0};
    const void *row;
    char name[32];
    snprintf(name, sizeof name, "t%zu.in", number);
    part->first = *documents;
    enum sg_code code = dedup_job_open(job, &rows, &input_kind, name, err);
    while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK) {
        uint64_t input = sg_num_get_u64(row);
        if (input >= job->input_count) {
            code = sg_err_set(err, SG_DATA, "'%s/%s' names an input that the plan has not: make a new plan", job->folder, name);
            break;
        }
        get_input(row, &job->inputs[input]);
        job->inputs[input].part = (unsigned)number;
        job->inputs[input].first += part->first;
        part->documents += job->inputs[input].documents;
    }
    dedup_rows_close(&rows);
    *documents += part->documents;
    return code == SG_END ? dedup_blob_open(&part->ids, dedup_job_path(job, "t%zu.ids", number), err) : code;
}

static void bind(struct dedup_job *job) {
    struct sg_hash_state *state = sg_hash_new();
    for (size_t i = 0; i < job->input_count; i++) {
        char hash[16];
        sg_num_put_u64(hash, job->inputs[i].hash.lo);
        sg_num_put_u64(hash + 8, job->inputs[i].hash.hi);
        sg_hash_add(state, hash, sizeof hash);
    }
    job->about.binding = sg_hash_digest(state);
    sg_hash_free(state);
}

enum sg_code dedup_parts_load(struct dedup_job *job, struct sg_err *err) {
    uint64_t tasks = 0, documents = 0;
    if (job->parts) return SG_OK;
    job->counts = (struct dedup_counts){0};
    struct dedup_counts first = {0};
    enum sg_code code = dedup_sums_need(job, &(struct dedup_sums){.verb = "map"}, &tasks, &first, err);
    if (code != SG_OK) return code;
    job->part_count = tasks + job->cross.count;
    job->parts = sg_zalloc(job->part_count, sizeof *job->parts);
    for (uint64_t i = 0; code == SG_OK && i < tasks; i++) {
        uint64_t of = 0;
        code = dedup_sums_need(job, &(struct dedup_sums){.verb = "map", .number = i}, &of, &job->counts, err);
        if (code == SG_OK && of != tasks)
            code = sg_err_set(err, SG_USAGE, "map ran as %llu tasks and as %llu: run all tasks of one of them again",
                              (unsigned long long)tasks, (unsigned long long)of);
        if (code == SG_OK) code = load_part(job, i, &documents, err);
    }
    if (code == SG_OK) code = dedup_cross_load(job, tasks, documents, err);
    bind(job);
    return code;
}

/* ---- their rows ---- */

enum sg_code dedup_parts_next(struct dedup_parts_rows *rows, const void **record, struct sg_err *err) {
    for (;;) {
        char name[32];
        enum sg_code code = SG_OK;
        if (!rows->open) {
            if (rows->part == rows->job->part_count) return SG_END;
            snprintf(name, sizeof name, "t%zu%s", rows->part, rows->suffix);
            code = dedup_job_open(rows->job, &rows->rows, &rows->kind, name, err);
            rows->open = true;
        }
        if (code == SG_OK) code = dedup_rows_next(&rows->rows, record, err);
        if (code != SG_END) return code;
        dedup_rows_close(&rows->rows);
        rows->open = false;
        rows->part++;
    }
}

void dedup_parts_close(struct dedup_parts_rows *rows) {
    dedup_rows_close(&rows->rows);
}

void dedup_parts_drop(const struct dedup_job *job, const char *suffix) {
    for (size_t i = 0; i < job->part_count; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%zu%s", i, suffix);
        dedup_job_drop(job, name);
    }
}
