/*
 * batch: raw units on their way from the reader to a worker.
 *
 * Shape   units in reading order; all their bytes stand in one buffer, told by spans.
 * Units   bytes. A batch is full at BATCH_BYTES or BATCH_UNITS, so its borders depend on the input
 *         only.
 * Calls   batch_reset, batch_put* and batch_add, then read-only; batch_free. {0} is empty.
 * Owns    its buffer. Provenance and reason strings are borrowed.
 * Errors  none.
 */
#ifndef INGEST_BATCH_H
#define INGEST_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "provenance.h"

#define BATCH_BYTES ((size_t)1 << 20)
#define BATCH_UNITS ((size_t)4096)
#define BATCH_DEMAND 6 /* bytes a raw byte may need: raw, decoded, on trial, record, packed */

struct span {
    size_t at, len;
};

enum unit_kind {
    UNIT_DOCUMENT, /* bytes of one text, charset not known yet */
    UNIT_LINES,    /* whole lines of JSONL */
    UNIT_DROP,     /* not read, for a reason */
    UNIT_BAD,      /* could not be read */
};

struct unit {
    enum unit_kind kind;
    uint32_t file;      /* which file of the job */
    uint64_t ordinal;   /* of the member or record, from 1; 0: the file itself */
    uint64_t byte;      /* UNIT_BAD: where, in the unpacked container; SG_NOWHERE */
    const char *reason; /* UNIT_DROP: static */
    const struct provenance *provenance;
    struct span bytes;
    /* NUL-ended strings */
    struct span container, member, url, date, warc_id, declared, language, cause;
};

struct batch {
    struct sg_buf data;
    struct unit *units;
    size_t count, cap;
};

void batch_reset(struct batch *batch);
void batch_free(struct batch *batch);
bool batch_full(const struct batch *batch);
struct span batch_put(struct batch *batch, const char *bytes, size_t len);
struct span batch_string(struct batch *batch, const char *text); /* with its NUL */
void batch_add(struct batch *batch, const struct unit *unit);
static inline const char *batch_at(const struct batch *batch, struct span span) {
    return span.len > 0 ? batch->data.data + span.at : "";
}

#endif
