/*
 * Arbitrary bytes as a chain file, by jumping and as a stream: no crash, bounded memory, and what jumping reads well
 * the stream reads well, to the same lines. Then the bytes as text: packed, listed, read back the same.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/frames.h"
#include "io/seektable.h"

#define MEMORY (4u << 20)
#define RAW_MAX (32u << 20) /* a small file may hold gigabytes of zeros: enough is enough */

struct reading {
    enum sg_code code;
    struct sg_buf lines;
    uint64_t too_long;
    bool split;
};

static void add_batch(struct reading *r, struct sg_frames_decoder *decoder,
                      struct sg_frames_batch *batch) {
    bool split;
    struct sg_err err = {0};
    r->code = sg_frames_lines(decoder, batch, &split, &err);
    if (r->code != SG_OK) {
        if (err.code != r->code || !err.text[0]) abort();
        return;
    }
    r->split |= split;
    if (batch->lines.cap > MEMORY + SG_FRAMES_SEEK_MAX) abort();
    if (batch->too_long && batch->lines.len) abort();
    if (batch->lines.len && !split && batch->lines.data[batch->lines.len - 1] != '\n') abort();
    r->too_long += batch->too_long;
    sg_buf_put(&r->lines, batch->lines.data, batch->lines.len);
}

static struct reading read_file(int fd, const struct sg_frames_options *options) {
    struct reading r = {0};
    struct sg_frames *reader = NULL;
    struct sg_frames_batch batch = {0};
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    struct sg_err err = {0};
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    r.code = sg_frames_open(&reader, path, options, &err);
    while (r.code == SG_OK && r.lines.len < RAW_MAX) {
        r.code = sg_frames_next(reader, &batch, &err);
        if (r.code == SG_OK)
            add_batch(&r, decoder, &batch);
        else if (r.code != SG_END && (err.code != r.code || !err.text[0]))
            abort();
    }
    sg_frames_close(reader);
    sg_frames_decoder_free(decoder);
    sg_frames_batch_free(&batch);
    return r;
}

static int file_of(const void *bytes, size_t len) {
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || sg_file_write(fd, "memfd", bytes, len, NULL) != SG_OK) abort();
    return fd;
}

static void as_a_file(const uint8_t *bytes, size_t len) {
    int fd = file_of(bytes, len);
    struct sg_frames_options options = {.max_record = 1 << 16, .memory_bytes = MEMORY};
    struct reading jump = read_file(fd, &options);
    options.stream = true;
    struct reading stream = read_file(fd, &options);
    /* A frame without whole lines is read again as a stream; then nothing is compared. */
    if (jump.code == SG_END && !jump.split &&
        (stream.code != SG_END || jump.lines.len != stream.lines.len ||
         jump.too_long != stream.too_long ||
         (jump.lines.len && memcmp(jump.lines.data, stream.lines.data, jump.lines.len) != 0)))
        abort();
    sg_buf_free(&jump.lines);
    sg_buf_free(&stream.lines);
    close(fd);
}

/* The bytes in frames of whole lines, each at least `least` bytes long. */
static void pack_lines(const uint8_t *bytes, size_t len, size_t least, struct sg_buf *file) {
    struct sg_frames_packer *packer = sg_frames_packer_new(SG_ZST, 1);
    struct sg_frames_table table = {0};
    for (size_t at = 0; at < len;) {
        size_t end = at + least < len ? at + least : len;
        while (end < len && bytes[end - 1] != '\n') end++;
        size_t from = file->len;
        if (sg_frames_pack(packer, (const char *)bytes + at, end - at, file, NULL) != SG_OK)
            abort();
        sg_frames_table_add(&table, file->data + from, file->len - from, end - at);
        at = end;
    }
    sg_frames_table_end(&table, file);
    sg_frames_table_free(&table);
    sg_frames_packer_free(packer);
}

static void as_text(const uint8_t *bytes, size_t len) {
    struct sg_buf file = {0};
    pack_lines(bytes, len, len % 97 + 1, &file);
    int fd = file_of(file.data, file.len);
    for (int stream = 0; stream < 2; stream++) {
        struct reading back = read_file(fd, &(struct sg_frames_options){.stream = stream});
        size_t added = len && bytes[len - 1] != '\n';
        if (back.code != SG_END || back.split || back.lines.len != len + added) abort();
        if (len && memcmp(back.lines.data, bytes, len) != 0) abort();
        sg_buf_free(&back.lines);
    }
    sg_buf_free(&file);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
    as_a_file(bytes, len);
    as_text(bytes, len);
    return 0;
}
