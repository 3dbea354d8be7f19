#include "part.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "docline.h"
#include "io/file.h"
#include "io/oneframe.h"
#include "io/publish.h"

#define PIECE (1u << 20) /* packed bytes are written, and read back, in pieces of this size */

struct shard_part_writer {
    struct sg_oneframe *frame;
    struct sg_publish file;
    bool open;
    struct shard_part *part;
    struct sg_buf packed, name;
    struct sg_hash_state *raw, *body; /* of the lines; of the file behind its header */
    uint64_t sample_bytes;
};

struct shard_part_writer *shard_part_writer_new(int level) {
    struct shard_part_writer *writer = sg_zalloc(1, sizeof *writer);
    writer->frame = sg_oneframe_new(level);
    writer->raw = sg_hash_new();
    writer->body = sg_hash_new();
    return writer;
}

void shard_part_writer_free(struct shard_part_writer *writer) {
    if (!writer) return;
    if (writer->open) sg_publish_abort(&writer->file);
    sg_oneframe_free(writer->frame);
    sg_hash_free(writer->raw);
    sg_hash_free(writer->body);
    sg_buf_free(&writer->packed);
    sg_buf_free(&writer->name);
    free(writer);
}

enum sg_code shard_part_open(struct shard_part_writer *writer, const char *release, struct shard_part *part,
                             struct sg_err *err) {
    static const unsigned char room[SG_ONEFRAME_HEADER];
    char *path = sg_printf_dup("%s/%s", release, part->path);
    char *folder = sg_strndup(path, (size_t)(strrchr(path, '/') - path));
    enum sg_code code = sg_file_make_folder(folder, err);
    if (code == SG_OK) {
        sg_publish_sweep(folder);
        code = sg_publish_open(&writer->file, path, err);
    }
    if (code == SG_OK) {
        writer->open = true;
        code = sg_publish_put(&writer->file, room, sizeof room, err);
    }
    writer->part = part;
    writer->packed.len = 0;
    sg_hash_reset(writer->raw);
    sg_hash_reset(writer->body);
    sg_oneframe_begin(writer->frame);
    free(folder);
    free(path);
    return code;
}

static enum sg_code put_packed(struct shard_part_writer *writer, struct sg_err *err) {
    sg_hash_add(writer->body, writer->packed.data, writer->packed.len);
    enum sg_code code = sg_publish_put(&writer->file, writer->packed.data, writer->packed.len, err);
    writer->packed.len = 0;
    return code;
}

static void count_name(struct shard_part_writer *writer, struct shard_tally *tally, const struct shard_slip *slip,
                       const char *line, uint32_t at) {
    size_t len;
    const char *name = shard_document_string(line, slip->bytes, at, &writer->name, &len);
    if (name) shard_tally_add(tally, name, len, 1);
}

enum sg_code shard_part_add(struct shard_part_writer *writer, const struct shard_slip *slip, const char *line,
                            struct sg_err *err) {
    struct shard_part *part = writer->part;
    struct shard_counts *counts = &part->counts;
    size_t raw = (size_t)slip->bytes + 1;
    part->last_rank = (struct sg_hash128){slip->rank_lo, slip->rank_hi};
    if (counts->documents++ == 0) part->first_rank = part->last_rank;
    counts->raw_bytes += raw;
    counts->code_points += slip->code_points;
    counts->tokens += slip->tokens;
    counts->fingerprint = sg_hash_sum(counts->fingerprint, sg_hash128(line, slip->bytes, 0));
    count_name(writer, &counts->owners, slip, line, slip->owner_at);
    count_name(writer, &counts->sources, slip, line, slip->source_at);
    count_name(writer, &counts->licenses, slip, line, slip->license_at);
    sg_hash_add(writer->raw, line, raw);
    enum sg_code code = sg_oneframe_add(writer->frame, line, raw, &writer->packed, err);
    return code == SG_OK && writer->packed.len >= PIECE ? put_packed(writer, err) : code;
}

/* Both sums of the file as it now lies on the disk, and whether it is what was written. */
static enum sg_code read_back(struct shard_part_writer *writer, const unsigned char *header, struct sg_err *err) {
    struct shard_part *part = writer->part;
    struct sg_hash_state *whole = sg_hash_new(), *body = sg_hash_new();
    struct sg_sha256 sha;
    int fd = -1;
    uint64_t offset = 0;
    const char *path = writer->file.temp ? writer->file.temp : writer->file.path;
    enum sg_code code = sg_file_open(path, &fd, err);
    sg_sha256_init(&sha);
    writer->packed.len = 0;
    char *piece = sg_buf_room(&writer->packed, PIECE);
    bool same = true;
    for (size_t got = PIECE; code == SG_OK && got == PIECE; offset += got) {
        code = sg_file_read(fd, path, piece, PIECE, &got, err);
        if (code != SG_OK) break;
        size_t skip = offset == 0 ? (got < SG_ONEFRAME_HEADER ? got : SG_ONEFRAME_HEADER) : 0;
        if (offset == 0) same = skip == SG_ONEFRAME_HEADER && memcmp(piece, header, skip) == 0;
        sg_sha256_add(&sha, piece, got);
        sg_hash_add(whole, piece, got);
        sg_hash_add(body, piece + skip, got - skip);
    }
    part->counts.bytes = offset;
    part->xxh3 = sg_hash_digest(whole);
    sg_sha256_hex(&sha, part->sha256);
    if (code == SG_OK && (!same || sg_hash_compare(sg_hash_digest(body), sg_hash_digest(writer->body)) != 0)) {
        sg_err_set(err, SG_SYSTEM, "what was read back is not what was written; is the disk sound?");
        code = sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (fd >= 0) close(fd);
    sg_hash_free(whole);
    sg_hash_free(body);
    return code;
}

enum sg_code shard_part_finish(struct shard_part_writer *writer, struct sg_err *err) {
    unsigned char header[SG_ONEFRAME_HEADER];
    enum sg_code code = sg_oneframe_end(writer->frame, &writer->packed, err);
    if (code == SG_OK) code = put_packed(writer, err);
    sg_oneframe_header(writer->frame, header);
    if (code == SG_OK) code = sg_publish_put_at(&writer->file, 0, header, sizeof header, err);
    if (code == SG_OK) code = read_back(writer, header, err);
    writer->part->raw_xxh3 = sg_hash_digest(writer->raw);
    if (code == SG_OK) code = sg_publish_commit(&writer->file, err);
    else sg_publish_abort(&writer->file);
    writer->open = false;
    return code;
}

void shard_part_sample_begin(struct shard_part_writer *writer) {
    writer->packed.len = 0;
    writer->sample_bytes = SG_ONEFRAME_HEADER;
    sg_oneframe_begin(writer->frame);
}

static void count_sample(struct shard_part_writer *writer) {
    writer->sample_bytes += writer->packed.len;
    writer->packed.len = 0;
}

enum sg_code shard_part_sample(struct shard_part_writer *writer, const char *raw, size_t len, struct sg_err *err) {
    enum sg_code code = sg_oneframe_add(writer->frame, raw, len, &writer->packed, err);
    count_sample(writer);
    return code;
}

enum sg_code shard_part_sample_end(struct shard_part_writer *writer, uint64_t *packed_bytes, struct sg_err *err) {
    enum sg_code code = sg_oneframe_end(writer->frame, &writer->packed, err);
    count_sample(writer);
    *packed_bytes = writer->sample_bytes;
    return code;
}
