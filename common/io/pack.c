/*
 * Packing: one batch of lines becomes one zstd frame or gzip member, by a context that its worker reuses. Both libraries
 * reset all history with each frame, so the bytes depend on the lines and the level alone, whoever packs them
 * (tests/unit/test_frames.c holds them to it).
 */
#include <assert.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "io/frames.h"

struct sg_frames_packer {
    enum sg_compression to;
    ZSTD_CCtx *zstd;
    z_stream deflater;
};

static void set(ZSTD_CCtx *zstd, ZSTD_cParameter parameter, int value) {
    size_t answer = ZSTD_CCtx_setParameter(zstd, parameter, value);
    assert(!ZSTD_isError(answer)); /* parameters that every zstd has; levels are clamped by it */
    (void)answer;
}

struct sg_frames_packer *sg_frames_packer_new(enum sg_compression to, int level) {
    struct sg_frames_packer *packer = sg_zalloc(1, sizeof *packer);
    packer->to = to;
    if (to == SG_ZST) {
        packer->zstd = ZSTD_createCCtx();
        if (!packer->zstd) sg_mem_failed((size_t)1 << 20);
        set(packer->zstd, ZSTD_c_compressionLevel, level);
        set(packer->zstd, ZSTD_c_checksumFlag, 1);
        set(packer->zstd, ZSTD_c_contentSizeFlag, 1);
    } else if (to == SG_GZ) {
        int gzip_level = level < 1 ? 1 : level > 9 ? 9 : level;
        /* 15 + 16: a window of 32 KiB and gzip's header, which zlib writes without name and time. */
        if (deflateInit2(&packer->deflater, gzip_level, Z_DEFLATED, 15 + 16, 8,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            sg_mem_failed((size_t)1 << 18);
    }
    return packer;
}

void sg_frames_packer_free(struct sg_frames_packer *packer) {
    if (!packer) return;
    ZSTD_freeCCtx(packer->zstd);
    if (packer->to == SG_GZ) deflateEnd(&packer->deflater);
    free(packer);
}

static enum sg_code pack_zstd(struct sg_frames_packer *packer, const char *raw, size_t len,
                              struct sg_buf *out, struct sg_err *err) {
    size_t room = ZSTD_compressBound(len);
    size_t packed = ZSTD_compress2(packer->zstd, sg_buf_room(out, room), room, raw, len);
    if (ZSTD_isError(packed))
        return sg_err_set(err, SG_SYSTEM, "zstd cannot compress: %s", ZSTD_getErrorName(packed));
    out->len += packed;
    return SG_OK;
}

static enum sg_code pack_gzip(struct sg_frames_packer *packer, const char *raw, size_t len,
                              struct sg_buf *out, struct sg_err *err) {
    z_stream *z = &packer->deflater;
    deflateReset(z);
    for (size_t done = 0; done < len || z->avail_in;) {
        uInt part =
            len - done < INT32_MAX ? (uInt)(len - done) : INT32_MAX; /* zlib counts in 32 bits */
        uInt room = (uInt)compressBound(part) + 32;
        z->next_in = (Bytef *)(uintptr_t)(raw + done);
        z->avail_in = part;
        z->next_out = (Bytef *)sg_buf_room(out, room);
        z->avail_out = room;
        done += part;
        int answer = deflate(z, done == len ? Z_FINISH : Z_SYNC_FLUSH);
        out->len += room - z->avail_out;
        if (answer != (done == len ? Z_STREAM_END : Z_OK) || z->avail_in)
            return sg_err_set(err, SG_SYSTEM, "zlib cannot compress: %s",
                              z->msg ? z->msg : "no cause is known");
    }
    return SG_OK;
}

enum sg_code sg_frames_pack(struct sg_frames_packer *packer, const char *raw, size_t len,
                            struct sg_buf *out, struct sg_err *err) {
    if (len == 0) return SG_OK;
    if (packer->to == SG_ZST) return pack_zstd(packer, raw, len, out, err);
    if (packer->to == SG_GZ) return pack_gzip(packer, raw, len, out, err);
    sg_buf_put(out, raw, len);
    return SG_OK;
}
