/*
 * The input buffer is always filled whole, so what a decoder is given, and with it every border and every message,
 * depends on the bytes of the file and never on how a pipe delivers them.
 *
 * zst: frames are found here, not by libzstd, because a frame that ends, a skippable frame, the seek table and bytes
 * that belong to nothing must be told apart. gz: likewise the members. Both end only where the file ends.
 */
#include "io/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "io/file.h"
#include "io/seektable.h"

#define INPUT ((size_t)1 << 17)
#define HEAD_MAX 10 /* bytes that tell the compression */

struct sg_stream {
    char *path;
    int fd;
    enum sg_compression compression;
    unsigned char *input;
    size_t at, have; /* input[at..have) is still to be taken */
    uint64_t base;   /* offset of input[0] in the file */
    bool ended;      /* the file gave its last byte to input */
    struct sg_hash_state *hash;

    uint64_t frames, frame_offset;
    bool inside; /* a zst frame or gz member has begun */
    bool has_table;
    /* zst */
    ZSTD_DCtx *zstd;
    uint64_t window_bytes, packed_bytes, raw_bytes; /* of this frame */
    bool has_checksum;
    unsigned char tail[4]; /* its last bytes so far */
    struct sg_seekcheck check;
    /* gz */
    z_stream inflater;
    bool inflating;
    /* xz, bz2 */
    struct archive *archive;
    struct sg_err *err; /* where the read callback puts its error */
};

static enum sg_code bad(const struct sg_stream *s, struct sg_err *err) {
    sg_err_at(err, s->path, s->frame_offset, SG_NOWHERE, SG_NOWHERE);
    return SG_DATA;
}

static enum sg_code cut(const struct sg_stream *s, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file is cut: it ends inside compressed data, at byte %llu",
               (unsigned long long)(s->base + s->have));
    return bad(s, err);
}

static enum sg_code garbage(struct sg_stream *s, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "bytes that are no compressed data at byte %llu, after the last frame",
               (unsigned long long)(s->base + s->at));
    return bad(s, err);
}

/* Read on until input is full or the file ends. */
static enum sg_code fill(struct sg_stream *s, struct sg_err *err) {
    if (s->ended) return SG_OK;
    memmove(s->input, s->input + s->at, s->have - s->at);
    s->base += s->at;
    s->have -= s->at;
    s->at = 0;
    size_t want = INPUT - s->have, got;
    enum sg_code code = sg_file_read(s->fd, s->path, s->input + s->have, want, &got, err);
    sg_hash_add(s->hash, s->input + s->have, got);
    s->have += got;
    if (code == SG_OK && got < want) s->ended = true;
    return code;
}

/* At least n bytes of input, if the file has them. */
static enum sg_code need(struct sg_stream *s, size_t n, struct sg_err *err) {
    return s->have - s->at < n ? fill(s, err) : SG_OK;
}

/* ---- which compression ---- */

static const struct magic {
    enum sg_compression compression;
    const char *suffix;
    size_t len;
    unsigned char bytes[6];
} magics[] = {
    {SG_ZST, ".zst", 4, {0x28, 0xB5, 0x2F, 0xFD}},
    {SG_GZ, ".gz", 3, {0x1F, 0x8B, 0x08}},
    {SG_XZ, ".xz", 6, {0xFD, '7', 'z', 'X', 'Z', 0}},
    {SG_BZ2, ".bz2", 3, {'B', 'Z', 'h'}},
};
#define MAGICS (sizeof magics / sizeof *magics)

/* "BZh", level, then the magic of a block or of the end: three letters alone could begin a text. */
static bool is_bz2(const unsigned char *head, size_t len) {
    static const unsigned char block[6] = {0x31, 0x41, 0x59, 0x26, 0x53, 0x59};
    static const unsigned char end[6] = {0x17, 0x72, 0x45, 0x38, 0x50, 0x90};
    return len >= HEAD_MAX && head[3] >= '1' && head[3] <= '9' &&
           (memcmp(head + 4, block, 6) == 0 || memcmp(head + 4, end, 6) == 0);
}

static enum sg_compression recognise(const unsigned char *head, size_t len) {
    if (len >= 4 && sg_zstd_is_skippable(sg_num_get_u32(head))) return SG_ZST;
    for (size_t i = 0; i < MAGICS; i++) {
        const struct magic *m = &magics[i];
        if (len < m->len || memcmp(head, m->bytes, m->len) != 0) continue;
        if (m->compression == SG_BZ2 && !is_bz2(head, len)) continue;
        return m->compression;
    }
    return SG_PLAIN;
}

static bool ends_with(const char *text, const char *end) {
    size_t text_len = strlen(text), end_len = strlen(end);
    return text_len >= end_len && strcmp(text + text_len - end_len, end) == 0;
}

/* A name that promises a compression, over bytes that are neither compressed nor the beginning of JSON lines. */
static bool betrays_name(const char *path, const unsigned char *head, size_t len) {
    static const unsigned char bom[3] = {0xEF, 0xBB, 0xBF};
    if (len > 0 && (head[0] == '{' || (len >= 3 && memcmp(head, bom, 3) == 0))) return false;
    for (size_t i = 0; i < MAGICS; i++)
        if (ends_with(path, magics[i].suffix)) return true;
    return false;
}

/* ---- zst ---- */

static enum sg_code zstd_begin(struct sg_stream *s, struct sg_err *err) {
    struct sg_zstd_header header;
    s->frame_offset = s->base + s->at;
    if (!sg_zstd_header(s->input + s->at, s->have - s->at, &header)) return cut(s, err);
    if (sg_zstd_check_window(&header, err) != SG_OK) return bad(s, err);
    ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
    s->window_bytes = header.window_bytes;
    s->has_checksum = header.has_checksum;
    s->packed_bytes = s->raw_bytes = 0;
    s->inside = true;
    s->has_table = false;
    s->frames++;
    return SG_OK;
}

static enum sg_code zstd_skip(struct sg_stream *s, struct sg_err *err) {
    s->frame_offset = s->base + s->at;
    if (s->have - s->at < 8) return cut(s, err);
    uint64_t left = sg_num_get_u32(s->input + s->at + 4);
    sg_seekcheck_begin(&s->check, sg_num_get_u32(s->input + s->at), (uint32_t)left);
    s->at += 8;
    while (left > 0) {
        enum sg_code code = need(s, 1, err);
        if (code != SG_OK) return code;
        size_t part = s->have - s->at;
        if (part == 0) return cut(s, err);
        if (part > left) part = (size_t)left;
        sg_seekcheck_add(&s->check, s->input + s->at, part);
        s->at += part;
        left -= part;
    }
    return sg_seekcheck_end(&s->check, &s->has_table, err) == SG_OK ? SG_OK : bad(s, err);
}

/* Go to the next data frame. SG_END where the file ends. */
static enum sg_code zstd_next(struct sg_stream *s, struct sg_err *err) {
    for (;;) {
        enum sg_code code = need(s, SG_ZSTD_HEADER_MAX, err);
        if (code != SG_OK) return code;
        size_t len = s->have - s->at;
        if (len == 0) return SG_END;
        uint32_t magic = len < 4 ? 0 : sg_num_get_u32(s->input + s->at);
        if (magic == SG_ZSTD_MAGIC) return zstd_begin(s, err);
        if (!sg_zstd_is_skippable(magic)) return garbage(s, err);
        code = zstd_skip(s, err);
        if (code != SG_OK) return code;
    }
}

static void zstd_took(struct sg_stream *s, size_t len) {
    size_t last = len < 4 ? len : 4;
    memmove(s->tail, s->tail + last, 4 - last);
    memcpy(s->tail + 4 - last, s->input + s->at + len - last, last);
    s->packed_bytes += len;
    s->at += len;
}

static enum sg_code zstd_read(struct sg_stream *s, void *into, size_t len, size_t *got,
                              struct sg_err *err) {
    for (;;) {
        enum sg_code code = s->inside ? SG_OK : zstd_next(s, err);
        if (code != SG_OK) return code == SG_END ? SG_OK : code;
        ZSTD_inBuffer in = {s->input + s->at, s->have - s->at, 0};
        ZSTD_outBuffer out = {into, len, 0};
        size_t left = ZSTD_decompressStream(s->zstd, &out, &in);
        if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) sg_mem_failed(s->window_bytes);
        if (ZSTD_isError(left)) {
            sg_err_set(err, SG_DATA, "damaged zstd data: %s", ZSTD_getErrorName(left));
            return bad(s, err);
        }
        zstd_took(s, in.pos);
        s->raw_bytes += out.pos;
        if (left == 0) {
            s->inside = false;
            sg_seekcheck_frame(&s->check, s->packed_bytes, s->raw_bytes,
                               s->has_checksum ? s->tail : NULL);
        }
        *got = out.pos;
        if (out.pos > 0) return SG_OK;
        if (left == 0 || s->at < s->have) continue;
        code = fill(s, err);
        if (code != SG_OK) return code;
        if (s->at == s->have) return cut(s, err);
    }
}

static enum sg_code zstd_open(struct sg_stream *s) {
    struct sg_zstd_header header;
    s->zstd = ZSTD_createDCtx();
    if (!s->zstd) sg_mem_failed((size_t)1 << 17);
    ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, SG_FRAMES_WINDOW_LOG);
    /* The budget asks before the first read. */
    if (sg_zstd_header(s->input, s->have, &header) &&
        header.window_bytes <= (uint64_t)1 << SG_FRAMES_WINDOW_LOG)
        s->window_bytes = header.window_bytes;
    return SG_OK;
}

/* ---- gz ---- */

static enum sg_code gzip_next(struct sg_stream *s, struct sg_err *err) {
    enum sg_code code = need(s, 3, err);
    if (code != SG_OK) return code;
    size_t len = s->have - s->at;
    if (len == 0) return SG_END;
    if (recognise(s->input + s->at, len) != SG_GZ) return garbage(s, err);
    s->frame_offset = s->base + s->at;
    inflateReset(&s->inflater);
    s->inside = true;
    s->frames++;
    return SG_OK;
}

static enum sg_code gzip_read(struct sg_stream *s, void *into, size_t len, size_t *got,
                              struct sg_err *err) {
    z_stream *z = &s->inflater;
    for (;;) {
        enum sg_code code = s->inside ? need(s, 1, err) : gzip_next(s, err);
        if (code != SG_OK) return code == SG_END ? SG_OK : code;
        z->next_in = s->input + s->at;
        z->avail_in = (uInt)(s->have - s->at);
        z->next_out = into;
        z->avail_out = len < INT32_MAX ? (uInt)len : INT32_MAX;
        uInt room = z->avail_out;
        int answer = inflate(z, Z_NO_FLUSH);
        s->at = s->have - z->avail_in;
        *got = room - z->avail_out;
        if (answer == Z_MEM_ERROR) sg_mem_failed((size_t)1 << 16);
        if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR) {
            sg_err_set(err, SG_DATA, "damaged gzip data: %s",
                       z->msg ? z->msg : "it needs a dictionary");
            return bad(s, err);
        }
        if (answer == Z_STREAM_END) s->inside = false; /* zlib has compared CRC and length */
        if (*got > 0) return SG_OK;
        if (s->inside && s->ended && s->at == s->have) return cut(s, err);
    }
}

static enum sg_code gzip_open(struct sg_stream *s) {
    if (inflateInit2(&s->inflater, 15 + 16) != Z_OK) sg_mem_failed((size_t)1 << 16);
    s->inflating = true;
    return SG_OK;
}

/* ---- xz and bz2 ---- */

static la_ssize_t feed(struct archive *archive, void *context, const void **bytes) {
    struct sg_stream *s = context;
    if (fill(s, s->err) != SG_OK) {
        archive_set_error(archive, EIO, "read failed");
        return -1;
    }
    *bytes = s->input + s->at;
    size_t len = s->have - s->at;
    s->at = s->have;
    return (la_ssize_t)len;
}

static enum sg_code archive_failed(struct sg_stream *s, struct sg_err *err) {
    if (err && err->code == SG_SYSTEM) return SG_SYSTEM; /* the callback's */
    const char *text = archive_error_string(s->archive);
    sg_err_set(err, SG_DATA, "damaged or cut %s data: %s", s->compression == SG_XZ ? "xz" : "bzip2",
               text ? text : "no cause is known");
    return bad(s, err);
}

/* libarchive takes what follows the last stream for the end; here it is an error. */
static enum sg_code archive_end(struct sg_stream *s, struct sg_err *err) {
    uint64_t taken = (uint64_t)archive_filter_bytes(s->archive, -1);
    s->at = s->have;
    enum sg_code code = fill(s, err);
    if (code != SG_OK || taken == s->base + s->have) return code;
    sg_err_set(err, SG_DATA, "bytes that are no compressed data, or a cut, at byte %llu",
               (unsigned long long)taken);
    return bad(s, err);
}

static enum sg_code archive_stream_read(struct sg_stream *s, void *into, size_t len, size_t *got,
                                        struct sg_err *err) {
    struct archive_entry *entry;
    s->err = err;
    if (!s->inside) {
        int answer = archive_read_next_header(s->archive, &entry);
        if (answer == ARCHIVE_EOF) return archive_end(s, err);
        if (answer != ARCHIVE_OK) return archive_failed(s, err);
        s->inside = true;
        s->frames = 1;
    }
    la_ssize_t n = archive_read_data(s->archive, into, len);
    if (n < 0) return archive_failed(s, err);
    *got = (size_t)n;
    return n == 0 ? archive_end(s, err) : SG_OK;
}

static enum sg_code archive_open(struct sg_stream *s, struct sg_err *err) {
    s->archive = archive_read_new();
    if (!s->archive) sg_mem_failed((size_t)1 << 16);
    s->err = err;
    /* append, not support: exactly this one filter, whatever stands inside. */
    int filter = s->compression == SG_XZ ? ARCHIVE_FILTER_XZ : ARCHIVE_FILTER_BZIP2;
    if (archive_read_append_filter(s->archive, filter) != ARCHIVE_OK ||
        archive_read_support_format_raw(s->archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(s->archive) != ARCHIVE_OK ||
        archive_read_open(s->archive, s, NULL, feed, NULL) != ARCHIVE_OK ||
        archive_errno(s->archive) !=
            0) /* the empty format takes data that cannot be read for no data */
        return archive_failed(s, err);
    return SG_OK;
}

/* ---- all ---- */

static enum sg_code plain_read(struct sg_stream *s, void *into, size_t len, size_t *got,
                               struct sg_err *err) {
    enum sg_code code = need(s, 1, err);
    if (code != SG_OK) return code;
    *got = s->have - s->at < len ? s->have - s->at : len;
    memcpy(into, s->input + s->at, *got);
    s->at += *got;
    return SG_OK;
}

enum sg_code sg_stream_read(struct sg_stream *s, void *into, size_t len, size_t *got,
                            struct sg_err *err) {
    *got = 0;
    switch (s->compression) {
    case SG_ZST: return zstd_read(s, into, len, got, err);
    case SG_GZ: return gzip_read(s, into, len, got, err);
    case SG_XZ:
    case SG_BZ2: return archive_stream_read(s, into, len, got, err);
    case SG_PLAIN: break;
    }
    return plain_read(s, into, len, got, err);
}

static enum sg_code open_decoder(struct sg_stream *s, struct sg_err *err) {
    s->compression = recognise(s->input, s->have);
    if (s->compression == SG_PLAIN && betrays_name(s->path, s->input, s->have)) {
        sg_err_set(err, SG_DATA, "%s",
                   s->have ? "not the compressed data that its name promises"
                           : "the file is cut to 0 bytes");
        return bad(s, err);
    }
    switch (s->compression) {
    case SG_ZST: return zstd_open(s);
    case SG_GZ: return gzip_open(s);
    case SG_XZ:
    case SG_BZ2: return archive_open(s, err);
    case SG_PLAIN: break;
    }
    return SG_OK;
}

enum sg_code sg_stream_open(struct sg_stream **out, int fd, const char *path, struct sg_err *err) {
    struct sg_stream *s = sg_zalloc(1, sizeof *s);
    s->fd = fd;
    s->path = sg_strdup(path);
    s->input = sg_alloc(INPUT);
    s->hash = sg_hash_new();
    s->frame_offset = SG_NOWHERE;
    enum sg_code code = fill(s, err);
    if (code == SG_OK) code = open_decoder(s, err);
    *out = code == SG_OK ? s : NULL;
    if (code != SG_OK) sg_stream_close(s);
    return code;
}

enum sg_compression sg_stream_compression(const struct sg_stream *s) {
    return s->compression;
}
bool sg_stream_has_seek_table(const struct sg_stream *s) {
    return s->has_table;
}
uint64_t sg_stream_frame_offset(const struct sg_stream *s) {
    return s->frame_offset;
}
uint64_t sg_stream_frames(const struct sg_stream *s) {
    return s->frames;
}
uint64_t sg_stream_bytes_read(const struct sg_stream *s) {
    return s->base + s->have;
}
struct sg_hash128 sg_stream_hash(const struct sg_stream *s) {
    return sg_hash_digest(s->hash);
}

uint64_t sg_stream_memory(const struct sg_stream *s) {
    /* xz -9 keeps 64 MiB; bzip2 at most 3.7 MB; inflate 44 KiB. */
    static const uint64_t fixed[] = {[SG_GZ] = 1 << 16, [SG_XZ] = 66 << 20, [SG_BZ2] = 4 << 20};
    if (s->compression != SG_ZST)
        return INPUT + (s->compression == SG_PLAIN ? 0 : fixed[s->compression]);
    uint64_t holds = ZSTD_sizeof_DCtx(s->zstd), expected = s->window_bytes + (512 << 10);
    return INPUT + (holds > expected ? holds : expected);
}

void sg_stream_close(struct sg_stream *s) {
    if (!s) return;
    if (s->archive) archive_read_free(s->archive);
    if (s->inflating) inflateEnd(&s->inflater);
    ZSTD_freeDCtx(s->zstd);
    sg_hash_free(s->hash);
    close(s->fd);
    free(s->input);
    free(s->path);
    free(s);
}
