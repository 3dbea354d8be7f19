#include "batch.h"

#include <stdlib.h>

#define KEEP_BYTES                                                                                 \
    ((size_t)8 << 20) /* a buffer that one large document made larger is given back */

void batch_reset(struct batch *batch) {
    if (batch->data.cap > KEEP_BYTES) sg_buf_free(&batch->data);
    batch->data.len = 0;
    batch->count = 0;
}

void batch_free(struct batch *batch) {
    sg_buf_free(&batch->data);
    free(batch->units);
    *batch = (struct batch){0};
}

bool batch_full(const struct batch *batch) {
    return batch->data.len >= BATCH_BYTES || batch->count >= BATCH_UNITS;
}

struct span batch_put(struct batch *batch, const char *bytes, size_t len) {
    struct span span = {batch->data.len, len};
    sg_buf_put(&batch->data, bytes, len);
    return span;
}

struct span batch_string(struct batch *batch, const char *text) {
    if (!text[0]) return (struct span){0};
    return batch_put(batch, text, strlen(text) + 1);
}

void batch_add(struct batch *batch, const struct unit *unit) {
    if (batch->count == batch->cap) {
        batch->cap = batch->cap ? batch->cap * 2 : 64;
        batch->units = sg_realloc(batch->units, batch->cap * sizeof *batch->units);
    }
    batch->units[batch->count++] = *unit;
}
