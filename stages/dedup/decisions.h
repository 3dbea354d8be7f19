/*
 * decisions: what apply has to do, by document: the partitions' sorted files as one.
 *
 * Shape   rows of pp<suffix> of all partitions, merged by their first sixteen bytes: big-endian document, and of cuts their
 *         begin.
 * Calls   open at a document, then look at `next` and step; close accepts {0}.
 * Owns    its readers.
 * Errors  SG_DATA, SG_SYSTEM of the files.
 */
#ifndef SANGAM_DEDUP_DECISIONS_H
#define SANGAM_DEDUP_DECISIONS_H

#include "records.h"

struct dedup_decisions {
    struct dedup_rows rows[DEDUP_PARTITIONS];
    const void *heads[DEDUP_PARTITIONS]; /* NULL after the last */
    const void *next;                    /* the smallest, borrowed until the next step; NULL after the last */
    int at;
};

enum sg_code dedup_decisions_open(struct dedup_decisions *decisions, const struct dedup_job *job,
                                  const struct dedup_rows_kind *kind, const char *suffix, uint64_t document,
                                  struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_decisions_step(struct dedup_decisions *decisions, struct sg_err *err) SG_MUST_CHECK;
void dedup_decisions_close(struct dedup_decisions *decisions);

#endif
