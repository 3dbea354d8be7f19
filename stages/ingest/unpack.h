/*
 * unpack: the decompressed bytes of a stream (gzip, xz, bzip2, zstd, lz4, lzma, lzip, compress).
 *
 * Shape   a pull function over another stream: gzip through gunzip.h, the others through
 *         libarchive's built-in filters, each enabled by name; never one that starts a program. One
 *         compression; what is compressed twice takes two of these.
 * Calls   unpack_open, unpack_pull as a stream's pull, unpack_close.
 * Owns    its decoder; the packed stream is borrowed and must outlive it.
 * Errors  pull: SG_DATA at damage. With resync it looks for the next gzip member or zstd frame and
 *         goes on there; else SG_END follows. SG_DATA too when the limits are passed.
 */
#ifndef INGEST_UNPACK_H
#define INGEST_UNPACK_H

#include <stdbool.h>

#include "limits.h"
#include "stream.h"

struct unpack;

enum sg_code unpack_open(struct unpack **out, struct stream *packed, struct limits *limits,
                         struct sg_err *err) SG_MUST_CHECK;
enum sg_code unpack_pull(void *unpack, const char **data, size_t *len, struct sg_err *err);
/* From now on damage is a gap, not the end: for formats whose records can be found again (WARC). */
void unpack_resync(struct unpack *unpack);
void unpack_close(struct unpack *unpack); /* accepts NULL */

#endif
