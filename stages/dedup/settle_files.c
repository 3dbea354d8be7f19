/* The files of a partition on their way through settle and recheck. */
#include "settle.h"

const struct dedup_rows_kind dedup_copy_kind = {"COPY", DEDUP_COPY_WIDTH, DEDUP_SMALL_BLOCK, true};
const struct dedup_rows_kind dedup_border_kind = {"BORD", DEDUP_BORDER_WIDTH, DEDUP_SMALL_BLOCK, true};
const struct dedup_rows_kind dedup_set_kind = {"SETS", DEDUP_BORDER_WIDTH, DEDUP_SMALL_BLOCK, true};

struct dedup_rows_kind dedup_member_kind(const struct dedup_job *job) {
    return (struct dedup_rows_kind){"MEMB", dedup_member_width(job), DEDUP_SMALL_BLOCK, true};
}

/* ---- files of a partition ---- */

enum sg_code dedup_settle_create(const struct dedup_settle *settle, struct dedup_rows *rows,
                                 const struct dedup_rows_kind *kind, const char *suffix, struct sg_err *err) {
    char name[DEDUP_NAME];
    dedup_partition_name(name, settle->partition, suffix);
    return dedup_job_create(settle->job, rows, kind, name, err);
}

enum sg_code dedup_settle_open(const struct dedup_settle *settle, struct dedup_rows *rows,
                               const struct dedup_rows_kind *kind, const char *suffix, struct sg_err *err) {
    char name[DEDUP_NAME];
    dedup_partition_name(name, settle->partition, suffix);
    return dedup_job_open(settle->job, rows, kind, name, err);
}

void dedup_settle_drop(const struct dedup_settle *settle, const char *suffix) {
    char name[DEDUP_NAME];
    dedup_partition_name(name, settle->partition, suffix);
    dedup_job_drop(settle->job, name);
}
