#include "blob.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/num.h"
#include "io/file.h"

#define PENDING (256u << 10)
#define AHEAD 256 /* read at once: most ids fit */
#define FOOTER 16
static const char magic[8] = "SANGAMD";

enum sg_code dedup_blob_create(struct dedup_blob *blob, char *path, struct sg_err *err) {
    *blob = (struct dedup_blob){.path = path};
    enum sg_code code = sg_publish_open(&blob->out, path, err);
    blob->out.unsynced = true;
    return code;
}

enum sg_code dedup_blob_open(struct dedup_blob *blob, char *path, struct sg_err *err) {
    char footer[FOOTER];
    struct stat there;
    size_t got = 0;
    *blob = (struct dedup_blob){.path = path};
    enum sg_code code = sg_file_open(path, &blob->fd, err);
    if (code != SG_OK) return code;
    bool sound = fstat(blob->fd, &there) == 0 && there.st_size >= FOOTER;
    blob->bytes = sound ? (uint64_t)there.st_size - FOOTER : 0;
    if (sound) code = sg_file_read_at(blob->fd, path, blob->bytes, footer, FOOTER, &got, err);
    if (code != SG_OK) return code;
    if (sound && got == FOOTER && sg_num_get_u64(footer) == blob->bytes && memcmp(footer + 8, magic, 8) == 0) return SG_OK;
    sg_err_set(err, SG_DATA, "intermediate file: not one of ours, or cut; run again");
    return sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

void dedup_blob_piece(struct sg_buf *to, const void *bytes, size_t len) {
    char *head = sg_buf_room(to, len + 8);
    sg_num_put_u32(head, (uint32_t)len);
    sg_num_put_u32(head + 4, (uint32_t)sg_hash64(bytes, len, 0));
    memcpy(head + 8, bytes, len);
    to->len += len + 8;
}

static enum sg_code flush(struct dedup_blob *blob, struct sg_err *err) {
    enum sg_code code = sg_publish_put(&blob->out, blob->pending.data, blob->pending.len, err);
    blob->pending.len = 0;
    return code;
}

enum sg_code dedup_blob_finish(struct dedup_blob *blob, struct sg_err *err) {
    char footer[FOOTER];
    sg_num_put_u64(footer, blob->bytes);
    memcpy(footer + 8, magic, 8);
    sg_buf_put(&blob->pending, footer, FOOTER);
    enum sg_code code = flush(blob, err);
    if (code == SG_OK) code = sg_publish_commit(&blob->out, err);
    dedup_blob_close(blob);
    return code;
}

enum sg_code dedup_blob_put(struct dedup_blob *blob, const struct sg_buf *pieces, struct sg_err *err) {
    blob->bytes += pieces->len;
    enum sg_code code = SG_OK;
    if (blob->pending.len + pieces->len > PENDING) code = flush(blob, err);
    if (code != SG_OK) return code;
    if (pieces->len > PENDING) return sg_publish_put(&blob->out, pieces->data, pieces->len, err);
    sg_buf_put(&blob->pending, pieces->data, pieces->len);
    return SG_OK;
}

static enum sg_code damaged(const struct dedup_blob *blob, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "intermediate file: a piece is damaged; run again");
    return sg_err_at(err, blob->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

enum sg_code dedup_blob_get(const struct dedup_blob *blob, uint64_t offset, struct sg_buf *into, struct sg_err *err) {
    char first[8 + AHEAD];
    size_t got = 0, more = 0;
    enum sg_code code = sg_file_read_at(blob->fd, blob->path, offset, first, sizeof first, &got, err);
    if (code != SG_OK) return code;
    if (got < 8) return damaged(blob, err);
    size_t len = sg_num_get_u32(first), here = len < got - 8 ? len : got - 8;
    into->len = 0;
    sg_buf_put(into, first + 8, here);
    if (here < len) {
        char *rest = sg_buf_room(into, len - here);
        code = sg_file_read_at(blob->fd, blob->path, offset + 8 + here, rest, len - here, &more, err);
        into->len += more;
    }
    if (code != SG_OK) return code;
    if (into->len != len || sg_num_get_u32(first + 4) != (uint32_t)sg_hash64(into->data, len, 0))
        return damaged(blob, err);
    return SG_OK;
}

void dedup_blob_close(struct dedup_blob *blob) {
    sg_publish_abort(&blob->out);
    if (blob->fd > 0) close(blob->fd);
    free(blob->path);
    sg_buf_free(&blob->pending);
    *blob = (struct dedup_blob){0};
}
