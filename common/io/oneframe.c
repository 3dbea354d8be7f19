/*
 * libzstd writes magic, descriptor and window byte (6 bytes) in front of a frame of unknown size. They are cut off the
 * first output; the window byte is kept for the header of 14 bytes that the caller puts in their place.
 *
 *     libzstd   28 B5 2F FD 04 wb | blocks ... checksum
 *     written   28 B5 2F FD C4 wb ss ss ss ss ss ss ss ss | blocks ... checksum
 *
 * Memory: the context (level 3: about 4 MiB) and one piece of input.
 */
#include "io/oneframe.h"

#include <stdlib.h>
#include <zstd.h>

#include "base/num.h"
#include "io/frames.h"

#define PIECE (256u << 10) /* what libzstd is fed at a time */
#define SHORT_HEADER 6
#define DESCRIPTOR_UNSIZED 0x04 /* checksum flag alone */
#define DESCRIPTOR_SIZED 0xC4   /* content size in 8 bytes, checksum flag */

struct sg_oneframe {
    ZSTD_CCtx *context;
    char *piece;
    size_t filled;
    uint64_t raw_bytes;
    unsigned char head[SHORT_HEADER];
    size_t head_len;
};

struct sg_oneframe *sg_oneframe_new(int level) {
    struct sg_oneframe *frame = sg_zalloc(1, sizeof *frame);
    frame->context = ZSTD_createCCtx();
    if (!frame->context) sg_mem_failed(sg_oneframe_memory(level));
    ZSTD_CCtx_setParameter(frame->context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(frame->context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(frame->context, ZSTD_c_contentSizeFlag, 0);
    frame->piece = sg_alloc(PIECE);
    return frame;
}

void sg_oneframe_free(struct sg_oneframe *frame) {
    if (!frame) return;
    ZSTD_freeCCtx(frame->context);
    free(frame->piece);
    free(frame);
}

void sg_oneframe_begin(struct sg_oneframe *frame) {
    ZSTD_CCtx_reset(frame->context, ZSTD_reset_session_only);
    frame->filled = frame->head_len = 0;
    frame->raw_bytes = 0;
}

/* What libzstd gave, less its header: that goes to head. */
static void take(struct sg_oneframe *frame, const char *bytes, size_t len, struct sg_buf *out) {
    while (len > 0 && frame->head_len < SHORT_HEADER) {
        frame->head[frame->head_len++] = (unsigned char)*bytes++;
        len--;
    }
    sg_buf_put(out, bytes, len);
}

static enum sg_code compress(struct sg_oneframe *frame, ZSTD_EndDirective mode, struct sg_buf *out,
                             struct sg_err *err) {
    ZSTD_inBuffer in = {frame->piece, mode == ZSTD_e_end ? 0 : frame->filled, 0};
    for (;;) {
        char room[64 << 10];
        ZSTD_outBuffer to = {room, sizeof room, 0};
        size_t left = ZSTD_compressStream2(frame->context, &to, &in, mode);
        if (ZSTD_isError(left))
            return sg_err_set(err, SG_SYSTEM, "cannot compress: %s", ZSTD_getErrorName(left));
        take(frame, room, to.pos, out);
        if (mode == ZSTD_e_end ? left == 0 : in.pos == in.size) break;
    }
    if (mode != ZSTD_e_end) frame->filled = 0;
    return SG_OK;
}

enum sg_code sg_oneframe_add(struct sg_oneframe *frame, const void *raw, size_t len,
                             struct sg_buf *out, struct sg_err *err) {
    const char *at = raw;
    frame->raw_bytes += len;
    while (len > 0) {
        size_t step = PIECE - frame->filled < len ? PIECE - frame->filled : len;
        memcpy(frame->piece + frame->filled, at, step);
        frame->filled += step, at += step, len -= step;
        if (frame->filled < PIECE) break;
        enum sg_code code = compress(frame, ZSTD_e_continue, out, err);
        if (code != SG_OK) return code;
    }
    return SG_OK;
}

enum sg_code sg_oneframe_end(struct sg_oneframe *frame, struct sg_buf *out, struct sg_err *err) {
    enum sg_code code = frame->filled ? compress(frame, ZSTD_e_continue, out, err) : SG_OK;
    if (code == SG_OK) code = compress(frame, ZSTD_e_end, out, err);
    if (code == SG_OK && (frame->head_len != SHORT_HEADER || frame->head[4] != DESCRIPTOR_UNSIZED))
        return sg_err_set(err, SG_SYSTEM, "libzstd %s wrote a frame header of another shape",
                          ZSTD_versionString());
    return code;
}

void sg_oneframe_header(const struct sg_oneframe *frame, unsigned char out[SG_ONEFRAME_HEADER]) {
    memcpy(out, frame->head, SHORT_HEADER);
    out[4] = DESCRIPTOR_SIZED;
    sg_num_put_u64(out + SHORT_HEADER, frame->raw_bytes);
}

uint64_t sg_oneframe_raw_bytes(const struct sg_oneframe *frame) {
    return frame->raw_bytes;
}

bool sg_oneframe_read_header(const unsigned char bytes[SG_ONEFRAME_HEADER], uint64_t *raw_bytes) {
    if (sg_num_get_u32(bytes) != ZSTD_MAGICNUMBER || bytes[4] != DESCRIPTOR_SIZED) return false;
    if (bytes[5] > (SG_FRAMES_WINDOW_LOG - 10) << 3)
        return false; /* exponent above 10, mantissa in the low 3 bits */
    *raw_bytes = sg_num_get_u64(bytes + SHORT_HEADER);
    return true;
}

enum sg_code sg_oneframe_unpack(const void *packed, size_t len, uint64_t limit, struct sg_buf *out,
                                struct sg_err *err) {
    uint64_t raw_bytes;
    if (len < SG_ONEFRAME_HEADER || !sg_oneframe_read_header(packed, &raw_bytes))
        return sg_err_set(err, SG_DATA, "not a zstd frame that tells its size");
    if (raw_bytes > limit)
        return sg_err_set(err, SG_DATA, "a zstd frame of more than %llu bytes",
                          (unsigned long long)limit);
    size_t got = ZSTD_decompress(sg_buf_room(out, raw_bytes + 1), raw_bytes, packed, len);
    if (ZSTD_isError(got))
        return sg_err_set(err, SG_DATA, "damaged zstd frame: %s", ZSTD_getErrorName(got));
    out->len += got;
    return SG_OK;
}

/* Upper bounds of window, tables and buffers for libzstd 1.5's parameters of each level. */
uint64_t sg_oneframe_memory(int level) {
    static const struct {
        int level;
        uint64_t mib;
    } bounds[] = {{5, 8}, {9, 32}, {15, 80}, {19, 128}, {20, 256}, {22, 1024}};
    size_t i = 0;
    while (i + 1 < sizeof bounds / sizeof *bounds && level > bounds[i].level) i++;
    return (bounds[i].mib << 20) + PIECE;
}
