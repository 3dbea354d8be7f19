/*
 * judge: from one component's rows to the decisions about its documents.
 *
 * Shape   rows of dedup_member_put in survivor order -> fates (leader.h) -> decisions (records.h).
 * Calls   per component: dedup_judge_sift; when it leaves doubts and texts are at hand, dedup_judge_texts; then
 *         dedup_judge_write. free at the end.
 * Owns    its tables, reused from component to component.
 * Errors  SG_SYSTEM, SG_DATA of the files; SG_BUDGET when one document's windows alone do not fit.
 */
#ifndef SANGAM_DEDUP_JUDGE_H
#define SANGAM_DEDUP_JUDGE_H

#include "leader.h"
#include "member.h"

struct dedup_judge {
    struct dedup_job *job;
    struct dedup_counts *counts;
    struct dedup_rows *decided; /* where decisions go */
    const char *rows;
    size_t count;
    struct sg_buf sketches, short_text, roles, fates;
    /* window sets of this component */
    const uint64_t *offsets; /* places in the sets, by member; UINT64_MAX: none */
    struct sg_buf *sets;     /* loaded on demand; len 0: not now */
    uint64_t sets_bytes, sets_limit;
};

uint32_t dedup_member_width(const struct dedup_job *job);

/* *clear: all fates are final. */
void dedup_judge_sift(struct dedup_judge *judge, const char *rows, size_t count, bool *clear);
bool dedup_judge_needs_text(const struct dedup_judge *judge, size_t member);
/* With the texts of all members that need one. */
enum sg_code dedup_judge_texts(struct dedup_judge *judge, const uint64_t *offsets, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_judge_write(struct dedup_judge *judge, struct sg_err *err) SG_MUST_CHECK;
void dedup_judge_free(struct dedup_judge *judge);

#endif
