/*
 * funnel: from documents in to documents out, stage by stage, as a table for people.
 *
 * Shape   one line a stage, its reasons below it, then the languages and where everything is.
 * Calls   funnel_print after a run, or any time on what is there.
 * Owns    nothing but what it appends.
 * Errors  of receipts and manifest.
 */
#ifndef SANGAM_CONDUCT_FUNNEL_H
#define SANGAM_CONDUCT_FUNNEL_H

#include "base/buf.h"
#include "base/err.h"
#include "run/receipt.h"
#include "work.h"

enum sg_code funnel_print(const char *work, const struct record *record, struct sg_buf *out,
                          struct sg_err *err) SG_MUST_CHECK;

/* What one stage did, from its receipts or, for shards, its manifest. */
struct stage_count {
    bool any; /* there is something to count */
    uint64_t records_in, records_out, dropped, bad, bytes;
    size_t files, ledgers, bad_lists;
    struct sg_receipt_count *reasons; /* owned */
    size_t reason_count;
};
enum sg_code stage_count_load(const char *folder, struct stage_count *out,
                              struct sg_err *err) SG_MUST_CHECK;
void stage_count_free(struct stage_count *count);

#endif
