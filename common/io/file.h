/*
 * file: reading and writing bytes with short counts, non-blocking descriptors and "-" dealt with once.
 *
 * Shape   plain descriptors, opened O_CLOEXEC, never 0, 1 or 2. "-" opens a duplicate of standard input.
 * Errors  SG_SYSTEM with the quoted name; reads are never mapped (a file cut under us must not be SIGBUS).
 *         A call that a signal interrupts while it waits ends with errnum EINTR: only the signals that ask for a
 *         stop have handlers without SA_RESTART (run/signals), so waiting on would be deaf to them.
 */
#ifndef SANGAM_IO_FILE_H
#define SANGAM_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

enum sg_code sg_file_open(const char *path, int *fd,
                          struct sg_err *err) SG_MUST_CHECK; /* for reading */
/* A duplicate of an open descriptor, for a message named path. */
enum sg_code sg_file_dup(int old, const char *path, int *fd, struct sg_err *err) SG_MUST_CHECK;
/* Reads until len bytes or the end; *got < len only at the end. path is for messages. */
enum sg_code sg_file_read(int fd, const char *path, void *into, size_t len, size_t *got,
                          struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_file_read_at(int fd, const char *path, uint64_t offset, void *into, size_t len,
                             size_t *got, struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_file_write(int fd, const char *path, const void *bytes, size_t len,
                           struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_file_write_at(int fd, const char *path, uint64_t offset, const void *bytes,
                              size_t len, struct sg_err *err) SG_MUST_CHECK;
/* Whole small file (settings, receipts) in place of what out held: SG_DATA when larger than limit. */
enum sg_code sg_file_load(const char *path, size_t limit, struct sg_buf *out,
                          struct sg_err *err) SG_MUST_CHECK;
/* Size and XXH3-128 of a file's bytes. */
enum sg_code sg_file_hash(const char *path, uint64_t *bytes, struct sg_hash128 *hash,
                          struct sg_err *err) SG_MUST_CHECK;
enum sg_code sg_file_make_folder(const char *path,
                                 struct sg_err *err) SG_MUST_CHECK; /* with parents; 0777 & umask */
bool sg_file_is_folder(const char *path);

#endif
