/*
 * sums: what a task of a verb counted. The file is its last one: with it the task is done.
 *
 * Shape   VERB-i.sum: one SUMS row of 16 u64: how many tasks the verb was cut into (partitioned verbs: 0), then the counts.
 * Calls   dedup_sums_write at the end of a task; dedup_sums_done before its beginning; dedup_sums_need by later verbs.
 * Owns    nothing.
 * Errors  SG_USAGE: the verb that has not been run. SG_DATA: a file of other parameters or inputs.
 */
#ifndef SANGAM_DEDUP_SUMS_H
#define SANGAM_DEDUP_SUMS_H

#include "job.h"

/* A task of a verb, or one of its partitions. */
struct dedup_sums {
    const char *verb;
    uint64_t number;
    bool bound;      /* of a verb after map */
};

enum sg_code dedup_sums_write(const struct dedup_job *job, const struct dedup_sums *sums, uint64_t tasks,
                              const struct dedup_counts *counts, struct sg_err *err) SG_MUST_CHECK;
/* Whether the task is done already; a file that cannot be trusted is as good as none. */
bool dedup_sums_done(const struct dedup_job *job, const struct dedup_sums *sums);
/* Adds what was counted. *tasks may be NULL. */
enum sg_code dedup_sums_need(const struct dedup_job *job, const struct dedup_sums *sums, uint64_t *tasks,
                             struct dedup_counts *counts, struct sg_err *err) SG_MUST_CHECK;
void dedup_sums_drop(const struct dedup_job *job, const struct dedup_sums *sums);

#endif
