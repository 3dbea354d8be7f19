/*
 * sigx: an index of signatures: what can be compared with another owner's corpus without its texts.
 *
 * Shape   a header of 128 bytes, the parameters as canonical JSON (padded to 64), blocks of 65,536 documents in columns,
 *         then a footer: one XXH3-64 a block, the XXH3-64 of these, the magic again. FORMAT-sigx.md has every byte.
 *         Here a document is a row in which the order of the file stands in front, big-endian, so that rows sort as bytes:
 *           text key 16   id key 16   priority 8   windows 4   text bytes 4 | sketch | band keys (little-endian, 8 or 4 bytes)
 *         Documents are sorted by text key, then id key, and no two have both in common: the smallest row stays.
 * Units   bytes; content: order-free sum of a hash of each document's two keys: names the set of documents.
 * Calls   writer: create, put* in order, finish: only then the file has its name. Reader: open, next* until SG_END, close.
 *         close accepts {0}, and of a writer drops the file.
 * Owns    its descriptor, one block, the parameters it has read.
 * Errors  SG_DATA, always with the file's name: no index, another kind or version, cut, damaged, out of order.
 * Source  dedup.md sections 5, 10.
 */
#ifndef SANGAM_DEDUP_SIGX_H
#define SANGAM_DEDUP_SIGX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "io/publish.h"

#define DEDUP_SIGX_DOCUMENTS 65536 /* a block */
#define DEDUP_SIGX_HEAD 48         /* of a row */
#define DEDUP_SIGX_WIDTH 4096      /* of a row, at most */

struct dedup_sigx_form {
    bool slim;    /* no sketches, no id keys (zero in rows), the upper half of each band key */
    bool blind;   /* id keys that only the whole line gives */
    uint32_t sketch_bytes, bands; /* both 0: exact keys alone */
};

struct dedup_sigx {
    char *path;
    struct sg_publish out; /* writer */
    int fd;                /* reader; 0: none */
    struct dedup_sigx_form form;
    struct sg_buf json; /* parameters */
    struct sg_hash128 fingerprint, content;
    uint64_t records;
    struct sg_buf block, sums;
    size_t in_block;       /* documents of it */
    uint64_t next, ahead;  /* reader: number of the next document, and of the one after the block */
    struct sg_hash128 sum; /* of what has been put or read so far */
    char row[DEDUP_SIGX_WIDTH];
};

uint32_t dedup_sigx_width(const struct dedup_sigx_form *form); /* of a row */
uint32_t dedup_sigx_key_bytes(const struct dedup_sigx_form *form);
/* Bytes that a reader or writer of so many documents holds. */
uint64_t dedup_sigx_memory(const struct dedup_sigx_form *form, uint64_t documents);

/* Rows differ in their two keys. */
#define DEDUP_SIGX_KEYS 32

enum sg_code dedup_sigx_create(struct dedup_sigx *sigx, const char *path, const struct dedup_sigx_form *form,
                               const struct sg_buf *json, struct sg_err *err) SG_MUST_CHECK;
/* A row that has both keys of the one before it is left out. */
enum sg_code dedup_sigx_put(struct dedup_sigx *sigx, const char *row, struct sg_err *err) SG_MUST_CHECK;
/* The fields that can be asked for afterwards: records, content. */
enum sg_code dedup_sigx_finish(struct dedup_sigx *sigx, struct sg_err *err) SG_MUST_CHECK;

enum sg_code dedup_sigx_open(struct dedup_sigx *sigx, const char *path, struct sg_err *err) SG_MUST_CHECK;
/* A borrowed row, valid until the next call. */
enum sg_code dedup_sigx_next(struct dedup_sigx *sigx, const char **row, struct sg_err *err) SG_MUST_CHECK;
void dedup_sigx_close(struct dedup_sigx *sigx);

#endif
