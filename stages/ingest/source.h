/*
 * source: the bytes of one input file, hashed on their way, and members spooled so that they can be
 * seeked in.
 *
 * Shape   a pull function for a stream.
 * Owns    its descriptor (standard input excepted) and block.
 * Errors  SG_SYSTEM with the file's name.
 */
#ifndef INGEST_SOURCE_H
#define INGEST_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "stream.h"

struct source {
    const char *path; /* borrowed */
    int fd;
    bool ended;           /* read to its end, in order */
    uint64_t bytes, size; /* read so far; size when opened, 0 for pipes */
    struct sg_hash_state *hash;
    char *block;
};

enum sg_code source_open(struct source *source, const char *path, struct sg_err *err) SG_MUST_CHECK;
enum sg_code source_pull(void *source, const char **data, size_t *len, struct sg_err *err);
/* Size and hash of the whole file: from what was read, or by reading it (again) when that was
 * not all. */
enum sg_code source_sum(struct source *source, bool regular, uint64_t *bytes,
                        struct sg_hash128 *hash, struct sg_err *err) SG_MUST_CHECK;
void source_close(struct source *source); /* accepts {0} */

/* The rest of a stream as an unlinked file in folder; SG_DATA when the stream is damaged. */
enum sg_code source_spool(struct stream *stream, const char *folder, int *fd,
                          struct sg_err *err) SG_MUST_CHECK;

#endif
