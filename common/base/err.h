/*
 * err: the one way a function says that it failed, and why.
 *
 * Shape   enum sg_code is the answer; struct sg_err carries the cause to the person who reads it.
 * Units   offsets are bytes from 0, records count from 1; SG_NOWHERE means "not known".
 * Calls   sg_err_set / sg_err_sys where it happens, sg_err_at on the way up, sg_err_format at the top.
 * Owns    nothing: all text lives in the struct, so it may be copied and outlive its maker.
 * Errors  the first error wins: setting a second one on a filled struct changes nothing.
 */
#ifndef SANGAM_BASE_ERR_H
#define SANGAM_BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

/* The values are the exit codes of contract.md section 1; SG_END is the end of a sequence, no error. */
enum sg_code {
    SG_END = -1,
    SG_OK = 0,
    SG_SYSTEM = 1, /* I/O, disk full, permission, missing input: a retry may help */
    SG_USAGE = 2,  /* command line or configuration */
    SG_DATA = 3,   /* damaged or bad input */
    SG_BUDGET = 4, /* --memory cannot be met */
};

#define SG_NOWHERE UINT64_MAX
#define SG_MUST_CHECK __attribute__((warn_unused_result))
#define SG_PRINTF(at, first) __attribute__((format(printf, at, first)))

struct sg_err {
    enum sg_code code;
    int errnum;            /* errno of the failed call, 0 when there was none */
    uint64_t frame_offset; /* where the frame starts in the file */
    uint64_t record;       /* 1 is the first record of the file */
    uint64_t byte;         /* inside that record */
    char file[256];        /* quoted, control characters escaped, shortened in front when long */
    char text[512];
};

/* An empty struct: use it, or = {0}, which means the same to every function here. */
void sg_err_clear(struct sg_err *err);

/* Fills err (when it is empty and not NULL) and returns code. The text has no newline and no file name. */
enum sg_code sg_err_set(struct sg_err *err, enum sg_code code, const char *format, ...)
    SG_PRINTF(3, 4);

/* The same with errno's text behind a colon. Code SG_SYSTEM. */
enum sg_code sg_err_sys(struct sg_err *err, const char *format, ...) SG_PRINTF(2, 3);

/* Add what is not yet known: file (or NULL) and places (SG_NOWHERE for none). Returns err->code. */
enum sg_code sg_err_at(struct sg_err *err, const char *file, uint64_t frame_offset, uint64_t record,
                       uint64_t byte);

/* "bad JSON escape in 'part-0007.jsonl.zst', record 48213, byte 91 (frame at 1048576)". Returns out. */
char *sg_err_format(const struct sg_err *err, char *out, size_t size);

/* Write name as 'name' with control characters and ill-formed UTF-8 as \xNN, for terminals and logs. */
char *sg_err_quote(const char *name, char *out, size_t size);

#endif
