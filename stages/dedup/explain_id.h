/*
 * explain_id: why one document stayed or went.
 *
 * Shape   from the files of a plan's folder (explain.c): keys, who shares them, component, similarity, survivor; or from
 *         finished outputs and their ledgers alone (explain_output.c). Text for people, or one JSON object with --log json.
 * Calls   from dedup_run_explain.
 * Owns    nothing beyond the call.
 * Errors  SG_SYSTEM: the id is nowhere. Those of the files.
 * Source  dedup.md section 14.
 */
#ifndef SANGAM_DEDUP_EXPLAIN_ID_H
#define SANGAM_DEDUP_EXPLAIN_ID_H

#include "run/stage.h"

/* Both append what they found to `out`. */
enum sg_code dedup_explain_plan(struct sg_run *run, const char *id, const char *plan, struct sg_buf *out,
                                struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_explain_output(struct sg_run *run, const char *id, const char *output, struct sg_buf *out,
                                  struct sg_err *err) SG_MUST_CHECK;

/* "'doc-7' is nowhere in ...". */
enum sg_code dedup_explain_nowhere(const char *id, const char *place, struct sg_err *err);

#endif
