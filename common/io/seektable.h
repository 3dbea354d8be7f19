/*
 * seektable: where the frames of a zstd file lie, by its last (skippable) frame.
 *
 * Shape   skippable frame header (u32 0x184D2A5E, u32 size), per frame u32 compressed bytes, u32 raw bytes and (flag)
 *         u32 low half of XXH64 of the raw bytes, then u32 number of frames, u8 flags, u32 0x8F92EAB1. Little-endian.
 *         sg_seekload reads a table as a whole, for jumping; sg_seekcheck compares one that passes by in a stream
 *         with the frames that passed before it, in constant memory.
 * Units   bytes.
 * Calls   load, entry*, free. For a stream: sg_seekcheck_frame a frame, sg_seekcheck_begin / add* / end a table.
 * Owns    struct sg_seekload owns its bytes.
 * Errors  load: SG_SYSTEM only; a table that is absent or inconsistent is simply not found (frames == 0).
 * Source  zstd contrib/seekable_format/zstd_seekable_compression_format.md 0.1.0; RFC 8878 section 3.1.
 */
#ifndef SANGAM_IO_SEEKTABLE_H
#define SANGAM_IO_SEEKTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"

#define SG_ZSTD_MAGIC 0xFD2FB528u
#define SG_ZSTD_HEADER_MAX 18 /* magic, descriptor, window, dictionary id, content size */
#define SG_SKIP_MAGIC 0x184D2A50u
#define SG_SEEKTABLE_SKIP 0x184D2A5Eu
#define SG_SEEKTABLE_MAGIC 0x8F92EAB1u
#define SG_SEEKTABLE_FOOTER 9
#define SG_SEEKTABLE_CHECKSUMS 0x80 /* flag: entries have 12 bytes, not 8 */

static inline bool sg_zstd_is_skippable(uint32_t magic) {
    return (magic & 0xFFFFFFF0u) == SG_SKIP_MAGIC;
}

struct sg_zstd_header {
    uint64_t window_bytes; /* what a decoder must keep */
    bool has_checksum;     /* XXH64's low half ends the frame */
};
/* The header of the frame that begins at bytes; false when len does not hold it whole or it is none. */
bool sg_zstd_header(const void *bytes, size_t len, struct sg_zstd_header *out);
/* SG_DATA with the figures when the frame asks for a larger window than we give to anyone. */
enum sg_code sg_zstd_check_window(const struct sg_zstd_header *header,
                                  struct sg_err *err) SG_MUST_CHECK;

struct sg_seekload {
    struct sg_buf bytes; /* the skippable frame as it stands in the file */
    uint64_t frames;
};
struct sg_seekentry {
    uint32_t packed_bytes, raw_bytes, checksum;
};
/* Looks at the end of a file of file_bytes; tables over 64 MiB are left alone. */
enum sg_code sg_seekload_read(struct sg_seekload *out, int fd, const char *path,
                              uint64_t file_bytes, struct sg_err *err) SG_MUST_CHECK;
struct sg_seekentry sg_seekload_entry(const struct sg_seekload *table, uint64_t frame);
void sg_seekload_free(struct sg_seekload *table);

/* {0} before the first frame. */
struct sg_seekcheck {
    uint64_t frames, sizes, sums; /* of the frames since the last table: count, chained hashes */
    bool unsummed;                /* a frame had no checksum: sums cannot be compared */
    bool
        foreign; /* other skippable frames stand between: whether a table counts them is not known */
    /* of the skippable frame that passes now */
    bool candidate; /* its magic is that of a table */
    uint64_t table_sizes, table_sums;
    size_t entry_bytes;     /* 12, 8, or 0 when its length fits neither */
    unsigned char kept[12]; /* the entry, at last the footer, that is being put together */
    size_t kept_bytes;
    uint64_t left_bytes;
};
/* checksum is NULL when the frame has none. */
void sg_seekcheck_frame(struct sg_seekcheck *check, uint64_t packed_bytes, uint64_t raw_bytes,
                        const void *checksum);
void sg_seekcheck_begin(struct sg_seekcheck *check, uint32_t magic,
                        uint32_t size); /* of a skippable frame */
void sg_seekcheck_add(struct sg_seekcheck *check, const void *bytes, size_t len);
/* *is_table: the frame was a seek table. SG_DATA when it does not agree with the frames. */
enum sg_code sg_seekcheck_end(struct sg_seekcheck *check, bool *is_table,
                              struct sg_err *err) SG_MUST_CHECK;

#endif
