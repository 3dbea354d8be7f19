/*
 * units_link: which copies of a unit are cut. Each partition of units is sorted; a run of equal keys is a unit with all its
 * copies, the first in survivor order in front. The others become cuts, sorted by document for apply.
 *
 *     (k1: d4 d7 d7 d9) (k2: d3)   ->   cuts in d7, d7, d9, all for d4            --keep none: in d4 too
 *
 * Memory: two external sorts of half the share each, and min_count - 1 rows. Threads: link.c gives each a partition.
 */
#include "units_link.h"

#include "cuts.h"
#include "io/extsort.h"
#include "units_rows.h"

static enum sg_code fill(const struct dedup_job *job, struct sg_extsort *sort, int partition, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < job->part_count; i++) {
        struct dedup_rows units = {0};
        const void *unit;
        char name[DEDUP_NAME], row[DEDUP_UNIT_WIDTH];
        dedup_unit_name(name, i, partition);
        code = dedup_job_open(job, &units, &dedup_unit_kind, name, err);
        while (code == SG_OK && (code = dedup_rows_next(&units, &unit, err)) == SG_OK) {
            memcpy(row, unit, sizeof row);
            dedup_unit_move(row, job, i);
            code = sg_extsort_put(sort, row, err);
        }
        dedup_rows_close(&units);
        if (code == SG_END) code = SG_OK;
    }
    return code == SG_OK ? sg_extsort_sort(sort, err) : code;
}

/* The copies of one unit as they come; those before the min_count-th wait until it is there. */
struct group {
    const struct dedup_unit_rule *rule;
    struct sg_extsort *cuts;
    struct sg_buf waiting; /* rows; the first one tells the key */
    uint64_t copies, survivor;
};

static enum sg_code put_cut(const struct group *group, const char *row, struct sg_err *err) {
    struct dedup_unit_row unit;
    char record[DEDUP_CUT_WIDTH];
    dedup_unit_get(row, &unit);
    dedup_cut_put(&(struct dedup_cut){.document = unit.document,
                                      .begin = unit.begin,
                                      .end = unit.end,
                                      .survivor = group->survivor,
                                      .text_low = unit.text_key.lo},
                  record);
    return sg_extsort_put(group->cuts, record, err);
}

static enum sg_code add_copy(struct group *group, const char *row, struct sg_err *err) {
    bool same = group->copies && memcmp(row, group->waiting.data, DEDUP_UNIT_KEY) == 0;
    enum sg_code code = SG_OK;
    if (!same) {
        struct dedup_unit_row unit;
        dedup_unit_get(row, &unit);
        group->survivor = unit.id_offset;
        group->copies = group->waiting.len = 0;
    }
    if (++group->copies < group->rule->min_count) {
        sg_buf_put(&group->waiting, row, DEDUP_UNIT_WIDTH);
        return SG_OK;
    }
    if (group->copies == group->rule->min_count)
        for (size_t at = group->rule->keep_none ? 0 : DEDUP_UNIT_WIDTH; code == SG_OK && at < group->waiting.len;
             at += DEDUP_UNIT_WIDTH)
            code = put_cut(group, group->waiting.data + at, err);
    return code == SG_OK ? put_cut(group, row, err) : code;
}

static enum sg_code write_cuts(const struct dedup_job *job, struct sg_extsort *cuts, int partition, struct sg_err *err) {
    struct dedup_rows out = {0};
    const void *cut;
    char name[DEDUP_NAME];
    dedup_partition_name(name, partition, ".cut");
    enum sg_code code = dedup_job_create(job, &out, &dedup_cut_kind, name, err);
    if (code == SG_OK) code = sg_extsort_sort(cuts, err);
    while (code == SG_OK && (code = sg_extsort_next(cuts, &cut, err)) == SG_OK) code = dedup_rows_put(&out, cut, err);
    if (code == SG_END) code = dedup_rows_finish(&out, err);
    dedup_rows_close(&out);
    return code;
}

static enum sg_code sort_new(const struct dedup_job *job, size_t width, size_t sort_bytes, struct sg_extsort **sort,
                             struct sg_err *err) {
    const struct sg_extsort_options options = {.width = width,
                                               .key_offset = 0,
                                               .key_bytes = DEDUP_UNIT_KEY,
                                               .memory_bytes = sort_bytes,
                                               .folder = job->folder};
    return sg_extsort_init(sort, &options, err);
}

enum sg_code dedup_units_link(const struct dedup_job *job, int partition, size_t sort_bytes, uint64_t *cuts,
                              struct sg_err *err) {
    struct sg_extsort *units = NULL;
    struct group group = {.rule = &job->units};
    const void *row;
    enum sg_code code = sort_new(job, DEDUP_UNIT_WIDTH, sort_bytes / 2, &units, err);
    if (code == SG_OK) code = sort_new(job, DEDUP_CUT_WIDTH, sort_bytes / 2, &group.cuts, err);
    if (code == SG_OK) code = fill(job, units, partition, err);
    while (code == SG_OK && (code = sg_extsort_next(units, &row, err)) == SG_OK) code = add_copy(&group, row, err);
    sg_extsort_free(units);
    if (code == SG_END) code = write_cuts(job, group.cuts, partition, err);
    if (code == SG_OK) *cuts = sg_extsort_count(group.cuts);
    sg_extsort_free(group.cuts);
    sg_buf_free(&group.waiting);
    for (size_t i = 0; code == SG_OK && i < job->part_count; i++) {
        char name[DEDUP_NAME];
        dedup_unit_name(name, i, partition);
        dedup_job_drop(job, name);
    }
    return code;
}
