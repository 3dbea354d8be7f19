/*
 * A block holds its documents by columns, each with all documents of the block:
 *
 *     text keys | id keys | priorities | windows | bytes | sketches | band keys         (slim: no id keys, no sketches)
 *
 * In memory a block has room for 65,536 documents; the last block of a file, which has fewer, is moved together before it
 * is written and read as it is, with columns of its own length. Memory: one block. Threads: one.
 */
#include "sigx.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"

#define HEADER 128
#define PAD 64
#define MAJOR 1
#define COLUMNS 7
#define JSON_MOST (1u << 20)
#define FLAG_SLIM 1u
#define FLAG_BLIND 2u
static const char magic[8] = "SANGAMD", kind[4] = "SIGX";

enum { TEXT_KEY, ID_KEY, PRIORITY, WINDOWS, BYTES, SKETCH, BAND_KEYS };

uint32_t dedup_sigx_key_bytes(const struct dedup_sigx_form *form) {
    return form->slim ? 4 : 8;
}

static uint32_t column_width(const struct dedup_sigx_form *form, int column) {
    switch (column) {
    case TEXT_KEY: return 16;
    case ID_KEY: return form->slim ? 0 : 16;
    case PRIORITY: return 8;
    case SKETCH: return form->slim ? 0 : form->sketch_bytes;
    case BAND_KEYS: return form->bands * dedup_sigx_key_bytes(form);
    default: return 4;
    }
}

/* Of a document in the file. */
static uint32_t file_width(const struct dedup_sigx_form *form) {
    uint32_t width = 0;
    for (int i = 0; i < COLUMNS; i++) width += column_width(form, i);
    return width;
}

uint32_t dedup_sigx_width(const struct dedup_sigx_form *form) {
    return DEDUP_SIGX_HEAD + column_width(form, SKETCH) + column_width(form, BAND_KEYS);
}

uint64_t dedup_sigx_memory(const struct dedup_sigx_form *form, uint64_t documents) {
    uint64_t block = documents < DEDUP_SIGX_DOCUMENTS ? documents : DEDUP_SIGX_DOCUMENTS;
    return block * file_width(form) + (1u << 20);
}

static size_t padded(size_t len) {
    return (len + PAD - 1) / PAD * PAD;
}

static enum sg_code wrong(const struct dedup_sigx *sigx, struct sg_err *err, const char *cause) {
    sg_err_set(err, SG_DATA, "index of signatures: %s", cause);
    return sg_err_at(err, sigx->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

/* ---- rows and columns ---- */

static void put_big(char *at, uint64_t word) {
    word = htobe64(word);
    memcpy(at, &word, 8);
}

static uint64_t get_big(const char *at) {
    uint64_t word;
    memcpy(&word, at, 8);
    return be64toh(word);
}

/* A key of 16 bytes: big-endian in a row (upper half first), little-endian in the file. */
static void key_to_file(const char *row, char *at) {
    sg_num_put_u64(at, get_big(row + 8));
    sg_num_put_u64(at + 8, get_big(row));
}

static void key_to_row(const char *at, char *row) {
    put_big(row, sg_num_get_u64(at + 8));
    put_big(row + 8, sg_num_get_u64(at));
}

/* Where the columns of a block with room for `count` documents begin. */
static void columns_of(const struct dedup_sigx_form *form, size_t count, char *block, char *columns[COLUMNS]) {
    for (int i = 0; i < COLUMNS; i++) {
        columns[i] = block;
        block += count * column_width(form, i);
    }
}

static void row_to_block(const struct dedup_sigx *sigx, const char *row, size_t i) {
    const struct dedup_sigx_form *form = &sigx->form;
    const uint32_t sketch = column_width(form, SKETCH), keys = column_width(form, BAND_KEYS);
    char *columns[COLUMNS];
    columns_of(form, DEDUP_SIGX_DOCUMENTS, sigx->block.data, columns);
    key_to_file(row, columns[TEXT_KEY] + 16 * i);
    if (!form->slim) key_to_file(row + 16, columns[ID_KEY] + 16 * i);
    sg_num_put_u64(columns[PRIORITY] + 8 * i, get_big(row + 32));
    uint64_t lengths = get_big(row + 40);
    sg_num_put_u32(columns[WINDOWS] + 4 * i, (uint32_t)(lengths >> 32));
    sg_num_put_u32(columns[BYTES] + 4 * i, (uint32_t)lengths);
    memcpy(columns[SKETCH] + sketch * i, row + DEDUP_SIGX_HEAD, sketch);
    memcpy(columns[BAND_KEYS] + keys * i, row + DEDUP_SIGX_HEAD + sketch, keys);
}

static void block_to_row(struct dedup_sigx *sigx, size_t i) {
    const struct dedup_sigx_form *form = &sigx->form;
    const uint32_t sketch = column_width(form, SKETCH), keys = column_width(form, BAND_KEYS);
    char *columns[COLUMNS], *row = sigx->row;
    columns_of(form, sigx->in_block, sigx->block.data, columns);
    memset(row, 0, DEDUP_SIGX_HEAD);
    key_to_row(columns[TEXT_KEY] + 16 * i, row);
    if (!form->slim) key_to_row(columns[ID_KEY] + 16 * i, row + 16);
    put_big(row + 32, sg_num_get_u64(columns[PRIORITY] + 8 * i));
    put_big(row + 40, (uint64_t)sg_num_get_u32(columns[WINDOWS] + 4 * i) << 32 | sg_num_get_u32(columns[BYTES] + 4 * i));
    memcpy(row + DEDUP_SIGX_HEAD, columns[SKETCH] + sketch * i, sketch);
    memcpy(row + DEDUP_SIGX_HEAD + sketch, columns[BAND_KEYS] + keys * i, keys);
}

static void add_to_sum(struct dedup_sigx *sigx, const char *row) {
    sigx->sum = sg_hash_sum(sigx->sum, sg_hash128(row, DEDUP_SIGX_KEYS, 0));
}

/* ---- header ---- */

static void make_header(const struct dedup_sigx *sigx, char out[HEADER]) {
    const struct dedup_sigx_form *form = &sigx->form;
    memset(out, 0, HEADER);
    memcpy(out, magic, 8);
    out[8] = MAJOR;
    memcpy(out + 12, kind, 4);
    sg_num_put_u64(out + 16, sigx->records);
    sg_num_put_u32(out + 24, file_width(form));
    sg_num_put_u32(out + 28, (form->slim ? FLAG_SLIM : 0) | (form->blind ? FLAG_BLIND : 0));
    sg_num_put_u64(out + 32, sigx->fingerprint.lo);
    sg_num_put_u64(out + 40, sigx->fingerprint.hi);
    sg_num_put_u64(out + 48, sigx->content.lo);
    sg_num_put_u64(out + 56, sigx->content.hi);
    sg_num_put_u64(out + 64, sigx->json.len);
    sg_num_put_u32(out + 72, DEDUP_SIGX_DOCUMENTS);
    sg_num_put_u32(out + 76, form->sketch_bytes);
    sg_num_put_u32(out + 80, form->bands);
    sg_num_put_u64(out + 120, sg_hash64(out, 120, 0));
}

static bool fits(const struct dedup_sigx_form *form) {
    return form->sketch_bytes <= DEDUP_SIGX_WIDTH && form->bands <= DEDUP_SIGX_WIDTH &&
           dedup_sigx_width(form) <= DEDUP_SIGX_WIDTH;
}

/* ---- writer ---- */

enum sg_code dedup_sigx_create(struct dedup_sigx *sigx, const char *path, const struct dedup_sigx_form *form,
                               const struct sg_buf *json, struct sg_err *err) {
    char header[HEADER], zeros[PAD] = {0};
    *sigx = (struct dedup_sigx){.path = sg_strdup(path), .form = *form, .fingerprint = sg_hash128(json->data, json->len, 0)};
    if (!fits(form))
        return sg_err_set(err, SG_USAGE, "an index holds sketches and band keys of at most %d bytes a document",
                          DEDUP_SIGX_WIDTH - DEDUP_SIGX_HEAD);
    sg_buf_put(&sigx->json, json->data, json->len);
    sg_buf_room(&sigx->block, (size_t)DEDUP_SIGX_DOCUMENTS * file_width(form));
    make_header(sigx, header);
    enum sg_code code = sg_publish_open(&sigx->out, path, err);
    if (code == SG_OK) code = sg_publish_put(&sigx->out, header, HEADER, err);
    if (code == SG_OK) code = sg_publish_put(&sigx->out, json->data, json->len, err);
    return code == SG_OK ? sg_publish_put(&sigx->out, zeros, padded(json->len) - json->len, err) : code;
}

static enum sg_code write_block(struct dedup_sigx *sigx, struct sg_err *err) {
    char *from[COLUMNS], *to[COLUMNS];
    size_t count = sigx->in_block, len = count * file_width(&sigx->form);
    if (count == 0) return SG_OK;
    columns_of(&sigx->form, DEDUP_SIGX_DOCUMENTS, sigx->block.data, from);
    columns_of(&sigx->form, count, sigx->block.data, to);
    for (int i = 1; i < COLUMNS; i++) memmove(to[i], from[i], count * column_width(&sigx->form, i));
    char sum[8];
    sg_num_put_u64(sum, sg_hash64(sigx->block.data, len, 0));
    sg_buf_put(&sigx->sums, sum, sizeof sum);
    sigx->in_block = 0;
    return sg_publish_put(&sigx->out, sigx->block.data, len, err);
}

enum sg_code dedup_sigx_put(struct dedup_sigx *sigx, const char *row, struct sg_err *err) {
    if (sigx->records && memcmp(row, sigx->row, DEDUP_SIGX_KEYS) == 0) return SG_OK;
    memcpy(sigx->row, row, DEDUP_SIGX_KEYS);
    row_to_block(sigx, row, sigx->in_block++);
    add_to_sum(sigx, row);
    sigx->records++;
    return sigx->in_block == DEDUP_SIGX_DOCUMENTS ? write_block(sigx, err) : SG_OK;
}

enum sg_code dedup_sigx_finish(struct dedup_sigx *sigx, struct sg_err *err) {
    char header[HEADER], sum[8];
    enum sg_code code = write_block(sigx, err);
    sg_num_put_u64(sum, sg_hash64(sigx->sums.data, sigx->sums.len, 0));
    sg_buf_put(&sigx->sums, sum, sizeof sum);
    sg_buf_put(&sigx->sums, magic, sizeof magic);
    sigx->content = sigx->sum;
    make_header(sigx, header);
    if (code == SG_OK) code = sg_publish_put(&sigx->out, sigx->sums.data, sigx->sums.len, err);
    if (code == SG_OK) code = sg_publish_put_at(&sigx->out, 0, header, HEADER, err);
    return code == SG_OK ? sg_publish_commit(&sigx->out, err) : code;
}

/* ---- reader ---- */

static enum sg_code read_header(struct dedup_sigx *sigx, const char *header, struct sg_err *err) {
    char expected[HEADER];
    uint32_t flags = sg_num_get_u32(header + 28);
    if (memcmp(header, magic, 8) != 0) return wrong(sigx, err, "not a file of sangam-dedup");
    if (sg_num_get_u64(header + 120) != sg_hash64(header, 120, 0)) return wrong(sigx, err, "its header is damaged");
    if (memcmp(header + 12, kind, 4) != 0) return wrong(sigx, err, "a file of sangam-dedup, but of another kind");
    if (header[8] != MAJOR || header[9] != 0) return wrong(sigx, err, "of another version of the format");
    sigx->form = (struct dedup_sigx_form){.slim = flags & FLAG_SLIM,
                                          .blind = flags & FLAG_BLIND,
                                          .sketch_bytes = sg_num_get_u32(header + 76),
                                          .bands = sg_num_get_u32(header + 80)};
    sigx->records = sg_num_get_u64(header + 16);
    sigx->fingerprint = (struct sg_hash128){sg_num_get_u64(header + 32), sg_num_get_u64(header + 40)};
    sigx->content = (struct sg_hash128){sg_num_get_u64(header + 48), sg_num_get_u64(header + 56)};
    sigx->json.len = sg_num_get_u64(header + 64);
    make_header(sigx, expected);
    bool good = fits(&sigx->form) && sigx->json.len <= JSON_MOST && memcmp(header, expected, HEADER) == 0;
    return good ? SG_OK : wrong(sigx, err, "of another version of the format");
}

static uint64_t start_of(const struct dedup_sigx *sigx) {
    return HEADER + padded(sigx->json.len);
}

static enum sg_code read_parameters(struct dedup_sigx *sigx, struct sg_err *err) {
    size_t len = sigx->json.len, got = 0;
    char zeros[PAD] = {0};
    sigx->json.len = 0;
    char *json = sg_buf_room(&sigx->json, padded(len));
    enum sg_code code = sg_file_read_at(sigx->fd, sigx->path, HEADER, json, padded(len), &got, err);
    if (code != SG_OK) return code;
    if (got != padded(len)) return wrong(sigx, err, "cut");
    sigx->json.len = len;
    if (memcmp(json + len, zeros, padded(len) - len) != 0 ||
        sg_hash_compare(sg_hash128(json, len, 0), sigx->fingerprint) != 0)
        return wrong(sigx, err, "its parameters are damaged");
    return SG_OK;
}

static enum sg_code read_footer(struct dedup_sigx *sigx, struct sg_err *err) {
    struct stat there;
    uint64_t width = file_width(&sigx->form), blocks = sigx->records / DEDUP_SIGX_DOCUMENTS;
    blocks += sigx->records % DEDUP_SIGX_DOCUMENTS != 0;
    if (fstat(sigx->fd, &there) != 0) return sg_err_sys(err, "cannot look at '%s'", sigx->path);
    uint64_t size = (uint64_t)there.st_size;
    if (sigx->records > size / width || size != start_of(sigx) + sigx->records * width + blocks * 8 + 16)
        return wrong(sigx, err, "cut, or with something behind its end");
    size_t want = (size_t)blocks * 8 + 16, got = 0;
    char *sums = sg_buf_room(&sigx->sums, want);
    enum sg_code code =
        sg_file_read_at(sigx->fd, sigx->path, start_of(sigx) + sigx->records * width, sums, want, &got, err);
    if (code != SG_OK) return code;
    if (got != want || memcmp(sums + want - 8, magic, 8) != 0 ||
        sg_num_get_u64(sums + want - 16) != sg_hash64(sums, want - 16, 0))
        return wrong(sigx, err, "cut, or its footer is damaged");
    return SG_OK;
}

enum sg_code dedup_sigx_open(struct dedup_sigx *sigx, const char *path, struct sg_err *err) {
    char header[HEADER];
    size_t got = 0;
    *sigx = (struct dedup_sigx){.path = sg_strdup(path)};
    enum sg_code code = sg_file_open(path, &sigx->fd, err);
    if (code == SG_OK) code = sg_file_read_at(sigx->fd, path, 0, header, HEADER, &got, err);
    if (code != SG_OK) return code;
    if (got != HEADER) return wrong(sigx, err, "not a file of sangam-dedup, or cut");
    code = read_header(sigx, header, err);
    if (code == SG_OK) code = read_parameters(sigx, err);
    return code == SG_OK ? read_footer(sigx, err) : code;
}

static enum sg_code read_block(struct dedup_sigx *sigx, struct sg_err *err) {
    uint64_t number = sigx->next / DEDUP_SIGX_DOCUMENTS, left = sigx->records - sigx->next;
    uint64_t width = file_width(&sigx->form);
    size_t count = left < DEDUP_SIGX_DOCUMENTS ? (size_t)left : DEDUP_SIGX_DOCUMENTS, want = count * width, got = 0;
    sigx->block.len = 0;
    char *block = sg_buf_room(&sigx->block, want);
    enum sg_code code =
        sg_file_read_at(sigx->fd, sigx->path, start_of(sigx) + sigx->next * width, block, want, &got, err);
    if (code != SG_OK) return code;
    if (got != want || sg_hash64(block, want, 0) != sg_num_get_u64(sigx->sums.data + 8 * number))
        return wrong(sigx, err, "a block is damaged");
    sigx->in_block = count;
    sigx->ahead = sigx->next + count;
    return SG_OK;
}

enum sg_code dedup_sigx_next(struct dedup_sigx *sigx, const char **row, struct sg_err *err) {
    char last[DEDUP_SIGX_KEYS];
    if (sigx->next == sigx->records)
        return sg_hash_compare(sigx->sum, sigx->content) == 0 ? SG_END : wrong(sigx, err, "its documents are not those it names");
    if (sigx->next == sigx->ahead) {
        enum sg_code code = read_block(sigx, err);
        if (code != SG_OK) return code;
    }
    memcpy(last, sigx->row, sizeof last);
    block_to_row(sigx, sigx->in_block - (size_t)(sigx->ahead - sigx->next));
    if (sigx->next > 0 && memcmp(last, sigx->row, sizeof last) >= 0) return wrong(sigx, err, "its documents are out of order");
    add_to_sum(sigx, sigx->row);
    sigx->next++;
    *row = sigx->row;
    return SG_OK;
}

void dedup_sigx_close(struct dedup_sigx *sigx) {
    sg_publish_abort(&sigx->out);
    if (sigx->fd > 0) close(sigx->fd);
    free(sigx->path);
    sg_buf_free(&sigx->json);
    sg_buf_free(&sigx->block);
    sg_buf_free(&sigx->sums);
    *sigx = (struct dedup_sigx){0};
}
