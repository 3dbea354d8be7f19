#include "substr.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/file.h"
#include "sums.h"

const struct dedup_rows_kind dedup_wanted_kind = {"WANT", DEDUP_WANTED_WIDTH, DEDUP_BLOCK, true};
const struct dedup_rows_kind dedup_rank_kind = {"RANK", DEDUP_RANK_WIDTH, DEDUP_BLOCK, true};
const struct dedup_rows_kind dedup_doc_rank_kind = {"DRNK", 16, DEDUP_BLOCK, true};
const struct dedup_rows_kind dedup_context_kind = {"CTXT", DEDUP_CONTEXT_WIDTH, DEDUP_SMALL_BLOCK, true};
const struct dedup_rows_kind dedup_region_kind = {"REGN", DEDUP_REGION_WIDTH, DEDUP_BLOCK, true};
const struct dedup_rows_kind dedup_span_kind = {"SPAN", DEDUP_SPAN_WIDTH, DEDUP_SMALL_BLOCK, true};

void dedup_context_name(char name[DEDUP_NAME], uint64_t task, int partition) {
    snprintf(name, DEDUP_NAME, "s%u-%02d.ctx", (unsigned)task, partition & 63);
}

uint64_t dedup_context_hash(const char *bytes, size_t len) {
    return sg_hash64(bytes, len, len);
}

enum sg_code dedup_texts_open(const struct dedup_job *job, struct dedup_text_files *texts, struct sg_err *err) {
    struct dedup_counts counts = {0};
    uint64_t tasks = 0;
    enum sg_code code = dedup_sums_need(job, &(struct dedup_sums){.verb = "recheck", .bound = true}, &tasks, &counts, err);
    *texts = (struct dedup_text_files){0};
    if (code == SG_OK) texts->files = sg_zalloc(tasks, sizeof *texts->files);
    for (uint64_t i = 0; code == SG_OK && i < tasks; i++) {
        const struct dedup_sums sums = {.verb = "recheck", .number = i, .bound = true};
        uint64_t of = 0;
        texts->files[i].path = dedup_job_path(job, "s%llu.txt", (unsigned long long)i);
        texts->count = i + 1;
        code = dedup_sums_need(job, &sums, &of, &counts, err);
        if (code == SG_OK && of != tasks)
            code = sg_err_set(err, SG_USAGE, "recheck ran as %llu tasks and as %llu: run all tasks of one of them again",
                              (unsigned long long)tasks, (unsigned long long)of);
        if (code == SG_OK) code = sg_file_open(texts->files[i].path, &texts->files[i].fd, err);
    }
    return code;
}

enum sg_code dedup_texts_read(const struct dedup_text_files *texts, uint64_t address, size_t len, struct sg_buf *into,
                              struct sg_err *err) {
    const struct dedup_text_file *file = &texts->files[address >> DEDUP_PLACE_BITS];
    uint64_t offset = address & ((1ull << DEDUP_PLACE_BITS) - 1);
    size_t got = 0;
    into->len = 0;
    enum sg_code code = sg_file_read_at(file->fd, file->path, offset, sg_buf_room(into, len), len, &got, err);
    into->len = got;
    if (code != SG_OK || got == len) return code;
    sg_err_set(err, SG_DATA, "intermediate file: cut; run again");
    return sg_err_at(err, file->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

void dedup_texts_close(struct dedup_text_files *texts) {
    for (size_t i = 0; i < texts->count; i++) {
        if (texts->files[i].fd > 0) close(texts->files[i].fd);
        free(texts->files[i].path);
    }
    free(texts->files);
    *texts = (struct dedup_text_files){0};
}
