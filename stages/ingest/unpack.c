/*
 * After damage in zstd: libarchive says how many packed bytes its decoder has used up. After damage
 * the packed bytes from there on are searched for the next magic number, and a fresh decoder starts
 * at it; a false hit fails at once and the search goes on. For that, the last packed bytes handed
 * to the decoder are kept: libarchive never holds more than one block unused.
 */
#include "unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "gunzip.h"

#define BLOCK ((size_t)128 << 10)

struct unpack {
    struct stream *packed;
    struct limits *limits;
    struct gunzip
        *gunzip; /* for gzip, and then nothing below but out_bytes, resync and over is used */
    struct archive *archive;
    struct sg_buf recent; /* packed bytes handed out and maybe still wanted: at most two blocks */
    uint64_t recent_at;   /* place of recent.data[0] in the packed stream */
    size_t served;        /* of recent, to the present decoder */
    uint64_t start;       /* where the present decoder began */
    uint64_t out_bytes;   /* of all decoders */
    bool resync, over;
    enum sg_code input; /* what the packed stream answered last, when that was no block */
    struct sg_err input_err;
};

static bool builtin(int (*support)(struct archive *)) {
    struct archive *probe = archive_read_new();
    bool ok = support(probe) == ARCHIVE_OK; /* ARCHIVE_WARN: libarchive would start a program */
    archive_read_free(probe);
    return ok;
}

static void support_filters(struct archive *archive) {
    static int (*const filters[])(struct archive *) = {
        archive_read_support_filter_xz,       archive_read_support_filter_bzip2,
        archive_read_support_filter_zstd,     archive_read_support_filter_lz4,
        archive_read_support_filter_lzma,     archive_read_support_filter_lzip,
        archive_read_support_filter_compress,
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (builtin(filters[i])) filters[i](archive);
}

/* Keep the newest bytes only: one block that libarchive may still hold and the one it gets now. */
static void forget_old(struct unpack *unpack) {
    if (unpack->recent.len <= 2 * BLOCK) return;
    size_t drop = unpack->recent.len - BLOCK;
    memmove(unpack->recent.data, unpack->recent.data + drop, BLOCK);
    unpack->recent.len = BLOCK;
    unpack->recent_at += drop;
    unpack->served -= drop;
}

static bool take_block(struct unpack *unpack) {
    const char *data;
    size_t len = stream_peek(unpack->packed, BLOCK, &data);
    if (len == 0) {
        unpack->input = stream_state(unpack->packed);
        unpack->input_err = unpack->packed->why;
        return false;
    }
    sg_buf_put(&unpack->recent, data, len);
    stream_skip(unpack->packed, len);
    return true;
}

static la_ssize_t client_read(struct archive *archive, void *context, const void **data) {
    struct unpack *unpack = context;
    if (unpack->served == unpack->recent.len) {
        forget_old(unpack);
        if (!take_block(unpack)) {
            if (unpack->input == SG_END) return 0;
            archive_set_error(archive, EIO, "%s", unpack->input_err.text);
            return -1;
        }
    }
    *data = unpack->recent.data + unpack->served;
    la_ssize_t len = (la_ssize_t)(unpack->recent.len - unpack->served);
    unpack->served = unpack->recent.len;
    return len;
}

static void stop_decoder(struct unpack *unpack) {
    if (unpack->archive) archive_read_free(unpack->archive);
    unpack->archive = NULL;
}

static const char *cause(struct archive *archive) {
    const char *text = archive_error_string(archive);
    return text ? text : "damaged";
}

/* A decoder at recent.data[served]. */
static enum sg_code start_decoder(struct unpack *unpack, struct sg_err *err) {
    unpack->start = unpack->recent_at + unpack->served;
    unpack->archive = archive_read_new();
    support_filters(unpack->archive);
    archive_read_support_format_raw(unpack->archive);
    archive_read_support_format_empty(unpack->archive);
    struct archive_entry *entry;
    int got = archive_read_open(unpack->archive, unpack, NULL, client_read, NULL);
    if (got == ARCHIVE_OK) got = archive_read_next_header(unpack->archive, &entry);
    if (got == ARCHIVE_EOF) return SG_END;
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN) {
        if (unpack->input == SG_SYSTEM) {
            if (err) *err = unpack->input_err;
            return SG_SYSTEM;
        }
        return sg_err_set(err, SG_DATA, "%s", cause(unpack->archive));
    }
    int filters = archive_filter_count(unpack->archive) - 1;
    if (filters > 1) return sg_err_set(err, SG_DATA, "%d compressions around each other", filters);
    if (filters < 1) return sg_err_set(err, SG_DATA, "not compressed data");
    return SG_OK;
}

enum sg_code unpack_open(struct unpack **out, struct stream *packed, struct limits *limits,
                         struct sg_err *err) {
    struct unpack *unpack = sg_zalloc(1, sizeof *unpack);
    unpack->packed = packed;
    unpack->limits = limits;
    *out = unpack;
    const char *head;
    size_t have = stream_peek(packed, 4, &head);
    if (gunzip_begins(head, have)) {
        unpack->gunzip = gunzip_new(packed);
        return SG_OK;
    }
    enum sg_code code = start_decoder(unpack, err);
    if (code == SG_END) unpack->over = true;
    return code == SG_END ? SG_OK : code;
}

/* Where a zstd frame may begin. */
static size_t next_magic(const struct sg_buf *buf, size_t from) {
    const unsigned char *p = (const unsigned char *)buf->data;
    for (size_t i = from; i + 4 <= buf->len; i++)
        if (p[i] == 0x28 && p[i + 1] == 0xb5 && p[i + 2] == 0x2f && p[i + 3] == 0xfd) return i;
    return SIZE_MAX;
}

/* A decoder behind the damage, or SG_END. */
static enum sg_code find_again(struct unpack *unpack, struct sg_err *err) {
    uint64_t from = unpack->start + (uint64_t)archive_filter_bytes(unpack->archive, -1);
    if (from <= unpack->start) from = unpack->start + 1;
    stop_decoder(unpack);
    for (;;) {
        if (from < unpack->recent_at) from = unpack->recent_at;
        size_t at = next_magic(&unpack->recent, (size_t)(from - unpack->recent_at));
        if (at == SIZE_MAX) {
            uint64_t end = unpack->recent_at + unpack->recent.len;
            if (end >= 3 && end - 3 > from)
                from = end - 3; /* a magic number may be cut by the block's end */
            unpack->served = unpack->recent.len;
            forget_old(unpack);
            if (!take_block(unpack)) return unpack->input;
            continue;
        }
        unpack->served = at;
        struct sg_err why = {0};
        enum sg_code code = start_decoder(unpack, &why);
        if (code == SG_SYSTEM && err) *err = why;
        if (code == SG_OK || code == SG_SYSTEM) return code;
        stop_decoder(unpack);
        from = unpack->start + 1;
    }
}

static enum sg_code damaged(struct unpack *unpack, struct sg_err *err) {
    if (unpack->input == SG_SYSTEM) {
        if (err) *err = unpack->input_err;
        unpack->over = true;
        return SG_SYSTEM;
    }
    sg_err_set(err, SG_DATA, "%s", cause(unpack->archive));
    if (!unpack->resync || unpack->input == SG_END) {
        unpack->over = true;
        return SG_DATA;
    }
    enum sg_code code = find_again(unpack, NULL);
    if (code != SG_OK) unpack->over = true;
    return SG_DATA;
}

static enum sg_code archive_pull(struct unpack *unpack, const char **data, size_t *len,
                                 struct sg_err *err) {
    const void *block;
    la_int64_t offset;
    int got = archive_read_data_block(unpack->archive, &block, len, &offset);
    if (got == ARCHIVE_EOF) {
        unpack->over = true;
        return SG_END;
    }
    if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return damaged(unpack, err);
    *data = block;
    return SG_OK;
}

enum sg_code unpack_pull(void *from, const char **data, size_t *len, struct sg_err *err) {
    struct unpack *unpack = from;
    *len = 0;
    if (unpack->over) return SG_END;
    enum sg_code code = unpack->gunzip ? gunzip_pull(unpack->gunzip, unpack->resync, data, len, err)
                                       : archive_pull(unpack, data, len, err);
    if (code == SG_OK) {
        code = limits_output(unpack->limits, &unpack->out_bytes, *len, err);
        if (code != SG_OK) unpack->over = true;
    }
    if (code != SG_OK) *len = 0;
    return code;
}

void unpack_resync(struct unpack *unpack) {
    unpack->resync = true;
}

void unpack_close(struct unpack *unpack) {
    if (!unpack) return;
    stop_decoder(unpack);
    gunzip_free(unpack->gunzip);
    sg_buf_free(&unpack->recent);
    free(unpack);
}
