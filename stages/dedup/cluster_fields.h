/*
 * cluster_fields: what --cluster-fields tells of each cluster beside its size: how many copies were exact, how many different
 * values of --count-by (by default source) its documents have, and their first and last date.
 *
 * Shape   map writes an FLDS row a document into ti.fld: u64 hash of the value (0: none), u32 day and one (0: none), u32 0.
 *         When a partition's decisions are merged, those of each cluster are read together with these rows and summed up in the
 *         survivor's decision.
 * Units   days: dates.h.
 * Calls   dedup_fields_row on any thread; dedup_fields_sum once a partition.
 * Owns    nothing.
 * Errors  SG_DATA, SG_SYSTEM of the files.
 * Source  dedup.md section 12.
 */
#ifndef SANGAM_DEDUP_CLUSTER_FIELDS_H
#define SANGAM_DEDUP_CLUSTER_FIELDS_H

#include "settle.h"
#include "text/record.h"

#define DEDUP_FIELDS_WIDTH 16
extern const struct dedup_rows_kind dedup_fields_kind;

struct dedup_fields {
    uint64_t value; /* 0: none */
    uint32_t day;   /* day and one; 0: none */
};

/* scratch is the caller's, reused. */
struct dedup_fields dedup_fields_of(const struct sg_record *record, const char *count_by, struct sg_buf *scratch);
void dedup_fields_put(const struct dedup_fields *fields, char *row);

/* from: decisions sorted by document; *to: a new sort of the same, in which survivors know their cluster, sorted. */
enum sg_code dedup_fields_sum(const struct dedup_settle *settle, struct sg_extsort *from, struct sg_extsort **to,
                              struct sg_err *err) SG_MUST_CHECK;

#endif
