/*
 * Any bytes as a fastText model give either SG_DATA or a model that answers any text.
 *
 * Byte 0 chooses: bit 0, the bytes are the model; else a small sound model is made (bits 1-2 its loss, bit 3 quantised and
 * pruned) and the bytes are changes to it, three each: where (16 bits), what. The rest of a change is the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "fasttext.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TOP = 5, DIM = 3, WORDS = 3, LABELS = 3, BUCKET = 7, CHANGES = 40 };

static void put_u32(struct sg_buf *out, uint32_t value) {
    sg_num_put_u32(sg_buf_room(out, 4), value);
    out->len += 4;
}

static void put_u64(struct sg_buf *out, uint64_t value) {
    sg_num_put_u64(sg_buf_room(out, 8), value);
    out->len += 8;
}

static void put_floats(struct sg_buf *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        put_u32(out, 0x3f000000u + (uint32_t)(i * 7919 % 1000000)); /* 0.5 and up */
}

static void put_quantiser(struct sg_buf *out, uint32_t dim, uint32_t dsub) {
    put_u32(out, dim);
    put_u32(out, (dim + dsub - 1) / dsub);
    put_u32(out, dsub);
    put_u32(out, dim % dsub ? dim % dsub : dsub);
    put_floats(out, (size_t)dim * 256);
}

static void put_dense(struct sg_buf *out, uint64_t rows) {
    put_u64(out, rows);
    put_u64(out, DIM);
    put_floats(out, rows * DIM);
}

static void put_quantised(struct sg_buf *out, uint64_t rows) {
    sg_buf_putc(out, 1);
    put_u64(out, rows);
    put_u64(out, DIM);
    put_u32(out, (uint32_t)rows * 2);
    for (uint64_t i = 0; i < rows * 2; i++) sg_buf_putc(out, (char)(i * 31));
    put_quantiser(out, DIM, 2);
    for (uint64_t i = 0; i < rows; i++) sg_buf_putc(out, (char)(i * 5));
    put_quantiser(out, 1, 1);
}

static void make_model(struct sg_buf *out, uint32_t loss, bool quantised) {
    static const char *const names[] = {"</s>",       "ab",         "中",
                                        "__label__x", "__label__y", "__label__eng_Latn"};
    const uint32_t settings[] = {793712314, 12, DIM, 5, 5, 1, 5, 2, loss, 3, BUCKET, 1, 3, 100};
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) put_u32(out, settings[i]);
    put_u64(out, 0);
    put_u32(out, WORDS + LABELS);
    put_u32(out, WORDS);
    put_u32(out, LABELS);
    put_u64(out, 100);
    put_u64(out, quantised ? 2 : UINT64_MAX);
    for (size_t i = 0; i < WORDS + LABELS; i++) {
        sg_buf_put(out, names[i], strlen(names[i]) + 1);
        put_u64(out, 10 - i);
        sg_buf_putc(out, i >= WORDS);
    }
    for (uint32_t i = 0; quantised && i < 2; i++) {
        put_u32(out, 3 * i);
        put_u32(out, i);
    }
    sg_buf_putc(out, quantised);
    if (quantised)
        put_quantised(out, WORDS + 2);
    else
        put_dense(out, WORDS + BUCKET);
    sg_buf_putc(out, quantised);
    if (quantised)
        put_quantised(out, LABELS);
    else
        put_dense(out, LABELS);
}

static void answer(const struct fasttext *model, const char *text, size_t len) {
    struct fasttext_scratch scratch = {0};
    struct fasttext_answer best[TOP];
    uint64_t features = fasttext_read(model, &scratch, text, len);
    size_t count = fasttext_best(model, &scratch, NULL, TOP, best);
    if (features == 0 && count != 0) abort();
    for (size_t i = 0; i < count; i++) {
        if (best[i].label >= fasttext_labels(model) || best[i].score != best[i].score) abort();
        if (i && best[i].score > best[i - 1].score) abort();
    }
    fasttext_scratch_free(&scratch);
}

static void try_model(const char *bytes, size_t len, const char *text, size_t text_len) {
    struct fasttext *model = NULL;
    struct sg_err err = {0};
    if (fasttext_load(&model, bytes, len, &err) == SG_OK) {
        answer(model, text, text_len);
        answer(model, "a ab </s> d", 11);
    } else if (model || err.code != SG_DATA || err.text[0] == 0) {
        abort();
    }
    fasttext_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    const char *bytes = (const char *)data + 2;
    size -= 2;
    if (data[0] & 1) {
        size_t text = size ? data[1] % size : 0;
        try_model(bytes, size - text, bytes + size - text, text);
        return 0;
    }
    struct sg_buf model = {0};
    size_t changes = data[1] % CHANGES, at = 0;
    make_model(&model, 1 + (data[0] >> 1 & 3), data[0] >> 3 & 1);
    for (; changes && at + 3 <= size; changes--, at += 3)
        model.data[((unsigned char)bytes[at] | (size_t)(unsigned char)bytes[at + 1] << 8) %
                   model.len] = bytes[at + 2];
    /* bit 4: cut; the copy's end is the end of its memory, so that reading behind it is seen */
    size_t len = data[0] & 16 && size > at ? model.len * (unsigned char)bytes[at] / 256 : model.len;
    char *copy = sg_alloc(len);
    memcpy(copy, model.data, len);
    try_model(copy, len, bytes + at, size - at);
    free(copy);
    sg_buf_free(&model);
    return 0;
}
