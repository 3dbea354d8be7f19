#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SORT_SHARE 5 /* sorts alive at once, and room for a component */

char *dedup_job_path(const struct dedup_job *job, const char *format, ...) {
    struct sg_buf path = {0};
    char name[64];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    sg_buf_printf(&path, "%s/%s", job->folder, name);
    return sg_buf_take(&path);
}

enum sg_code dedup_job_create(const struct dedup_job *job, struct dedup_rows *rows, const struct dedup_rows_kind *kind,
                              const char *name, struct sg_err *err) {
    return dedup_rows_create(rows, dedup_job_path(job, "%s", name), kind, &job->about, err);
}

enum sg_code dedup_job_open(const struct dedup_job *job, struct dedup_rows *rows, const struct dedup_rows_kind *kind,
                            const char *name, struct sg_err *err) {
    return dedup_rows_open(rows, dedup_job_path(job, "%s", name), kind, &job->about, err);
}

void dedup_job_drop(const struct dedup_job *job, const char *name) {
    if (!job->consume) return;
    char *path = dedup_job_path(job, "%s", name);
    unlink(path);
    free(path);
}

uint32_t dedup_doc_width(const struct dedup_job *job) {
    return DEDUP_DOC_WIDTH + (job->settings.near ? job->settings.minhash.sketch_bytes : 0);
}

struct dedup_rows_kind dedup_doc_kind(const struct dedup_job *job) {
    return (struct dedup_rows_kind){"DOCT", dedup_doc_width(job), DEDUP_BLOCK, false};
}

enum sg_code dedup_sort_new(const struct dedup_job *job, size_t width, size_t key_bytes, struct sg_extsort **sort,
                            struct sg_err *err) {
    uint64_t share = job->memory_bytes / SORT_SHARE;
    const struct sg_extsort_options options = {.width = width,
                                               .key_offset = 0,
                                               .key_bytes = key_bytes,
                                               .memory_bytes = share < (1u << 20) ? 1u << 20 : (size_t)share,
                                               .folder = job->folder};
    return sg_extsort_init(sort, &options, err);
}

/* Input i is the task's when its first byte falls into the task's share of all bytes; empty files count one. */
void dedup_task_inputs(const struct dedup_job *job, size_t *first, size_t *end) {
    uint64_t total = 0, before = 0;
    for (size_t i = 0; i < job->input_count; i++) total += job->inputs[i].given->bytes + 1;
    *first = *end = 0;
    for (size_t i = 0; i < job->input_count; i++) {
        uint64_t owner = (uint64_t)((unsigned __int128)before * job->task.count / total);
        if (owner < job->task.number) *first = i + 1;
        if (owner <= job->task.number) *end = i + 1;
        before += job->inputs[i].given->bytes + 1;
    }
}

bool dedup_task_has(const struct dedup_job *job, int partition) {
    return (uint64_t)partition % job->task.count == job->task.number;
}

static enum sg_code get_place(const struct dedup_blob *blob, uint64_t place, struct sg_buf *into, struct sg_err *err) {
    return dedup_blob_get(blob, place & ((1ull << DEDUP_PLACE_BITS) - 1), into, err);
}

enum sg_code dedup_job_id(const struct dedup_job *job, uint64_t place, struct sg_buf *id, struct sg_err *err) {
    return get_place(&job->parts[place >> DEDUP_PLACE_BITS].ids, place, id, err);
}

enum sg_code dedup_job_set(const struct dedup_job *job, uint64_t place, struct sg_buf *set, struct sg_err *err) {
    return get_place(&job->sets[place >> DEDUP_PLACE_BITS], place, set, err);
}

void dedup_job_free(struct dedup_job *job) {
    for (size_t i = 0; i < job->input_count; i++) free(job->inputs[i].path);
    for (size_t i = 0; i < job->part_count; i++) dedup_blob_close(&job->parts[i].ids);
    for (size_t i = 0; i < job->set_count; i++) dedup_blob_close(&job->sets[i]);
    free(job->inputs);
    free(job->parts);
    free(job->sets);
    free(job->folder);
    dedup_prefer_free(&job->prefer);
    sg_buf_free(&job->about.json);
    sg_buf_free(&job->cross.parameters);
}
