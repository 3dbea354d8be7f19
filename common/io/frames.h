/*
 * frames: JSONL files as batches of whole lines, read and written in parallel.
 *
 * Shape   a chain file is independent zstd frames of whole lines, then a seek table in a skippable frame
 *         (zstd seekable format, 12-byte entries with checksum). Also read: plain, single-frame zst, gz, xz, bz2,
 *         recognised by content. A batch is one frame where a consistent seek table lists frames of at most 8 MiB
 *         raw (and max_record, and memory_bytes), else the whole lines of the next 1 MiB of the decompressed stream:
 *         borders depend on input bytes and options only, never on how a pipe delivers the bytes.
 * Units   raw_bytes are decompressed bytes.
 * Calls   reader: open, next* (one thread), close. sg_frames_lines on any thread with its own decoder.
 *         writer: sg_frames_pack on any thread with its own packer; sg_frames_table_add in the order in which the
 *         frames are put into the file, then sg_frames_table_end.
 * Owns    a batch owns its buffers and is reused by the caller; free accepts {0}.
 * Errors  SG_DATA: cut file, bad checksum, window over 128 MiB (names the limit), garbage after the last frame,
 *         a seek table that disagrees with the frames; with frame_offset where there are frames. A file cut exactly
 *         between frames cannot be told here: frames > 1 and no seek table is what a caller can know.
 *         SG_BUDGET: a line over memory_bytes. SG_SYSTEM: I/O. After an error a reader is only to be closed.
 * Source  RFC 8878; zstd contrib/seekable_format (magic 0x8F92EAB1); contract.md section 2.
 */
#ifndef SANGAM_IO_FRAMES_H
#define SANGAM_IO_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define SG_FRAMES_BATCH (1u << 20)    /* target raw bytes of a batch */
#define SG_FRAMES_SEEK_MAX (8u << 20) /* larger frames are read as a stream */
#define SG_FRAMES_WINDOW_LOG 27

enum sg_compression { SG_PLAIN, SG_ZST, SG_GZ, SG_XZ, SG_BZ2 };

/* ".jsonl.gz" -> SG_GZ and so on by the suffix; false when the name has none of .jsonl[.zst|.gz|.xz|.bz2]. */
bool sg_frames_suffix(const char *name, enum sg_compression *out);

struct sg_frames_options {
    uint64_t
        max_record; /* without LF; a longer line is its own batch with too_long set and no bytes; 0: no limit */
    bool stream; /* never use the seek table (stdout as output cannot start again) */
    uint64_t
        memory_bytes; /* what one batch may hold; a longer line is SG_BUDGET with the needed figure; 0: no limit */
};

struct sg_frames_batch {
    struct sg_buf packed; /* one compressed frame, when the batch came through the seek table */
    struct sg_buf
        lines; /* whole lines, each ended by LF (one is added at the end of a file that lacks it) */
    uint64_t serial; /* 0, 1, 2, ... in the file */
    uint64_t
        frame_offset; /* of the frame or gz member it came from (or began in); SG_NOWHERE: plain, xz, bz2 */
    uint64_t raw_bytes; /* size promised by the seek table */
    uint32_t checksum;  /* low 32 bits of XXH64 from the seek table */
    bool is_packed;     /* lines are still to be made by sg_frames_lines */
    bool last;          /* the file's last batch: its last line may have lacked its LF */
    uint64_t too_long;  /* bytes of a line over max_record that stands here instead of lines */
};
void sg_frames_batch_free(struct sg_frames_batch *batch);

struct sg_frames; /* reader */
/* path "-" is standard input. */
enum sg_code sg_frames_open(struct sg_frames **out, const char *path,
                            const struct sg_frames_options *options,
                            struct sg_err *err) SG_MUST_CHECK;
/* SG_OK with the next batch, SG_END after the last one (then all trailing bytes were checked). */
enum sg_code sg_frames_next(struct sg_frames *reader, struct sg_frames_batch *batch,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_compression sg_frames_compression(const struct sg_frames *reader);
bool sg_frames_has_seek_table(const struct sg_frames *reader); /* as a stream: known after SG_END */
uint64_t sg_frames_count(const struct sg_frames *reader); /* data frames (gz: members) met so far */
uint64_t
sg_frames_bytes_read(const struct sg_frames *reader); /* compressed bytes consumed: progress */
uint64_t sg_frames_file_bytes(const struct sg_frames *reader); /* size when opened, 0 for pipes */
struct sg_hash128
sg_frames_hash(const struct sg_frames *reader); /* XXH3-128 of the file's bytes, after SG_END */
uint64_t sg_frames_memory(const struct sg_frames *reader); /* bytes its decoder and buffers hold */
void sg_frames_close(struct sg_frames *reader);            /* accepts NULL */

const char *sg_frames_zstd_version(void); /* "1.5.4": part of what decides compressed bytes */

struct sg_frames_decoder; /* one per worker */
struct sg_frames_decoder *sg_frames_decoder_new(void);
void sg_frames_decoder_free(struct sg_frames_decoder *decoder);
/* Fill batch->lines from batch->packed (nothing to do when it is not packed). *split is set when the frame does
 * not hold whole lines: the file must be read again with options.stream. */
enum sg_code sg_frames_lines(struct sg_frames_decoder *decoder, struct sg_frames_batch *batch,
                             bool *split, struct sg_err *err) SG_MUST_CHECK;

struct sg_frames_packer; /* one per worker */
struct sg_frames_packer *sg_frames_packer_new(enum sg_compression to,
                                              int level); /* PLAIN, ZST, GZ */
void sg_frames_packer_free(struct sg_frames_packer *packer);
/* Append raw as one frame (zst: content size and checksum on), one gzip member (mtime 0), or itself. Empty: nothing. */
enum sg_code sg_frames_pack(struct sg_frames_packer *packer, const char *raw, size_t len,
                            struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;

/* The seek table of a file being written: one entry a frame, in order. {0} is empty. */
struct sg_frames_table {
    struct sg_buf entries;
    uint64_t frames;
    bool too_large; /* a frame over 4 GiB: no table can list it, none is written */
};
/* packed is one frame with a content checksum: its last four bytes are the entry's checksum. */
void sg_frames_table_add(struct sg_frames_table *table, const char *packed, size_t packed_bytes,
                         uint64_t raw_bytes);
/* The skippable frame to append. A file without frames begins with one empty frame: it is put here, first. */
void sg_frames_table_end(struct sg_frames_table *table, struct sg_buf *out);
void sg_frames_table_free(struct sg_frames_table *table);

#endif
