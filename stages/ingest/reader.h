/*
 * reader: files, one after the other, as batches of raw units, however deep these are packed.
 *
 * Shape   a stack of levels: file -> container -> member that is a container -> ... Each level
 *         hands out its next unit; memory does not grow with the size of an archive.
 * Calls   reader_new, then per file reader_open and reader_fill until it says SG_END,
 *         reader_file_end; reader_free at any time. One thread.
 * Owns    descriptors, decoders and spooled members (unlinked files in `tmp`).
 * Errors  SG_BUDGET for one text that memory_bytes cannot hold. Damage becomes bad units. SG_DATA
 *         only for a damaged JSONL file, which is refused as a whole; SG_SYSTEM for I/O.
 * Source  architecture.md section 5; contract.md section 2.
 */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "batch.h"
#include "run/inputs.h"

struct reader_options {
    bool html_raw;         /* --html raw: markup is text */
    unsigned nested;       /* --nested */
    uint64_t max_record;   /* --max-record */
    uint64_t memory_bytes; /* for batches; 0: no limit */
    const char *tmp;       /* folder for nested archives that can only be read with seeking */
};

/* What was read of a file, for its receipt. */
struct reader_file {
    uint64_t bytes;
    struct sg_hash128 hash;
    bool jsonl; /* it went through io/frames, which checks it as a chain file */
};

struct reader;

struct reader *reader_new(const struct reader_options *options);
void reader_free(struct reader *reader);
/* file is the number that the units will carry. */
enum sg_code reader_open(struct reader *reader, const struct sg_input *input,
                         const struct provenance *provenance, uint32_t file,
                         struct sg_err *err) SG_MUST_CHECK;
/* Add units until the batch is full (SG_OK) or the file has no more (SG_END). */
enum sg_code reader_fill(struct reader *reader, struct batch *batch,
                         struct sg_err *err) SG_MUST_CHECK;
enum sg_code reader_file_end(struct reader *reader, struct reader_file *out,
                             struct sg_err *err) SG_MUST_CHECK;
uint64_t reader_bytes(const struct reader *reader); /* of the open file, so far */

/* How a regular file will be written: true when it is one text, HTML page or thing that is not
 * read (they share outputs); false when it is a container or JSONL (an output of its own). */
enum sg_code reader_is_leaf(const char *path, bool *leaf, struct sg_err *err) SG_MUST_CHECK;

#endif
