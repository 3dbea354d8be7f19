/*
 * blob: bytes of any length, written once in order and read back at their offsets: ids, shingle sets.
 *
 * Shape   one file. Every piece is u32 length (little-endian), u32 low half of its XXH3-64, then its bytes. At the end the
 *         u64 number of bytes of all pieces and the magic "SANGAMD\0".
 * Calls   writer: create, put*, finish: only then the file has its name. Then open, and dedup_blob_get from any thread.
 * Owns    its descriptor and write buffer; close accepts {0}, and of a writer drops the file.
 * Errors  SG_SYSTEM: I/O. SG_DATA: a piece that does not check.
 */
#ifndef SANGAM_DEDUP_BLOB_H
#define SANGAM_DEDUP_BLOB_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "io/publish.h"

struct dedup_blob {
    char *path;
    struct sg_publish out; /* writer */
    int fd;                /* reader; 0: none */
    uint64_t bytes; /* of pieces put so far: where the next one will stand */
    struct sg_buf pending;
};

enum sg_code dedup_blob_create(struct dedup_blob *blob, char *path,
                               struct sg_err *err) SG_MUST_CHECK; /* path moves in */
/* Append one piece to `to` in the file's form, for callers that gather pieces first. */
void dedup_blob_piece(struct sg_buf *to, const void *bytes, size_t len);
/* Append what dedup_blob_piece made. */
enum sg_code dedup_blob_put(struct dedup_blob *blob, const struct sg_buf *pieces, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_blob_finish(struct dedup_blob *blob, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_blob_open(struct dedup_blob *blob, char *path, struct sg_err *err) SG_MUST_CHECK; /* path moves in */
/* The piece at offset replaces what is in `into`. */
enum sg_code dedup_blob_get(const struct dedup_blob *blob, uint64_t offset, struct sg_buf *into,
                            struct sg_err *err) SG_MUST_CHECK;
void dedup_blob_close(struct dedup_blob *blob);

#endif
