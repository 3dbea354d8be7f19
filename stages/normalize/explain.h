/*
 * explain: samples of what each pass changed, for a person's eye.
 *
 * Shape   for every pass the N changes with the smallest hash of (pass, line before, line after): a sample that depends
 *         on the text alone, not on threads or on how the corpus is cut. A change that occurs often is one sample.
 *         Of a line, about 60 characters around the first difference are kept.
 * Calls   explain_new; its witness goes to every worker's normalize_scratch_new; explain_put when all have ended.
 * Owns    the samples: at most N a pass. The witness borrows the whole and may be called from any thread.
 * Errors  none.
 * Source  bottom-k sampling (Cohen and Kaplan 2007); names of characters from ICU.
 */
#ifndef SANGAM_NORMALIZE_EXPLAIN_H
#define SANGAM_NORMALIZE_EXPLAIN_H

#include "base/buf.h"
#include "normalize.h"

#define EXPLAIN_MAX 10000 /* samples a pass */

struct explain;
struct explain *explain_new(size_t samples);
void explain_free(struct explain *explain); /* accepts NULL */

struct normalize_witness explain_witness(struct explain *explain);
uint64_t explain_bytes(const struct explain *explain); /* upper bound; 0 for NULL */

/* For every pass that counted a change: how many, then its samples. totals: NORMALIZE_COUNTS counters. program: NULL for text
 * to be read in a terminal, where nothing invisible is printed as it is; else its name, for one JSON object a line. */
void explain_put(const struct explain *explain, const uint64_t *totals, const char *program,
                 struct sg_buf *out);

/* "; 12 changed (nfc 9, whitespace 4)": documents, by the passes that changed most of them. */
void explain_summarise(const uint64_t *totals, struct sg_buf *summary);

#endif
