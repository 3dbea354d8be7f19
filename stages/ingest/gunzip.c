#include "gunzip.h"

#include <stdlib.h>
#include <zlib.h>

#define BLOCK ((size_t)128 << 10)
#define HOLD ((size_t)4 << 20) /* packed bytes of a member that are kept to search them again */

struct gunzip {
    struct stream *packed;
    z_stream zlib;
    char *block;
    bool in_member, over;
    const char *pending;   /* an error to be told by the next call */
    uint64_t member_bytes; /* of the present member, handed on */
    uint64_t again_bytes;  /* searched a second time */
};

bool gunzip_begins(const char *bytes, size_t len) {
    const unsigned char *p = (const unsigned char *)bytes;
    return len >= 4 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8 && (p[3] & 0xe0) == 0;
}

struct gunzip *gunzip_new(struct stream *packed) {
    struct gunzip *gunzip = sg_zalloc(1, sizeof *gunzip);
    gunzip->packed = packed;
    gunzip->block = sg_alloc(BLOCK);
    if (inflateInit2(&gunzip->zlib, 15 + 16) != Z_OK) sg_mem_failed(sizeof gunzip->zlib);
    return gunzip;
}

void gunzip_free(struct gunzip *gunzip) {
    if (!gunzip) return;
    inflateEnd(&gunzip->zlib);
    free(gunzip->block);
    free(gunzip);
}

/* Move to the next header; false at the end of the packed bytes. */
static bool seek_member(struct gunzip *gunzip) {
    const char *data;
    size_t have;
    while ((have = stream_peek(gunzip->packed, BLOCK, &data)) >= 4) {
        for (size_t at = 0; at + 4 <= have; at++)
            if (gunzip_begins(data + at, have - at)) {
                stream_skip(gunzip->packed, at);
                return true;
            }
        stream_skip(gunzip->packed, have - 3); /* a header may begin in the last three */
    }
    return false;
}

static enum sg_code damaged(struct gunzip *gunzip, bool resync, const char *cause,
                            struct sg_err *err) {
    if (!gunzip->in_member) gunzip->member_bytes = 0;
    gunzip->in_member = false;
    enum sg_code state = gunzip->packed->state;
    if (state == SG_SYSTEM || (state == SG_DATA && stream_state(gunzip->packed) == SG_DATA)) {
        gunzip->over = true;
        if (err) *err = gunzip->packed->why;
        return state;
    }
    /* Damaged lengths make the decoder eat the members behind: the search begins at this member's
     * second byte. */
    if (gunzip->packed->marked) {
        uint64_t back = gunzip->packed->at - gunzip->packed->mark, done = gunzip->packed->offset;
        if (gunzip->again_bytes + back <=
            done + HOLD) { /* else a file made for it could cost quadratic time */
            gunzip->again_bytes += back;
            stream_back(gunzip->packed);
            stream_skip(gunzip->packed, 1);
        } else {
            stream_since(gunzip->packed);
        }
    }
    gunzip->over = !resync || !seek_member(gunzip);
    sg_err_set(err, SG_DATA, "%s", cause);
    if (err) err->byte = gunzip->member_bytes;
    return SG_DATA;
}

/* SG_OK at a member's header, SG_END behind the last member. */
static enum sg_code begin_member(struct gunzip *gunzip, bool resync, struct sg_err *err) {
    const char *data;
    size_t have = stream_peek(gunzip->packed, 4, &data);
    if (!gunzip_begins(data, have)) {
        while ((have = stream_some(gunzip->packed, &data)) > 0) {
            size_t zeros = 0;
            while (zeros < have && data[zeros] == 0) zeros++;
            stream_skip(gunzip->packed, zeros);
            if (zeros < have)
                return damaged(gunzip, resync, "bytes between or behind gzip members", err);
        }
        if (stream_state(gunzip->packed) != SG_END) return damaged(gunzip, resync, "", err);
        gunzip->over = true;
        return SG_END;
    }
    inflateReset(&gunzip->zlib);
    if (resync) stream_mark(gunzip->packed);
    gunzip->in_member = true;
    gunzip->member_bytes = 0;
    return SG_OK;
}

enum sg_code gunzip_pull(struct gunzip *gunzip, bool resync, const char **data, size_t *len,
                         struct sg_err *err) {
    z_stream *zlib = &gunzip->zlib;
    *len = 0;
    while (*len == 0) {
        if (gunzip->over) return SG_END;
        if (gunzip->pending) return damaged(gunzip, false, gunzip->pending, err);
        enum sg_code code = gunzip->in_member ? SG_OK : begin_member(gunzip, resync, err);
        if (code != SG_OK) return code;
        const char *packed;
        size_t have = stream_some(gunzip->packed, &packed);
        if (have > BLOCK) have = BLOCK;
        if (have == 0) return damaged(gunzip, resync, "cut inside a gzip member", err);
        zlib->next_in = (Bytef *)(uintptr_t)packed;
        zlib->avail_in = (uInt)have;
        zlib->next_out = (Bytef *)gunzip->block;
        zlib->avail_out = (uInt)BLOCK;
        int got = inflate(zlib, Z_NO_FLUSH);
        stream_skip(gunzip->packed, have - zlib->avail_in);
        *len = BLOCK - zlib->avail_out;
        bool ends = got == Z_STREAM_END;
        if (gunzip->packed->marked && (ends || gunzip->packed->at - gunzip->packed->mark > HOLD))
            stream_since(gunzip->packed);
        if (ends)
            gunzip->in_member = false;
        else if (got == Z_MEM_ERROR)
            sg_mem_failed(BLOCK);
        else if (got != Z_OK && got != Z_BUF_ERROR) {
            const char *cause = zlib->msg ? zlib->msg : "damaged gzip data";
            /* Where records can be found again, what came out in this call is not handed on: most
             * damaged members, and so their record, then vanish whole. Else it may hold the last
             * whole members of a tar. */
            if (resync || *len == 0) {
                *len = 0;
                return damaged(gunzip, resync, cause, err);
            }
            gunzip->pending = cause;
        }
    }
    *data = gunzip->block;
    gunzip->member_bytes += *len;
    return SG_OK;
}
