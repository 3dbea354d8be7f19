/*
 * cut_text: texts without what is cut from them, and their ledger lines: apply's side of the modes para, line and substr.
 *
 * Shape   rows of pp.cut -> per document the new text and the ledger's members
 *           "cluster":"" "survivor_id" (of the first cut) "similarity":1.0 "method" (key; substr: text) "cluster_size":1
 *           "bytes" (cut) "spans" [[begin,end],...] "span_survivors" [id,...]
 *         A document with fewer than min_left code points left goes as a whole: "bytes" is its text then, without spans.
 * Units   spans in the ledger: code points of the text as it was, half open; touching ones are not joined.
 * Calls   on any thread: dedup_cut_find, and when it finds some, dedup_line_open and dedup_cut_document.
 * Owns    dedup_cut_place its buffers; rows are borrowed. free accepts {0}.
 * Errors  SG_DATA: a text that is not the one that was mapped, or ids that do not check. SG_SYSTEM: I/O.
 * Source  dedup.md section 12; contract.md section 6.
 */
#ifndef SANGAM_DEDUP_CUT_TEXT_H
#define SANGAM_DEDUP_CUT_TEXT_H

#include "cuts.h"
#include "line.h"

struct dedup_cut_place {
    const char *rows; /* of the document at hand */
    size_t count;
    struct sg_buf text;   /* out: what is left */
    struct sg_buf detail; /* out: the ledger's members behind the reason */
    bool removed;         /* out: too little is left, the document goes as a whole */
    uint64_t bytes;       /* out: that go */
    struct sg_buf cuts;   /* struct dedup_unit_cut */
    struct sg_buf id;     /* of a survivor */
};

/* The rows of this document, which begin at *row if there are any; *row moves behind them. False: none. */
bool dedup_cut_find(struct dedup_cut_place *place, const char **row, const char *last, uint64_t document);
enum sg_code dedup_cut_document(const struct dedup_job *job, struct dedup_cut_place *place,
                                struct dedup_scratch *scratch, const struct dedup_document *document,
                                struct sg_err *err) SG_MUST_CHECK;
void dedup_cut_place_free(struct dedup_cut_place *place);

#endif
