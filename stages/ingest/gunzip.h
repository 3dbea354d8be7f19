/*
 * gunzip: gzip members, one after the other, with their checksums looked at (libarchive's gzip
 * filter does not).
 *
 * Shape   a pull function over a packed stream; all members are one run of bytes.
 * Calls   gunzip_new, gunzip_pull as a stream's pull, gunzip_free.
 * Owns    its decoder and block; the packed stream is borrowed.
 * Errors  pull: SG_DATA at damage, a wrong checksum, a cut, or bytes that are no member. With
 *         resync set the next pull goes on at the next member's header; else SG_END follows.
 *         err->byte is how many bytes of the damaged member were handed on. Zeros behind the last
 *         member are padding.
 * Source  RFC 1952.
 */
#ifndef INGEST_GUNZIP_H
#define INGEST_GUNZIP_H

#include <stdbool.h>

#include "stream.h"

struct gunzip;

/* a member's header may stand here: 4 bytes tell */
bool gunzip_begins(const char *bytes, size_t len);
struct gunzip *gunzip_new(struct stream *packed);
enum sg_code gunzip_pull(struct gunzip *gunzip, bool resync, const char **data, size_t *len,
                         struct sg_err *err) SG_MUST_CHECK;
void gunzip_free(struct gunzip *gunzip); /* accepts NULL */

#endif
