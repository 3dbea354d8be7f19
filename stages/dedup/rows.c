#include "rows.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"

#define HEADER 128
#define PAD 64
static const char magic[8] = "SANGAMD";

static size_t padded(size_t len) {
    return (len + PAD - 1) / PAD * PAD;
}

static uint32_t block_of(const struct dedup_rows_kind *kind) {
    return kind->block_bytes / kind->width * kind->width;
}

static void put_hash(char *at, struct sg_hash128 hash) {
    sg_num_put_u64(at, hash.lo);
    sg_num_put_u64(at + 8, hash.hi);
}

static void make_header(const struct dedup_rows *rows, const struct dedup_about *about, char out[HEADER]) {
    memset(out, 0, HEADER);
    memcpy(out, magic, 8);
    out[8] = DEDUP_ROWS_MAJOR;
    memcpy(out + 12, rows->kind, 4);
    sg_num_put_u64(out + 16, rows->records);
    sg_num_put_u32(out + 24, rows->width);
    put_hash(out + 32, about->fingerprint);
    sg_num_put_u64(out + 64, about->json.len);
    sg_num_put_u32(out + 72, rows->block_bytes);
    sg_num_put_u64(out + 120, sg_hash64(out, 120, 0));
}

static enum sg_code wrong(const struct dedup_rows *rows, struct sg_err *err, const char *cause) {
    sg_err_set(err, SG_DATA, "intermediate file: %s; run again", cause);
    return sg_err_at(err, rows->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static void begin(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind) {
    *rows = (struct dedup_rows){.path = path, .width = kind->width, .block_bytes = block_of(kind)};
    memcpy(rows->kind, kind->four, 4);
    sg_buf_room(&rows->block, rows->block_bytes);
}

enum sg_code dedup_rows_create(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                               const struct dedup_about *about, struct sg_err *err) {
    char header[HEADER], zeros[PAD] = {0};
    begin(rows, path, kind);
    rows->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (rows->fd < 0) {
        rows->fd = 0;
        sg_err_sys(err, "cannot make this intermediate file");
        return sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    make_header(rows, about, header);
    enum sg_code code = sg_file_write(rows->fd, path, header, HEADER, err);
    if (code == SG_OK) code = sg_file_write(rows->fd, path, about->json.data, about->json.len, err);
    if (code == SG_OK) code = sg_file_write(rows->fd, path, zeros, padded(about->json.len) - about->json.len, err);
    return code;
}

static enum sg_code write_block(struct dedup_rows *rows, struct sg_err *err) {
    if (rows->block.len == 0) return SG_OK;
    char *sum = sg_buf_room(&rows->sums, 8);
    sg_num_put_u64(sum, sg_hash64(rows->block.data, rows->block.len, 0));
    rows->sums.len += 8;
    enum sg_code code = sg_file_write(rows->fd, rows->path, rows->block.data, rows->block.len, err);
    rows->block.len = 0;
    return code;
}

enum sg_code dedup_rows_put(struct dedup_rows *rows, const void *record, struct sg_err *err) {
    memcpy(rows->block.data + rows->block.len, record, rows->width);
    rows->block.len += rows->width;
    rows->records++;
    return rows->block.len == rows->block_bytes ? write_block(rows, err) : SG_OK;
}

enum sg_code dedup_rows_finish(struct dedup_rows *rows, struct sg_err *err) {
    enum sg_code code = write_block(rows, err);
    char *sum = sg_buf_room(&rows->sums, 16);
    sg_num_put_u64(sum, sg_hash64(rows->sums.data, rows->sums.len, 0));
    memcpy(sum + 8, magic, 8);
    rows->sums.len += 16;
    if (code == SG_OK) code = sg_file_write(rows->fd, rows->path, rows->sums.data, rows->sums.len, err);
    char header[HEADER];
    size_t got = 0;
    if (code == SG_OK) code = sg_file_read_at(rows->fd, rows->path, 0, header, HEADER, &got, err);
    if (code == SG_OK) {
        sg_num_put_u64(header + 16, rows->records);
        sg_num_put_u64(header + 120, sg_hash64(header, 120, 0));
        if (pwrite(rows->fd, header, HEADER, 0) != HEADER) code = sg_err_sys(err, "cannot write '%s'", rows->path);
    }
    dedup_rows_close(rows);
    return code;
}

static bool header_fits(const struct dedup_rows *rows, const struct dedup_about *about, const char *header) {
    char expected[HEADER];
    make_header(rows, about, expected);
    return memcmp(header, expected, HEADER) == 0;
}

enum sg_code dedup_rows_open(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                             const struct dedup_about *about, struct sg_err *err) {
    char header[HEADER];
    size_t got = 0;
    begin(rows, path, kind);
    enum sg_code code = sg_file_open(path, &rows->fd, err);
    if (code == SG_OK) code = sg_file_read_at(rows->fd, path, 0, header, HEADER, &got, err);
    if (code != SG_OK) return code;
    if (got != HEADER || memcmp(header, magic, 8) != 0) return wrong(rows, err, "not one of ours, or cut");
    rows->records = sg_num_get_u64(header + 16);
    if (!header_fits(rows, about, header)) return wrong(rows, err, "made by another version or with other parameters");
    uint64_t per_block = rows->block_bytes / rows->width;
    uint64_t blocks = (rows->records + per_block - 1) / per_block;
    rows->offset = HEADER + padded(about->json.len);
    sg_buf_room(&rows->sums, blocks * 8 + 16);
    code = sg_file_read_at(rows->fd, path, rows->offset + rows->records * rows->width, rows->sums.data, blocks * 8 + 16,
                           &got, err);
    if (code != SG_OK) return code;
    if (got != blocks * 8 + 16 || memcmp(rows->sums.data + blocks * 8 + 8, magic, 8) != 0 ||
        sg_num_get_u64(rows->sums.data + blocks * 8) != sg_hash64(rows->sums.data, blocks * 8, 0))
        return wrong(rows, err, "cut, or its footer is damaged");
    return SG_OK;
}

static enum sg_code read_block(struct dedup_rows *rows, struct sg_err *err) {
    uint64_t bytes = rows->records * rows->width;
    size_t want = bytes < rows->block_bytes ? (size_t)bytes : rows->block_bytes, got = 0;
    enum sg_code code = sg_file_read_at(rows->fd, rows->path, rows->offset, rows->block.data, want, &got, err);
    if (code != SG_OK) return code;
    if (got != want || sg_hash64(rows->block.data, want, 0) != sg_num_get_u64(rows->sums.data + 8 * rows->next_block))
        return wrong(rows, err, "a block is damaged");
    rows->next_block++;
    rows->offset += want;
    rows->block.len = want;
    rows->at = 0;
    return SG_OK;
}

enum sg_code dedup_rows_next(struct dedup_rows *rows, const void **record, struct sg_err *err) {
    if (rows->records == 0) return SG_END;
    if (rows->at == rows->block.len) {
        enum sg_code code = read_block(rows, err);
        if (code != SG_OK) return code;
    }
    *record = rows->block.data + rows->at;
    rows->at += rows->width;
    rows->records--;
    return SG_OK;
}

void dedup_rows_close(struct dedup_rows *rows) {
    if (rows->fd > 0) close(rows->fd);
    free(rows->path);
    sg_buf_free(&rows->block);
    sg_buf_free(&rows->sums);
    *rows = (struct dedup_rows){0};
}
