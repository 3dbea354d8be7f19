/*
 * buf: a growing byte buffer, and the only door to malloc.
 *
 * Shape   data[0..len), cap bytes allocated; {0} is a valid empty buffer.
 * Units   bytes. The content is not NUL-terminated unless sg_buf_str is called.
 * Owns    data. sg_buf_free accepts {0} and a freed buffer.
 * Errors  none are returned: memory that cannot be had ends the process through sg_mem_failed,
 *         which run/ defines (exit 4, with the figure), for a half-grown buffer helps nobody.
 */
#ifndef SANGAM_BASE_BUF_H
#define SANGAM_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

/* malloc, calloc, realloc and strdup that do not return NULL (a size of 0 gives a pointer to free). */
void *sg_alloc(size_t bytes);
void *sg_zalloc(size_t count, size_t bytes);
void *sg_realloc(void *old, size_t bytes);
char *sg_strdup(const char *text);
char *sg_strndup(const char *text, size_t len);
char *sg_printf_dup(const char *format, ...) SG_PRINTF(1, 2); /* caller frees */

/* Defined in run/ (and by fuzz targets): says what could not be had and ends the process. */
_Noreturn void sg_mem_failed(size_t bytes);

struct sg_buf {
    char *data;
    size_t len, cap;
};

void sg_buf_free(struct sg_buf *buf);
void sg_buf_grow(struct sg_buf *buf, size_t more); /* the slow path of sg_buf_room */
void sg_buf_printf(struct sg_buf *buf, const char *format, ...) SG_PRINTF(2, 3);
void sg_buf_str(struct sg_buf *buf);   /* data[len] = 0, len unchanged */
char *sg_buf_take(struct sg_buf *buf); /* NUL-terminated; the caller frees; buf is {0} */

/* At least `more` writable bytes behind len; returns where they start. */
static inline char *sg_buf_room(struct sg_buf *buf, size_t more) {
    if (buf->cap - buf->len < more) sg_buf_grow(buf, more);
    return buf->data + buf->len;
}

static inline void sg_buf_put(struct sg_buf *buf, const void *bytes, size_t len) {
    if (len == 0) return;
    memcpy(sg_buf_room(buf, len), bytes, len);
    buf->len += len;
}

static inline void sg_buf_puts(struct sg_buf *buf, const char *text) {
    sg_buf_put(buf, text, strlen(text));
}

static inline void sg_buf_putc(struct sg_buf *buf, char c) {
    *sg_buf_room(buf, 1) = c;
    buf->len++;
}

#endif
