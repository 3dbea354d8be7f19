/*
 * runs: sorted pieces of the corpus, in memory or in a spill file, and a way to read one stratum of one from any rank.
 *
 * Shape   a run is sorted by (stratum, rank) and cut into frames of one stratum, about 256 KiB of lines; a line of that
 *         size or more has a frame of its own. In a spill file a frame is its slips, then its lines as one zstd frame
 *         (level -3). In memory it is a range of a pool's entries. The index of all frames stays in memory.
 * Units   bytes; `units` are what --target counts (cut.h).
 * Calls   shard_spill_open, shard_run_in_memory | shard_run_spilled (any thread, each with its own spill), then cursors
 *         on any threads; free and close at the end.
 * Owns    a run owns its index, a spill its file (unlinked as soon as it is made); pools are borrowed.
 * Errors  SG_SYSTEM: I/O; SG_DATA: a spill file that is not what was written (checksums).
 * Source  shard.md section 2.
 *
 * Memory  64 bytes of index a frame (25 MB for 100 GB of lines). Descriptors: one spill file a worker, whatever the
 *         number of runs, so ulimit -n 64 is enough.
 */
#ifndef SANGAM_SHARD_RUNS_H
#define SANGAM_SHARD_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "cut.h"
#include "io/frames.h"
#include "pool.h"

#define SHARD_FRAME_BYTES (256u << 10)

struct shard_frame {
    uint64_t rank_hi, rank_lo; /* of its first document */
    uint64_t at;               /* offset in the spill file, or first entry of the pool */
    uint64_t units_before;     /* in this run and stratum */
    uint64_t units;
    uint32_t stratum, documents;
    uint64_t raw_bytes;
    uint32_t packed_bytes;
};

/* An append-only file of frames, written by one thread and read by many. */
struct shard_spill {
    int fd;
    char *path; /* for messages */
    uint64_t bytes;
    struct sg_frames_packer *packer;
    struct sg_buf raw, packed, slips;
};

struct shard_run {
    const struct shard_pool *pool;    /* NULL: */
    const struct shard_spill *spill;
    struct shard_frame *frames;
    size_t count, cap;
};

enum sg_code shard_spill_open(struct shard_spill *spill, const char *folder, struct sg_err *err) SG_MUST_CHECK;
void shard_spill_close(struct shard_spill *spill); /* accepts {0} and one that was closed */

/* The target's units of one document: never 0, so that every document has its own place before the next one. */
static inline uint64_t shard_units(enum shard_unit unit, const struct shard_slip *slip) {
    if (unit == SHARD_DOCS) return 1;
    if (unit == SHARD_TOKENS) return slip->tokens ? slip->tokens : 1;
    return (uint64_t)slip->bytes + 1;
}

/* A sorted pool as a run in memory, or appended to a spill file (then the pool may be cleared). */
void shard_run_in_memory(struct shard_run *run, const struct shard_pool *pool, enum shard_unit unit);
enum sg_code shard_run_spilled(struct shard_run *run, const struct shard_pool *pool, enum shard_unit unit,
                               struct shard_spill *spill, struct sg_err *err) SG_MUST_CHECK;
void shard_run_free(struct shard_run *run);

/* Writing a run document by document, in order: what the two above and a merge level are made of. */
struct shard_run_writer {
    struct shard_run *run;
    struct shard_spill *spill;
    enum shard_unit unit;
    struct shard_frame frame; /* being filled */
    uint64_t units;           /* of this stratum so far */
};
enum sg_code shard_run_put(struct shard_run_writer *writer, uint32_t stratum, const struct shard_slip *slip,
                           const char *line, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_run_end(struct shard_run_writer *writer, struct sg_err *err) SG_MUST_CHECK;

/* The frames [*first, *end) of a stratum. */
void shard_run_frames(const struct shard_run *run, uint32_t stratum, size_t *first, size_t *end);

/* ---- reading ---- */

struct shard_cursor {
    const struct shard_run *run;
    size_t frame, end;          /* at hand, and where the stratum ends */
    struct sg_buf slips;        /* of the frame, when spilled */
    struct sg_frames_batch batch; /* its lines, once asked for */
    bool loaded;                /* batch.lines holds this frame's lines */
    uint32_t at;                /* document in the frame */
    uint64_t line_at;           /* where its line begins in batch.lines */
    const struct shard_slip *slip; /* NULL at the end */
};

/* Stand on the first document of the stratum whose rank is not below (rank_hi, 0); *units gets the units before it. */
enum sg_code shard_cursor_open(struct shard_cursor *cursor, const struct shard_run *run, uint32_t stratum,
                               uint64_t rank_hi, enum shard_unit unit, uint64_t *units, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_cursor_next(struct shard_cursor *cursor, struct sg_err *err) SG_MUST_CHECK;
/* The line of the document at hand, slip->bytes long, its LF behind it; valid until next. */
enum sg_code shard_cursor_line(struct shard_cursor *cursor, struct sg_frames_decoder *decoder, const char **line,
                               struct sg_err *err) SG_MUST_CHECK;
void shard_cursor_free(struct shard_cursor *cursor); /* accepts {0} */

#endif
