/*
 * verify: is a release what its manifest says?
 *
 * Shape   shallow: every listed file is there with its size, nothing unlisted is, numbers and sums agree with one another.
 *         Deep (the default) reads everything: SHA-256, XXH3, the frame and its content size, every line as JSON, its
 *         folder, rank order, counts, fingerprints, and that no two different lines share an id.
 *         Files and folders whose names begin with a dot are not looked at.
 * Units   lines count from 1.
 * Errors  one line a problem on standard output, "PATH:LINE: what"; then SG_DATA. SG_SYSTEM: a file that cannot be read.
 * Source  shard.md section 9.
 *
 * Memory  one shard a thread, streamed, and 64 MiB for sorting keys.
 */
#ifndef SANGAM_SHARD_VERIFY_H
#define SANGAM_SHARD_VERIFY_H

#include <pthread.h>

#include "docline.h"
#include "io/extsort.h"
#include "manifest.h"
#include "run/stage.h"

enum sg_code shard_verify(struct sg_run *run, struct sg_err *err); /* the verb */

/* ---- between verify.c and verify_part.c ---- */

struct shard_problems {
    struct sg_buf text;
    uint64_t count;
};
/* line 0: none. Past 20 problems of one file only the count goes on. */
void shard_problem(struct shard_problems *problems, const char *path, uint64_t line, const char *format, ...) SG_PRINTF(4, 5);

/* Keys of all shards: K big-endian, line hash, shard and line: are they unique? */
#define SHARD_SEEN_WIDTH 36
struct shard_seen {
    pthread_mutex_t lock;
    struct sg_extsort *sort; /* NULL: ids may repeat */
};

/* What was found in one shard. */
struct shard_found {
    struct shard_problems problems;
    struct shard_counts counts;
    bool read; /* its lines could be read to the end */
};

struct shard_checker; /* one a thread */
struct shard_checker *shard_checker_new(const struct shard_manifest *manifest);
void shard_checker_free(struct shard_checker *checker);
/* SG_OK whatever is found; an error is one of reading. */
enum sg_code shard_check_part(struct shard_checker *checker, const char *folder, size_t index, struct shard_seen *seen,
                              struct shard_found *found, struct sg_err *err) SG_MUST_CHECK;

#endif
