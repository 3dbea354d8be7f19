#include "job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char *dedup_job_path(const struct dedup_job *job, const char *format, ...) {
    struct sg_buf path = {0};
    char name[64];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    sg_buf_printf(&path, "%s/%s", job->run->tmp, name);
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
    char *path = dedup_job_path(job, "%s", name);
    unlink(path);
    free(path);
}

uint32_t dedup_doc_width(const struct dedup_job *job) {
    return DEDUP_DOC_WIDTH + (job->settings.near ? job->settings.minhash.sketch_bytes : 0);
}

void dedup_job_free(struct dedup_job *job) {
    for (size_t i = 0; i < job->input_count; i++) free(job->inputs[i].path);
    free(job->inputs);
    sg_buf_free(&job->about.json);
    dedup_blob_close(&job->ids);
    dedup_blob_close(&job->sets);
}
