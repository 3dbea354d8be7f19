#include "io/seektable.h"

#include <string.h>

#include "base/hash.h"
#include "io/file.h"
#include "io/frames.h"

#define ENTRY 12
#define TABLE_MAX                                                                                  \
    ((uint64_t)64 << 20) /* 5.6 million frames; a file with more is read as a stream */

bool sg_zstd_header(const void *bytes, size_t len, struct sg_zstd_header *out) {
    static const unsigned char size_bytes[4] = {0, 2, 4, 8}, dictionary_bytes[4] = {0, 1, 2, 4};
    const unsigned char *at = bytes;
    if (len < 5 || sg_num_get_u32(at) != SG_ZSTD_MAGIC) return false;
    unsigned flags = at[4];
    bool single = flags & 0x20; /* one segment: the whole content is the window */
    size_t size_len = size_bytes[flags >> 6] + (single && flags >> 6 == 0);
    size_t size_at = 5 + !single + dictionary_bytes[flags & 3];
    if (len < size_at + size_len) return false;
    *out = (struct sg_zstd_header){.has_checksum = flags & 4};
    if (single) {
        for (size_t i = 0; i < size_len; i++)
            out->window_bytes |= (uint64_t)at[size_at + i] << (8 * i);
        if (size_len == 2) out->window_bytes += 256;
    } else {
        uint64_t base = (uint64_t)1 << (10 + (at[5] >> 3));
        out->window_bytes = base + base / 8 * (at[5] & 7);
    }
    return true;
}

enum sg_code sg_zstd_check_window(const struct sg_zstd_header *header, struct sg_err *err) {
    char asked[SG_NUM_TEXT], limit[SG_NUM_TEXT];
    if (header->window_bytes <= (uint64_t)1 << SG_FRAMES_WINDOW_LOG) return SG_OK;
    return sg_err_set(
        err, SG_DATA, "zstd frame asks for a window of %s, the limit is %s (zstd --long=%d)",
        sg_num_bytes(header->window_bytes, asked),
        sg_num_bytes((uint64_t)1 << SG_FRAMES_WINDOW_LOG, limit), SG_FRAMES_WINDOW_LOG);
}

/* ---- writing ---- */

void sg_frames_table_add(struct sg_frames_table *table, const char *packed, size_t packed_bytes,
                         uint64_t raw_bytes) {
    if (packed_bytes > UINT32_MAX || raw_bytes > UINT32_MAX) table->too_large = true;
    char *entry = sg_buf_room(&table->entries, ENTRY);
    sg_num_put_u32(entry, (uint32_t)packed_bytes);
    sg_num_put_u32(entry + 4, (uint32_t)raw_bytes);
    memcpy(entry + 8, packed + packed_bytes - 4, 4);
    table->entries.len += ENTRY;
    table->frames++;
}

/* One frame of no bytes: single segment, content size 0, checksum; one last raw block of 0 bytes. */
static const char empty_frame[] = "\x28\xB5\x2F\xFD\x24\x00\x01\x00\x00\x99\xE9\xD8\x51";

void sg_frames_table_end(struct sg_frames_table *table, struct sg_buf *out) {
    if (table->frames == 0) {
        sg_buf_put(out, empty_frame, sizeof empty_frame - 1);
        sg_frames_table_add(table, empty_frame, sizeof empty_frame - 1, 0);
    }
    uint64_t size = table->frames * ENTRY + SG_SEEKTABLE_FOOTER;
    /* Its fields have 32 bits: no table is better than a false one. */
    if (table->too_large || size > UINT32_MAX) return;
    char *at = sg_buf_room(out, 8 + size);
    sg_num_put_u32(at, SG_SEEKTABLE_SKIP);
    sg_num_put_u32(at + 4, (uint32_t)size);
    memcpy(at + 8, table->entries.data, table->entries.len);
    at += 8 + table->entries.len;
    sg_num_put_u32(at, (uint32_t)table->frames);
    at[4] = (char)SG_SEEKTABLE_CHECKSUMS;
    sg_num_put_u32(at + 5, SG_SEEKTABLE_MAGIC);
    out->len += 8 + size;
}

void sg_frames_table_free(struct sg_frames_table *table) {
    sg_buf_free(&table->entries);
    *table = (struct sg_frames_table){0};
}

/* ---- reading it as a whole ---- */

struct sg_seekentry sg_seekload_entry(const struct sg_seekload *table, uint64_t frame) {
    const char *at = table->bytes.data + 8 + frame * ENTRY;
    return (struct sg_seekentry){sg_num_get_u32(at), sg_num_get_u32(at + 4),
                                 sg_num_get_u32(at + 8)};
}

/* The table of a footer, when the frames it lists fill the file exactly. */
static bool consistent(struct sg_seekload *table, uint64_t frames, uint64_t file_bytes) {
    const char *at = table->bytes.data;
    uint64_t sum = table->bytes.len;
    if (sg_num_get_u32(at) != SG_SEEKTABLE_SKIP || sg_num_get_u32(at + 4) != table->bytes.len - 8)
        return false;
    for (uint64_t i = 0; i < frames; i++) sum += sg_seekload_entry(table, i).packed_bytes;
    return sum == file_bytes;
}

enum sg_code sg_seekload_read(struct sg_seekload *out, int fd, const char *path,
                              uint64_t file_bytes, struct sg_err *err) {
    unsigned char footer[SG_SEEKTABLE_FOOTER];
    size_t got;
    *out = (struct sg_seekload){0};
    if (file_bytes < 8 + ENTRY + sizeof footer) return SG_OK;
    enum sg_code code =
        sg_file_read_at(fd, path, file_bytes - sizeof footer, footer, sizeof footer, &got, err);
    if (code != SG_OK || got < sizeof footer) return code;
    uint64_t frames = sg_num_get_u32(footer), size = 8 + frames * ENTRY + sizeof footer;
    /* Tables without checksums are foreign and rare: the stream reader takes their files. */
    if (sg_num_get_u32(footer + 5) != SG_SEEKTABLE_MAGIC || footer[4] != SG_SEEKTABLE_CHECKSUMS)
        return SG_OK;
    if (frames == 0 || size > file_bytes || size > TABLE_MAX) return SG_OK;
    code = sg_file_read_at(fd, path, file_bytes - size, sg_buf_room(&out->bytes, size), size,
                           &out->bytes.len, err);
    if (code == SG_OK && out->bytes.len == size && consistent(out, frames, file_bytes))
        out->frames = frames;
    else
        sg_seekload_free(out);
    return code;
}

void sg_seekload_free(struct sg_seekload *table) {
    sg_buf_free(&table->bytes);
    *table = (struct sg_seekload){0};
}

/* ---- checking it as it passes ---- */

static void chain_entry(uint64_t *sizes, uint64_t *sums, const unsigned char *entry,
                        size_t entry_bytes) {
    *sizes = sg_hash64(entry, 8, *sizes);
    if (entry_bytes == ENTRY) *sums = sg_hash64(entry + 8, 4, *sums);
}

void sg_seekcheck_frame(struct sg_seekcheck *check, uint64_t packed_bytes, uint64_t raw_bytes,
                        const void *checksum) {
    unsigned char entry[ENTRY] = {0};
    sg_num_put_u32(entry, (uint32_t)packed_bytes);
    sg_num_put_u32(entry + 4, (uint32_t)raw_bytes);
    if (checksum)
        memcpy(entry + 8, checksum, 4);
    else
        check->unsummed = true;
    chain_entry(&check->sizes, &check->sums, entry, ENTRY);
    check->frames++;
}

void sg_seekcheck_begin(struct sg_seekcheck *check, uint32_t magic, uint32_t size) {
    check->candidate = magic == SG_SEEKTABLE_SKIP;
    check->entry_bytes = 0;
    if (check->candidate && size == check->frames * 12 + SG_SEEKTABLE_FOOTER)
        check->entry_bytes = 12;
    if (check->candidate && size == check->frames * 8 + SG_SEEKTABLE_FOOTER) check->entry_bytes = 8;
    check->table_sizes = check->table_sums = 0;
    check->kept_bytes = 0;
    check->left_bytes = size;
}

void sg_seekcheck_add(struct sg_seekcheck *check, const void *bytes, size_t len) {
    const unsigned char *at = bytes;
    while (len > 0) {
        if (check->entry_bytes == 0 && check->left_bytes > SG_SEEKTABLE_FOOTER) {
            /* No table we can compare: go on to its last nine bytes. */
            uint64_t skip = check->left_bytes - SG_SEEKTABLE_FOOTER;
            if (skip > len) skip = len;
            at += skip;
            len -= skip;
            check->left_bytes -= skip;
            continue;
        }
        check->kept[check->kept_bytes++] = *at++;
        len--;
        check->left_bytes--;
        if (check->entry_bytes && check->kept_bytes == check->entry_bytes &&
            check->left_bytes >= SG_SEEKTABLE_FOOTER) {
            chain_entry(&check->table_sizes, &check->table_sums, check->kept, check->entry_bytes);
            check->kept_bytes = 0;
        }
    }
}

enum sg_code sg_seekcheck_end(struct sg_seekcheck *check, bool *is_table, struct sg_err *err) {
    const unsigned char *footer = check->kept;
    *is_table = check->candidate && check->kept_bytes == SG_SEEKTABLE_FOOTER &&
                sg_num_get_u32(footer + 5) == SG_SEEKTABLE_MAGIC;
    if (!*is_table) {
        check->foreign = true;
        return SG_OK;
    }
    bool agrees = check->entry_bytes && sg_num_get_u32(footer) == check->frames &&
                  (footer[4] >> 7) == (check->entry_bytes == ENTRY) &&
                  check->table_sizes == check->sizes;
    if (check->entry_bytes == ENTRY && !check->unsummed)
        agrees = agrees && check->table_sums == check->sums;
    agrees = agrees || check->foreign;
    *check = (struct sg_seekcheck){
        0}; /* files that were put together with cat have a table after each part */
    return agrees ? SG_OK
                  : sg_err_set(err, SG_DATA,
                               "the seek table does not agree with the frames before it");
}
