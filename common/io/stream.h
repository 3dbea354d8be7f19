/*
 * stream: a file of any compression as one run of raw bytes, with every check that its format allows.
 *
 * Shape   plain, zst, gz, xz, bz2, recognised by content; concatenated frames, members and streams are joined.
 *         zst and gz are taken apart here, frame by frame and member by member (libarchive's gzip filter does not look
 *         at the CRC, and stops without a word at garbage); xz and bz2 go through libarchive's filters.
 * Units   raw bytes out; offsets are bytes of the file.
 * Calls   open, read until *got is 0, close. One thread.
 * Owns    the descriptor (taken even when open fails) and all buffers.
 * Errors  SG_DATA with the frame's offset: cut, damaged, wrong checksum, window too large, bytes after the last frame,
 *         seek table that disagrees; a file of 0 bytes or with a part of a magic number, named .zst, .gz, .xz or .bz2.
 *         SG_SYSTEM: I/O.
 * Source  RFC 8878, RFC 1952; contract.md section 2.
 */
#ifndef SANGAM_IO_STREAM_H
#define SANGAM_IO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "io/frames.h"

struct sg_stream;

enum sg_code sg_stream_open(struct sg_stream **out, int fd, const char *path,
                            struct sg_err *err) SG_MUST_CHECK;
/* Some bytes, all of one frame, up to len (> 0); *got is 0 only at the end, when everything has been checked. */
enum sg_code sg_stream_read(struct sg_stream *stream, void *into, size_t len, size_t *got,
                            struct sg_err *err) SG_MUST_CHECK;
enum sg_compression sg_stream_compression(const struct sg_stream *stream);
bool sg_stream_has_seek_table(const struct sg_stream *stream); /* the last frame met was one */
uint64_t sg_stream_frame_offset(
    const struct sg_stream *stream); /* of the bytes last read; SG_NOWHERE: not known */
uint64_t sg_stream_frames(const struct sg_stream *stream); /* data frames or members met so far */
uint64_t sg_stream_bytes_read(const struct sg_stream *stream);    /* of the file */
struct sg_hash128 sg_stream_hash(const struct sg_stream *stream); /* XXH3-128 of these */
uint64_t sg_stream_memory(const struct sg_stream *stream);        /* window and buffers */
void sg_stream_close(struct sg_stream *stream);                   /* accepts NULL */

#endif
