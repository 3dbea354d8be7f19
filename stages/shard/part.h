/*
 * part: one shard being written: a zstd frame, its sums, its counts.
 *
 * Shape   lines in rank order -> one frame (io/oneframe) -> a temp file; at the end the header goes in front, the file is
 *         read back for SHA-256 and XXH3 (and held against what was written), then renamed.
 * Units   bytes.
 * Calls   writer new; then for each shard: open, add*, finish or abort. free at the end. One thread.
 * Owns    the frame context and buffers; struct shard_part is the caller's and is filled by add and finish.
 * Errors  SG_SYSTEM: I/O, also "what was read back is not what was written".
 * Source  shard.md sections 6 and 7; loaders.md sections 1 to 3.
 */
#ifndef SANGAM_SHARD_PART_H
#define SANGAM_SHARD_PART_H

#include "base/err.h"
#include "manifest.h"
#include "pool.h"

struct shard_part_writer;

struct shard_part_writer *shard_part_writer_new(int level);
void shard_part_writer_free(struct shard_part_writer *writer); /* aborts an open file; accepts NULL */

/* release: the folder; part->path and part->folder are filled in already, its counts are {0}. */
enum sg_code shard_part_open(struct shard_part_writer *writer, const char *release, struct shard_part *part,
                             struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_part_add(struct shard_part_writer *writer, const struct shard_slip *slip, const char *line,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_part_finish(struct shard_part_writer *writer, struct sg_err *err) SG_MUST_CHECK;

/* Compressed size of the first `raw_limit` bytes given: for zbytes=. begin, sample*, packed. */
void shard_part_sample_begin(struct shard_part_writer *writer);
enum sg_code shard_part_sample(struct shard_part_writer *writer, const char *raw, size_t len, struct sg_err *err) SG_MUST_CHECK;
enum sg_code shard_part_sample_end(struct shard_part_writer *writer, uint64_t *packed_bytes, struct sg_err *err) SG_MUST_CHECK;

#endif
