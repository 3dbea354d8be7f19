/*
 * apply_document: what becomes of one document: it stays with the members of its cluster, goes to the ledger, loses parts of
 * its text, or is only reported.
 *
 * Shape   a scanned line, the decision or the cuts that the cursor stands at -> the batch's lines, ledger and counts.
 * Units   bytes: of the line, with its LF.
 * Calls   for each document of a batch in order, on any thread, with the thread's own place.
 * Owns    nothing.
 * Errors  SG_DATA: the document is not the one that was decided about. SG_SYSTEM: I/O of ids.
 * Source  dedup.md section 12; contract.md sections 3 and 6.
 */
#ifndef SANGAM_DEDUP_APPLY_DOCUMENT_H
#define SANGAM_DEDUP_APPLY_DOCUMENT_H

#include "cut_text.h"
#include "outputs.h"
#include "pass.h"
#include "run/sink.h"
#include "statistics.h"

struct dedup_apply_batch {
    struct dedup_batch base;
    struct sg_buf decisions; /* rows of pp.map that fall into the span; of pp.cut, where only parts of texts go */
    struct sg_parts parts;
    struct dedup_tally tally;
    struct dedup_statistics statistics;
};

struct dedup_apply_place {
    struct dedup_place base;
    struct sg_frames_packer *lines, *ledger;
    struct sg_buf detail, survivor;
    const char *line; /* at hand */
    size_t bytes;     /* of the line at hand */
    struct dedup_cut_place cut;
};

struct dedup_apply_cursor {
    const char *decision, *last;
    uint64_t document;
};

enum sg_code dedup_apply_document(const struct dedup_job *job, struct dedup_apply_place *place,
                                  struct dedup_apply_batch *batch, struct dedup_apply_cursor *cursor,
                                  struct sg_err *err) SG_MUST_CHECK;

#endif
