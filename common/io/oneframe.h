/*
 * oneframe: a stream of bytes as one zstd frame whose header knows the size, though the writer did not.
 *
 * Shape   [magic FD2FB528][descriptor C4: 8-byte content size, checksum][window byte][content size, 8 bytes LE]
 *         [blocks and XXH64 checksum as libzstd wrote them]. The 14 bytes of header are made last; blocks do not
 *         depend on them. Window at most 27 bits, so that every reader takes it by default.
 * Units   bytes.
 * Calls   new, begin, add*, end, header; begin again for the next frame. One thread.
 * Owns    its compression context and a piece of input; output is appended to buffers of the caller.
 * Errors  SG_SYSTEM with libzstd's own text; unpack: SG_DATA.
 * Source  RFC 8878 section 3.1.1.1; why one frame with its size: python zstandard's decompress(), node and others read
 *         nothing else whole.
 *
 * The bytes depend on content and level alone: libzstd is fed pieces of one size whatever the caller's pieces are, by
 * one thread, never told the size, and ended by a call without input.
 */
#ifndef SANGAM_IO_ONEFRAME_H
#define SANGAM_IO_ONEFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define SG_ONEFRAME_HEADER 14 /* bytes to leave in front of what begin..end append */

struct sg_oneframe;

struct sg_oneframe *sg_oneframe_new(int level);
void sg_oneframe_free(struct sg_oneframe *frame); /* accepts NULL */
void sg_oneframe_begin(struct sg_oneframe *frame);
enum sg_code sg_oneframe_add(struct sg_oneframe *frame, const void *raw, size_t len,
                             struct sg_buf *out, struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_oneframe_end(struct sg_oneframe *frame, struct sg_buf *out,
                             struct sg_err *err) SG_MUST_CHECK;
/* After end: what belongs in front. */
void sg_oneframe_header(const struct sg_oneframe *frame, unsigned char out[SG_ONEFRAME_HEADER]);
uint64_t sg_oneframe_raw_bytes(const struct sg_oneframe *frame);

/* Does a file that begins with these bytes have such a header, and which size does it tell? */
bool sg_oneframe_read_header(const unsigned char bytes[SG_ONEFRAME_HEADER], uint64_t *raw_bytes);

/* Append what one such frame in memory holds. SG_DATA when it is damaged, of another shape, or larger than limit. */
enum sg_code sg_oneframe_unpack(const void *packed, size_t len, uint64_t limit, struct sg_buf *out,
                                struct sg_err *err) SG_MUST_CHECK;

/* What a context at this level holds, input and output pieces included. */
uint64_t sg_oneframe_memory(int level);

#endif
