/*
 * rows: files of fixed-width records that name what they were made from.
 *
 * Shape   a header of 128 bytes, the parameters as canonical JSON (padded to 64), blocks of whole records, then a footer:
 *         one XXH3-64 a block, the XXH3-64 of these, the magic again. Little-endian. Header, by offset:
 *           0 magic "SANGAMD\0"   8 u16 major   10 u16 minor   12 FourCC kind   16 u64 records   24 u32 width   28 u32 flags
 *          32 fingerprint of the parameters (16)   48 input binding (16)   64 u64 bytes of JSON   72 u32 block bytes
 *          76 zero   120 u64 XXH3-64 of bytes 0 to 119
 * Units   records; a block holds as many whole ones as fit into block_bytes.
 * Calls   writer: dedup_rows_create, put*, finish: only then the file has its name. Reader: open, next* until SG_END,
 *         close. close accepts {0}, and of a writer drops the file.
 * Owns    its descriptor and one block.
 * Errors  SG_DATA: another kind, version, width, fingerprint or binding, a block that does not check, a cut file.
 *         SG_SYSTEM: I/O.
 * Source  dedup.md section 5.
 */
#ifndef SANGAM_DEDUP_ROWS_H
#define SANGAM_DEDUP_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "io/publish.h"

#define DEDUP_ROWS_MAJOR 1
#define DEDUP_BLOCK (1u << 20)
#define DEDUP_SMALL_BLOCK (64u << 10) /* where many files are open at once */

/* What a file is about: equal in all files of a run. */
struct dedup_about {
    struct sg_buf json; /* canonical parameters */
    struct sg_hash128 fingerprint;
    struct sg_hash128 binding; /* to the inputs, once all of them have been read */
};

struct dedup_rows {
    char *path;
    struct sg_publish out; /* writer */
    int fd;                /* reader; 0: none */
    char kind[5];
    uint32_t width, block_bytes;
    uint64_t records; /* put, or in the file */
    struct sg_buf block, sums;
    uint64_t next;  /* reader: number of the next record, and of the one after the block */
    uint64_t ahead;
    uint64_t start; /* of the first block in the file */
    bool bound;
    struct dedup_about about; /* as it was when the file was made; its JSON is borrowed */
};

struct dedup_rows_kind {
    const char *four; /* FourCC */
    uint32_t width, block_bytes;
    bool bound; /* made when all inputs had been read: carries their binding */
};

/* path moves in. */
enum sg_code dedup_rows_create(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                               const struct dedup_about *about, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_rows_put(struct dedup_rows *rows, const void *record, struct sg_err *err) SG_MUST_CHECK;
enum sg_code dedup_rows_finish(struct dedup_rows *rows, struct sg_err *err) SG_MUST_CHECK;

enum sg_code dedup_rows_open(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                             const struct dedup_about *about, struct sg_err *err) SG_MUST_CHECK;
/* A borrowed record, valid until the next call. */
enum sg_code dedup_rows_next(struct dedup_rows *rows, const void **record, struct sg_err *err) SG_MUST_CHECK;
/* The record of this number is the next one. */
void dedup_rows_seek(struct dedup_rows *rows, uint64_t record);
/* The same, further on; records in the block at hand are not read again. */
void dedup_rows_skip(struct dedup_rows *rows, uint64_t record);
/* The first record whose first eight bytes, big-endian, are `least` or more is the next one; the file is sorted by them. */
enum sg_code dedup_rows_find(struct dedup_rows *rows, uint64_t least, struct sg_err *err) SG_MUST_CHECK;
void dedup_rows_close(struct dedup_rows *rows);

#endif
