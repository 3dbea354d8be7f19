/*
 * settle: what its parts share: settle.c (before texts), hot.c (giant components), settle_end.c (after texts).
 *
 * Shape   one partition at a time. MEMB rows as member.h says; COPY: first document, document (big-endian), low id key, low
 *         text key; BORD: document, row of pp.opn (big-endian), by document; SETS: partition << 48 | row of pp.opn, place of
 *         its set (big-endian), sorted.
 * Calls   private to the stage.
 * Owns    struct dedup_settle owns its files and buffers.
 * Errors  SG_SYSTEM, SG_DATA of the files.
 */
#ifndef SANGAM_DEDUP_SETTLE_H
#define SANGAM_DEDUP_SETTLE_H

#include "io/extsort.h"
#include "judge.h"

#define DEDUP_COPY_WIDTH 32
#define DEDUP_BORDER_WIDTH 16
#define DEDUP_ROW_BITS 48

extern const struct dedup_rows_kind dedup_copy_kind, dedup_border_kind, dedup_set_kind;
struct dedup_rows_kind dedup_member_kind(const struct dedup_job *job);

struct dedup_settle {
    struct dedup_job *job;
    int partition;
    struct dedup_counts counts;
    struct dedup_judge judge;
    struct dedup_rows decided, copies, open, hot;
    struct sg_extsort *borders;
    struct sg_buf group; /* rows of the component at hand */
    uint64_t open_components;
};

/* Values a band of level 1, 2, ...: 2, 4, ... times the rows of the run; 0 when a sketch has not so many. */
unsigned dedup_hot_rows(const struct dedup_job *job, unsigned level);
/* pp.hot holds `count` rows of too large components: put them into `members` with the components that the bands of this
 * level leave, and sort it. pp.hot is deleted. */
enum sg_code dedup_hot_cut(struct dedup_settle *settle, unsigned level, uint64_t count, struct sg_extsort *members,
                           struct sg_err *err) SG_MUST_CHECK;

/* Before texts: pp.mem -> pp.dec, pp.cpy, pp.opn, pp.brd. */
enum sg_code dedup_settle_sketches(struct dedup_settle *settle, struct sg_err *err) SG_MUST_CHECK;
/* With texts, from pp.opn and recheck's sets: pp.txt, more decisions. */
enum sg_code dedup_settle_texts(struct dedup_settle *settle, struct sg_err *err) SG_MUST_CHECK;
/* All decisions: pp.dec, pp.txt and pp.cpy -> pp.map. */
enum sg_code dedup_settle_merge(struct dedup_settle *settle, bool texts, struct sg_err *err) SG_MUST_CHECK;

/* Files of the partition at hand by their suffix. */
enum sg_code dedup_settle_create(const struct dedup_settle *settle, struct dedup_rows *rows,
                                 const struct dedup_rows_kind *kind, const char *suffix, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_settle_open(const struct dedup_settle *settle, struct dedup_rows *rows,
                               const struct dedup_rows_kind *kind, const char *suffix, struct sg_err *err) SG_MUST_CHECK;
void dedup_settle_drop(const struct dedup_settle *settle, const char *suffix);

#endif
