/*
 * convert: raw units become records, ledger lines and bad units: all that needs no order, so
 * workers do it.
 *
 * Shape   pure but for its scratch: a batch in, struct sg_parts out.
 * Calls   convert_new per worker, convert_batch*, convert_free.
 * Owns    converters and buffers.
 * Errors  none of the data: bad units are counted. SG_SYSTEM is passed on.
 */
#ifndef INGEST_CONVERT_H
#define INGEST_CONVERT_H

#include <stdint.h>

#include "batch.h"
#include "charset.h"
#include "jsonl.h"
#include "run/sink.h"

enum split { SPLIT_DOCUMENT, SPLIT_LINE, SPLIT_PARAGRAPH };

struct convert_options {
    enum split split;
    const char *charset; /* --charset: declared for what declares nothing */
    struct jsonl_map map;
};

enum {
    CONVERT_BLANK,
    CONVERT_BOM,
    CONVERT_ERRORS,
    CONVERT_DERIVED,
    CONVERT_DUPLICATE,
    CONVERT_REPAIRED,
    CONVERT_COUNTERS
};
extern const char *const convert_counters[CONVERT_COUNTERS + 1]; /* NULL-ended */

struct convert_reason {
    const char *name;
    uint64_t count;
};

struct convert {
    const struct convert_options *options;
    struct charset *charset;
    struct jsonl jsonl;
    struct sg_buf detail, path;
    uint64_t counts[CONVERT_COUNTERS];
    struct convert_reason *reasons;
    size_t reason_count;
};

struct convert *convert_new(const struct convert_options *options);
void convert_free(struct convert *convert); /* accepts NULL */
/* Counts back to zero, for the next output. */
void convert_restart(struct convert *convert);

/* units[i] tells how many documents, ledger lines and bad units the batch's unit i became.
 * duplicate receives the first member name that stood twice in a record (quoted), when it is ""
 * before. */
void convert_batch(struct convert *convert, const struct batch *batch, uint64_t *units,
                   struct sg_parts *parts, char duplicate[64]);

/* The next piece of text in [*at, len); false at the end. Lines without their ends; paragraphs
 * between blank lines; none is blank. */
bool convert_piece(enum split split, const char *text, size_t len, size_t *at, struct span *piece);

#endif
