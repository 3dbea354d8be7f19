/*
 * publish: a file appears whole, with its final name, or not at all.
 *
 * Shape   O_EXCL temp ".NAME.tmp.<host>.<pid>" in the target folder, write, fsync, rename, fsync folder. A second
 *         temp of one name in one process gets "-1", "-2"... behind the pid; dots of the host name become '-';
 *         a NAME too long for that is cut and takes its hash. An existing file's permissions are kept.
 *         An OUTPUT that exists and is no regular file (/dev/null, a FIFO, /dev/fd/N) is written straight, like "-".
 *         Through a symbolic link the file it points to is replaced. "-" is standard output.
 * Calls   open, put*, then commit or abort (abort after commit, or of {0}, is harmless). sg_publish_sweep before a run.
 * Owns    the descriptor and the temp file; abort removes it. Whoever is told to stop (run/signals) aborts what it has
 *         open on its way out; what a killed process left is swept by the next run.
 * Errors  SG_SYSTEM with name and cause; a closed pipe on standard output is errnum EPIPE.
 */
#ifndef SANGAM_IO_PUBLISH_H
#define SANGAM_IO_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct sg_publish {
    char *path,
        *temp; /* path: where it will stand, links resolved; temp is NULL when written straight */
    int fd;
    bool open, straight;
    bool unsynced; /* may be set after open: not brought to disk, for files that are checked on reading and made again */
    uint64_t bytes;
    struct sg_hash_state *hash; /* XXH3-128 of what was put */
    struct sg_hash128 digest;   /* the same when committed */
};

enum sg_code sg_publish_open(struct sg_publish *file, const char *path,
                             struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_publish_put(struct sg_publish *file, const void *bytes, size_t len,
                            struct sg_err *err) SG_MUST_CHECK;
/* Overwrite bytes already put (a header filled in last). The hash no longer describes the file then. */
enum sg_code sg_publish_put_at(struct sg_publish *file, uint64_t offset, const void *bytes,
                               size_t len, struct sg_err *err) SG_MUST_CHECK;
struct sg_hash128
sg_publish_hash(const struct sg_publish *file); /* of what was put so far; also after commit */
/* Ends the file, success or not: bytes and the hash stay, all else is freed. */
enum sg_code sg_publish_commit(struct sg_publish *file, struct sg_err *err) SG_MUST_CHECK;
void sg_publish_abort(struct sg_publish *file);

/* One call for a small whole file. */
enum sg_code sg_publish_bytes(const char *path, const void *bytes, size_t len,
                              struct sg_err *err) SG_MUST_CHECK;

/* Remove temps in a folder that were left by a killed run: same host and no such process, or a day old. */
void sg_publish_sweep(const char *folder);

#endif
