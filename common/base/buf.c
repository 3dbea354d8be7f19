#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void *sg_alloc(size_t bytes) {
    void *p = malloc(bytes ? bytes : 1);
    if (!p) sg_mem_failed(bytes);
    return p;
}

void *sg_zalloc(size_t count, size_t bytes) {
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total)) sg_mem_failed(SIZE_MAX);
    void *p = calloc(1, total ? total : 1);
    if (!p) sg_mem_failed(total);
    return p;
}

void *sg_realloc(void *old, size_t bytes) {
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p) sg_mem_failed(bytes);
    return p;
}

char *sg_strdup(const char *text) {
    return sg_strndup(text, strlen(text));
}

char *sg_strndup(const char *text, size_t len) {
    if (len == SIZE_MAX) sg_mem_failed(len);
    char *copy = sg_alloc(len + 1);
    if (len) memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

static void add_formatted(struct sg_buf *buf, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    size_t room = buf->cap - buf->len;
    int n = vsnprintf(room ? buf->data + buf->len : NULL, room, format, args);
    if (n > 0) {
        if ((size_t)n >= room)
            vsnprintf(sg_buf_room(buf, (size_t)n + 1), (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

char *sg_printf_dup(const char *format, ...) {
    struct sg_buf buf = {0};
    va_list args;
    va_start(args, format);
    add_formatted(&buf, format, args);
    va_end(args);
    return sg_buf_take(&buf);
}

void sg_buf_printf(struct sg_buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_formatted(buf, format, args);
    va_end(args);
}

void sg_buf_free(struct sg_buf *buf) {
    free(buf->data);
    *buf = (struct sg_buf){0};
}

/* Doubling up to 1 MiB, then by half: amortised O(1) without holding twice of what is large. */
void sg_buf_grow(struct sg_buf *buf, size_t more) {
    size_t need;
    if (__builtin_add_overflow(buf->len, more, &need)) sg_mem_failed(SIZE_MAX);
    size_t cap = buf->cap < 64 ? 64 : buf->cap;
    while (cap < need) {
        size_t step = cap < (1u << 20) ? cap : cap / 2;
        if (__builtin_add_overflow(cap, step, &cap)) cap = need;
    }
    buf->data = sg_realloc(buf->data, cap);
    buf->cap = cap;
}

void sg_buf_str(struct sg_buf *buf) {
    *sg_buf_room(buf, 1) = 0;
}

char *sg_buf_take(struct sg_buf *buf) {
    sg_buf_str(buf);
    char *data = buf->data;
    *buf = (struct sg_buf){0};
    return data;
}
