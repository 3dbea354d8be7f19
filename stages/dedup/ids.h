/*
 * ids: is every id of the corpus on one line only?
 *
 * Shape   id.edg of link and ti.doc -> a count of ids that stand on different lines; five of them are shown.
 * Calls   after link.
 * Owns    nothing.
 * Errors  SG_DATA when there are any and --duplicate-ids is stop.
 * Source  contract.md section 3.
 */
#ifndef SANGAM_DEDUP_IDS_H
#define SANGAM_DEDUP_IDS_H

#include "job.h"

enum sg_code dedup_check_ids(struct dedup_job *job, struct dedup_counts *counts, struct sg_err *err) SG_MUST_CHECK;

#endif
