/*
 * cross: deduplication against another owner's index (sigx.h), whose documents are numbered after the inputs' and are never
 * written.
 *
 * Shape   map makes of each index one more part, as if a task had read its texts: t<n>.doc, t<n>-pp.bnd, t<n>.ids (in place
 *         of an id the 64 hex digits of text key and id key), import-k.sum. So link, cluster, settle and the leader rule run
 *         unchanged over the union. The last part is theirs; with --mine the one before it is mine, and there are no inputs.
 *           theirs    their documents stand first in survivor order and all lead: a text that matches one goes; among the
 *                     rest mine are deduplicated as ever
 *           mine      the same, but no document of mine leads: each is only held against theirs, and nothing goes
 *           balanced  one survivor order over the union, so that each owner removes just what loses; of two documents with
 *                     equal keys that of the owner whose index has the smaller content sum stands first
 * Calls   dedup_cross_options and dedup_cross_fix while the job reads its options; import in map; load by parts_load;
 *         sides, doc in cluster; role in settle; dedup_cross_report in place of apply without inputs.
 * Owns    what struct dedup_cross says.
 * Errors  SG_USAGE: options that do not go together. SG_DATA: an index of other parameters, with what differs; see sigx.h.
 * Source  dedup.md section 10.
 */
#ifndef SANGAM_DEDUP_CROSS_H
#define SANGAM_DEDUP_CROSS_H

#include "job.h"
#include "records.h"

/* Before the other options: which indexes there are, what they have, and the secret. */
enum sg_code dedup_cross_options(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
/* After them: the indexes are of the same parameters; how pairs are verified without texts. */
enum sg_code dedup_cross_fix(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

/* A block of an index in memory: SG_BUDGET with the figure when it is too much. */
enum sg_code dedup_cross_fits(const struct dedup_job *job, uint64_t bytes, struct sg_err *err) SG_MUST_CHECK;

enum sg_code dedup_cross_import(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
/* The parts behind those of `tasks` map tasks, `documents` before them. */
enum sg_code dedup_cross_load(struct dedup_job *job, uint64_t tasks, uint64_t documents, struct sg_err *err) SG_MUST_CHECK;

/* Who stands first when all keys are equal: balanced alone asks. */
enum sg_code dedup_cross_sides(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;
/* A document on its way into settle: the policy is in its survivor order. */
void dedup_cross_doc(const struct dedup_job *job, size_t part, struct dedup_doc *doc);
enum dedup_role dedup_cross_role(const struct dedup_job *job, uint64_t document);
/* Whether the place of an id is that of a document of theirs. */
bool dedup_cross_theirs(const struct dedup_job *job, uint64_t place);

/* --mine: one JSON line for each document that meets one of theirs. */
enum sg_code dedup_cross_report(struct dedup_job *job, struct sg_err *err) SG_MUST_CHECK;

/* What the ledger and the report say of a hit, each member with a comma in front. */
struct dedup_cross_hit {
    const struct dedup_decision *decision;
    const char *survivor; /* 64 hex digits */
};
void dedup_cross_put(const struct dedup_cross_hit *hit, struct sg_buf *out);

#endif
