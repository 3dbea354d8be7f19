/*
 * container: the members of a tar, cpio, zip, 7z, iso or ar, one after the other.
 *
 * Shape   libarchive formats, each enabled by name; the bytes come from a stream (tar, cpio, ar,
 *         nested zip) or from a file that can be seeked in (zip, 7z, iso). Filters are not its
 *         business (unpack.h), mtree and programs are never enabled.
 * Calls   container_open, container_next*, between them container_pull as the pull of a stream over
 *         the member, container_close.
 * Owns    its libarchive handle; a member's name is valid until the next container_next. Stream and
 *         descriptor are borrowed.
 * Errors  next: SG_END after the last; SG_DATA when the rest cannot be read. pull: SG_DATA for a
 *         damaged member, then SG_END.
 */
#ifndef INGEST_CONTAINER_H
#define INGEST_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "detect.h"
#include "limits.h"
#include "stream.h"

enum container_type { CONTAINER_FILE, CONTAINER_FOLDER, CONTAINER_LINK, CONTAINER_SPECIAL };

struct container_member {
    const char *name; /* raw bytes as the container has them, NUL-ended; "" when it has none */
    enum container_type type;
    bool encrypted;
    uint64_t number; /* 1 is the first member */
    uint64_t offset; /* of its header in the container's bytes */
};

struct container;

/* True for kinds that can only (7z, iso) or better (zip) be read from a file. */
bool container_wants_file(enum detect_kind kind);
/* stream NULL: read the file descriptor fd. */
enum sg_code container_open(struct container **out, enum detect_kind kind, struct stream *stream,
                            int fd, struct limits *limits, struct sg_err *err) SG_MUST_CHECK;
enum sg_code container_next(struct container *container, struct container_member *member,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_code container_pull(void *container, const char **data, size_t *len, struct sg_err *err);
/* of the container's bytes that were used up */
uint64_t container_offset(const struct container *container);
/* its bytes failed, in a member or between them */
bool container_broken(const struct container *container);
void container_close(struct container *container); /* accepts NULL */

#endif
