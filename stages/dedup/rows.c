#include "rows.h"

#include <endian.h>
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

static void make_header(const struct dedup_rows *rows, char out[HEADER]) {
    memset(out, 0, HEADER);
    memcpy(out, magic, 8);
    out[8] = DEDUP_ROWS_MAJOR;
    memcpy(out + 12, rows->kind, 4);
    sg_num_put_u64(out + 16, rows->records);
    sg_num_put_u32(out + 24, rows->width);
    put_hash(out + 32, rows->about.fingerprint);
    if (rows->bound) put_hash(out + 48, rows->about.binding);
    sg_num_put_u64(out + 64, rows->about.json.len);
    sg_num_put_u32(out + 72, rows->block_bytes);
    sg_num_put_u64(out + 120, sg_hash64(out, 120, 0));
}

static enum sg_code wrong(const struct dedup_rows *rows, struct sg_err *err, const char *cause) {
    sg_err_set(err, SG_DATA, "intermediate file: %s; run again", cause);
    return sg_err_at(err, rows->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

static void begin(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                  const struct dedup_about *about) {
    *rows = (struct dedup_rows){
        .path = path, .width = kind->width, .block_bytes = block_of(kind), .bound = kind->bound, .about = *about};
    memcpy(rows->kind, kind->four, 4);
    sg_buf_room(&rows->block, rows->block_bytes);
}

/* ---- writer ---- */

enum sg_code dedup_rows_create(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                               const struct dedup_about *about, struct sg_err *err) {
    char header[HEADER], zeros[PAD] = {0};
    begin(rows, path, kind, about);
    make_header(rows, header);
    enum sg_code code = sg_publish_open(&rows->out, path, err);
    rows->out.unsynced = true;
    if (code == SG_OK) code = sg_publish_put(&rows->out, header, HEADER, err);
    if (code == SG_OK) code = sg_publish_put(&rows->out, about->json.data, about->json.len, err);
    if (code == SG_OK) code = sg_publish_put(&rows->out, zeros, padded(about->json.len) - about->json.len, err);
    return code;
}

static enum sg_code write_block(struct dedup_rows *rows, struct sg_err *err) {
    if (rows->block.len == 0) return SG_OK;
    char *sum = sg_buf_room(&rows->sums, 8);
    sg_num_put_u64(sum, sg_hash64(rows->block.data, rows->block.len, 0));
    rows->sums.len += 8;
    enum sg_code code = sg_publish_put(&rows->out, rows->block.data, rows->block.len, err);
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
    char header[HEADER];
    enum sg_code code = write_block(rows, err);
    char *sum = sg_buf_room(&rows->sums, 16);
    sg_num_put_u64(sum, sg_hash64(rows->sums.data, rows->sums.len, 0));
    memcpy(sum + 8, magic, 8);
    rows->sums.len += 16;
    make_header(rows, header);
    if (code == SG_OK) code = sg_publish_put(&rows->out, rows->sums.data, rows->sums.len, err);
    if (code == SG_OK) code = sg_publish_put_at(&rows->out, 0, header, HEADER, err);
    if (code == SG_OK) code = sg_publish_commit(&rows->out, err);
    dedup_rows_close(rows);
    return code;
}

/* ---- reader ---- */

static enum sg_code check_header(struct dedup_rows *rows, const char *header, struct sg_err *err) {
    char expected[HEADER];
    rows->records = sg_num_get_u64(header + 16);
    make_header(rows, expected);
    if (memcmp(header, expected, HEADER) == 0) return SG_OK;
    if (sg_num_get_u64(header + 120) != sg_hash64(header, 120, 0)) return wrong(rows, err, "its header is damaged");
    if (memcmp(header + 12, expected + 12, 4) != 0) return wrong(rows, err, "of another kind");
    if (memcmp(header + 32, expected + 32, 16) != 0) return wrong(rows, err, "made with other parameters");
    if (memcmp(header + 48, expected + 48, 16) != 0) return wrong(rows, err, "made from other inputs");
    return wrong(rows, err, "made by another version");
}

enum sg_code dedup_rows_open(struct dedup_rows *rows, char *path, const struct dedup_rows_kind *kind,
                             const struct dedup_about *about, struct sg_err *err) {
    char header[HEADER];
    size_t got = 0;
    begin(rows, path, kind, about);
    enum sg_code code = sg_file_open(path, &rows->fd, err);
    if (code == SG_OK) code = sg_file_read_at(rows->fd, path, 0, header, HEADER, &got, err);
    if (code != SG_OK) return code;
    if (got != HEADER || memcmp(header, magic, 8) != 0) return wrong(rows, err, "not one of ours, or cut");
    code = check_header(rows, header, err);
    if (code != SG_OK) return code;
    uint64_t per_block = rows->block_bytes / rows->width;
    uint64_t blocks = (rows->records + per_block - 1) / per_block;
    rows->start = HEADER + padded(about->json.len);
    if (blocks > SIZE_MAX / 16) return wrong(rows, err, "cut, or its footer is damaged");
    sg_buf_room(&rows->sums, blocks * 8 + 16);
    code = sg_file_read_at(rows->fd, path, rows->start + rows->records * rows->width, rows->sums.data, blocks * 8 + 16,
                           &got, err);
    if (code != SG_OK) return code;
    if (got != blocks * 8 + 16 || memcmp(rows->sums.data + blocks * 8 + 8, magic, 8) != 0 ||
        sg_num_get_u64(rows->sums.data + blocks * 8) != sg_hash64(rows->sums.data, blocks * 8, 0))
        return wrong(rows, err, "cut, or its footer is damaged");
    return SG_OK;
}

/* The block that holds record rows->next. */
static enum sg_code read_block(struct dedup_rows *rows, struct sg_err *err) {
    uint64_t per_block = rows->block_bytes / rows->width, number = rows->next / per_block, first = number * per_block;
    uint64_t count = rows->records - first < per_block ? rows->records - first : per_block;
    size_t want = (size_t)count * rows->width, got = 0;
    enum sg_code code =
        sg_file_read_at(rows->fd, rows->path, rows->start + first * rows->width, rows->block.data, want, &got, err);
    if (code != SG_OK) return code;
    if (got != want || sg_hash64(rows->block.data, want, 0) != sg_num_get_u64(rows->sums.data + 8 * number))
        return wrong(rows, err, "a block is damaged");
    rows->block.len = want;
    rows->ahead = first + count;
    return SG_OK;
}

enum sg_code dedup_rows_next(struct dedup_rows *rows, const void **record, struct sg_err *err) {
    if (rows->next >= rows->records) return SG_END;
    if (rows->next >= rows->ahead) {
        enum sg_code code = read_block(rows, err);
        if (code != SG_OK) return code;
    }
    *record = rows->block.data + rows->block.len - (rows->ahead - rows->next) * rows->width;
    rows->next++;
    return SG_OK;
}

void dedup_rows_seek(struct dedup_rows *rows, uint64_t record) {
    rows->next = record;
    rows->ahead = 0;
}

void dedup_rows_skip(struct dedup_rows *rows, uint64_t record) {
    rows->next = record;
}

enum sg_code dedup_rows_find(struct dedup_rows *rows, uint64_t least, struct sg_err *err) {
    uint64_t low = 0, high = rows->records;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const void *record;
        dedup_rows_seek(rows, middle);
        enum sg_code code = dedup_rows_next(rows, &record, err);
        if (code != SG_OK) return code;
        uint64_t word;
        memcpy(&word, record, 8);
        if (be64toh(word) < least) low = middle + 1;
        else high = middle;
    }
    dedup_rows_seek(rows, low);
    return SG_OK;
}

void dedup_rows_close(struct dedup_rows *rows) {
    sg_publish_abort(&rows->out);
    if (rows->fd > 0) close(rows->fd);
    free(rows->path);
    sg_buf_free(&rows->block);
    sg_buf_free(&rows->sums);
    *rows = (struct dedup_rows){0};
}
