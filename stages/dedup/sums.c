#include "sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"

#define WORDS 32 /* room for counts to come */

_Static_assert(sizeof(struct dedup_counts) <= (WORDS - 1) * 8, "counts fit into a row");

static struct dedup_rows_kind kind_of(const struct dedup_sums *sums) {
    return (struct dedup_rows_kind){"SUMS", WORDS * 8, DEDUP_SMALL_BLOCK, sums->bound};
}

static const char *name_of(const struct dedup_sums *sums, char name[32]) {
    snprintf(name, 32, "%s-%02llu.sum", sums->verb, (unsigned long long)sums->number);
    return name;
}

enum sg_code dedup_sums_write(const struct dedup_job *job, const struct dedup_sums *sums, uint64_t tasks,
                              const struct dedup_counts *counts, struct sg_err *err) {
    struct dedup_rows rows = {0};
    const struct dedup_rows_kind kind = kind_of(sums);
    uint64_t words[WORDS] = {tasks};
    char row[WORDS * 8], name[32];
    memcpy(words + 1, counts, sizeof *counts);
    for (int i = 0; i < WORDS; i++) sg_num_put_u64(row + 8 * i, words[i]);
    enum sg_code code = dedup_job_create(job, &rows, &kind, name_of(sums, name), err);
    if (code == SG_OK) code = dedup_rows_put(&rows, row, err);
    if (code == SG_OK) code = dedup_rows_finish(&rows, err);
    dedup_rows_close(&rows);
    return code;
}

static enum sg_code read_sums(const struct dedup_job *job, const struct dedup_sums *sums, uint64_t words[WORDS],
                              struct sg_err *err) {
    struct dedup_rows rows = {0};
    const struct dedup_rows_kind kind = kind_of(sums);
    const void *row;
    char name[32];
    enum sg_code code = dedup_job_open(job, &rows, &kind, name_of(sums, name), err);
    if (code == SG_OK) code = dedup_rows_next(&rows, &row, err);
    for (int i = 0; code == SG_OK && i < WORDS; i++) words[i] = sg_num_get_u64((const char *)row + 8 * i);
    dedup_rows_close(&rows);
    return code;
}

bool dedup_sums_done(const struct dedup_job *job, const struct dedup_sums *sums) {
    struct sg_err err = {0};
    uint64_t words[WORDS];
    return read_sums(job, sums, words, &err) == SG_OK;
}

enum sg_code dedup_sums_need(const struct dedup_job *job, const struct dedup_sums *sums, uint64_t *tasks,
                             struct dedup_counts *counts, struct sg_err *err) {
    uint64_t words[WORDS], sum[WORDS - 1];
    char name[32];
    char *path = dedup_job_path(job, "%s", name_of(sums, name));
    bool here = access(path, F_OK) == 0;
    enum sg_code code =
        here ? read_sums(job, sums, words, err)
             : sg_err_set(err, SG_USAGE, "%s has not finished ('%s' is not there): run 'sangam-dedup %s' with this plan first",
                          sums->verb, path, sums->verb);
    free(path);
    if (code != SG_OK) return code;
    if (tasks) *tasks = words[0];
    memset(sum, 0, sizeof sum);
    memcpy(sum, counts, sizeof *counts);
    for (size_t i = 0; i < sizeof *counts / 8; i++) sum[i] += words[i + 1];
    memcpy(counts, sum, sizeof *counts);
    return SG_OK;
}

void dedup_sums_drop(const struct dedup_job *job, const struct dedup_sums *sums) {
    char name[32];
    char *path = dedup_job_path(job, "%s", name_of(sums, name));
    unlink(path);
    free(path);
}
