/*
 * Two ways to the same lines:
 *
 *   jump    a regular file with a good seek table: the reader only reads bytes, frame by frame; workers decompress and
 *           check (sg_frames_lines).
 *   stream  everything else: the reader decompresses (io/stream) and cuts whole lines.
 *
 * Cutting a stream. The buffer is filled to 1 MiB and one byte (so that the last batch is known to be the last), cut
 * behind the last LF of the first 1 MiB, and the rest begins the next batch:
 *
 *     |--------------- 1 MiB ---------------|.
 *     {"id":1,...}\n{"id":2,...}\n{"id":3,...     batch: records 1 and 2; carried over: the start of record 3
 *
 * A line that is longer than 1 MiB makes a batch alone. The buffer doubles up to the longest line we may hold; past that
 * the line is only counted, and how long it is decides at its end: over max_record it is a too_long batch, else it needs
 * more memory than there is, and the figure is known. So memory changes no result.
 */
#include "io/frames.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/num.h"
#include "io/file.h"
#include "io/seektable.h"
#include "io/stream.h"

struct sg_frames {
    char *path;
    struct sg_frames_options options;
    uint64_t file_bytes, serial;
    /* stream */
    struct sg_stream *stream;
    struct sg_buf carry;   /* raw bytes behind the last cut */
    uint64_t carry_offset; /* of the frame in which carry begins */
    bool ended;
    /* jump */
    int fd;
    struct sg_seekload table;
    uint64_t frame, offset; /* the next one */
    struct sg_hash_state *hash;
};

bool sg_frames_suffix(const char *name, enum sg_compression *out) {
    static const char *const endings[] = {".jsonl", ".jsonl.zst", ".jsonl.gz", ".jsonl.xz",
                                          ".jsonl.bz2"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (len < ending || strcmp(name + len - ending, endings[i]) != 0) continue;
        *out = (enum sg_compression)i;
        return true;
    }
    return false;
}

void sg_frames_batch_free(struct sg_frames_batch *batch) {
    sg_buf_free(&batch->packed);
    sg_buf_free(&batch->lines);
    *batch = (struct sg_frames_batch){0};
}

/* Empty the batch for reuse; what one long record made it hold is given back. */
static void reuse(struct sg_frames_batch *batch, uint64_t serial) {
    struct sg_buf packed = batch->packed, lines = batch->lines;
    if (packed.cap > 2 * (size_t)SG_FRAMES_SEEK_MAX) sg_buf_free(&packed);
    if (lines.cap > 2 * (size_t)SG_FRAMES_SEEK_MAX) sg_buf_free(&lines);
    packed.len = lines.len = 0;
    *batch = (struct sg_frames_batch){
        .packed = packed, .lines = lines, .serial = serial, .frame_offset = SG_NOWHERE};
}

/* ---- opening ---- */

/* A frame may be jumped to when a worker can hold it, and no line in it can be over a limit. */
static bool can_jump(const struct sg_frames *reader) {
    const struct sg_frames_options *options = &reader->options;
    for (uint64_t i = 0; i < reader->table.frames; i++) {
        struct sg_seekentry entry = sg_seekload_entry(&reader->table, i);
        uint64_t both = (uint64_t)entry.packed_bytes + entry.raw_bytes;
        if (entry.raw_bytes > SG_FRAMES_SEEK_MAX) return false;
        if (entry.packed_bytes > ZSTD_compressBound(entry.raw_bytes) + SG_ZSTD_HEADER_MAX)
            return false;
        if (options->max_record && entry.raw_bytes > options->max_record) return false;
        if (options->memory_bytes && both > options->memory_bytes) return false;
    }
    return reader->table.frames > 0;
}

static enum sg_code open_either(struct sg_frames *reader, struct sg_err *err) {
    struct stat st;
    int fd;
    enum sg_code code = sg_file_open(reader->path, &fd, err);
    if (code != SG_OK) return code;
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    if (regular) {
        reader->file_bytes = (uint64_t)st.st_size;
        posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    /* Standard input may be a file that someone has begun to read: only a stream starts where it stands. */
    if (regular && !reader->options.stream && strcmp(reader->path, "-") != 0) {
        code = sg_seekload_read(&reader->table, fd, reader->path, reader->file_bytes, err);
        if (code == SG_OK && can_jump(reader)) {
            reader->fd = fd;
            reader->hash = sg_hash_new();
            return SG_OK;
        }
        sg_seekload_free(&reader->table);
    }
    if (code == SG_OK) return sg_stream_open(&reader->stream, fd, reader->path, err);
    close(fd);
    return code;
}

enum sg_code sg_frames_open(struct sg_frames **out, const char *path,
                            const struct sg_frames_options *options, struct sg_err *err) {
    struct sg_frames *reader = sg_zalloc(1, sizeof *reader);
    reader->path = sg_strdup(path);
    reader->fd = -1;
    reader->carry_offset = SG_NOWHERE;
    if (options) reader->options = *options;
    enum sg_code code = open_either(reader, err);
    *out = code == SG_OK ? reader : NULL;
    if (code != SG_OK) sg_frames_close(reader);
    return code;
}

void sg_frames_close(struct sg_frames *reader) {
    if (!reader) return;
    sg_stream_close(reader->stream);
    if (reader->fd >= 0) close(reader->fd);
    sg_seekload_free(&reader->table);
    sg_hash_free(reader->hash);
    sg_buf_free(&reader->carry);
    free(reader->path);
    free(reader);
}

/* ---- jump ---- */

static enum sg_code changed(const struct sg_frames *reader, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file changed while it was read");
    sg_err_at(err, reader->path, reader->offset, SG_NOWHERE, SG_NOWHERE);
    return SG_DATA;
}

static enum sg_code jump_end(struct sg_frames *reader, struct sg_err *err) {
    char byte;
    size_t got;
    enum sg_code code =
        sg_file_read_at(reader->fd, reader->path, reader->file_bytes, &byte, 1, &got, err);
    if (code != SG_OK) return code;
    if (got) return changed(reader, err);
    if (!reader->ended)
        sg_hash_add(reader->hash, reader->table.bytes.data, reader->table.bytes.len);
    reader->ended = true;
    return SG_END;
}

static enum sg_code jump_next(struct sg_frames *reader, struct sg_frames_batch *batch,
                              struct sg_err *err) {
    if (reader->frame == reader->table.frames) return jump_end(reader, err);
    struct sg_seekentry entry = sg_seekload_entry(&reader->table, reader->frame);
    char *into = sg_buf_room(&batch->packed, entry.packed_bytes);
    enum sg_code code = sg_file_read_at(reader->fd, reader->path, reader->offset, into,
                                        entry.packed_bytes, &batch->packed.len, err);
    if (code != SG_OK) return code;
    if (batch->packed.len < entry.packed_bytes) return changed(reader, err);
    sg_hash_add(reader->hash, into, entry.packed_bytes);
    batch->is_packed = true;
    batch->frame_offset = reader->offset;
    batch->raw_bytes = entry.raw_bytes;
    batch->checksum = entry.checksum;
    reader->offset += entry.packed_bytes;
    reader->frame++;
    batch->last = reader->frame == reader->table.frames;
    reader->serial++;
    return SG_OK;
}

/* ---- stream ---- */

/* Where a batch may be cut: behind the last LF met so far, and the frame in which the next byte lies. */
struct cut {
    size_t at; /* 0: no LF yet */
    uint64_t frame_offset;
    bool open; /* the LF ended a piece: the next piece says the frame */
};

static void cut_note(struct cut *cut, const struct sg_buf *lines, size_t from,
                     uint64_t frame_offset) {
    if (cut->open) cut->frame_offset = frame_offset;
    cut->open = false;
    size_t limit = lines->len < SG_FRAMES_BATCH ? lines->len : SG_FRAMES_BATCH;
    if (from >= limit) return;
    const char *lf = memrchr(lines->data + from, '\n', limit - from);
    if (!lf) return;
    cut->at = (size_t)(lf + 1 - lines->data);
    cut->frame_offset = frame_offset;
    cut->open = cut->at == lines->len;
}

/* Put one more piece of the stream, at most len bytes, behind lines. */
static enum sg_code more(struct sg_frames *reader, struct sg_buf *lines, size_t len,
                         struct sg_err *err) {
    size_t got;
    enum sg_code code = sg_stream_read(reader->stream, sg_buf_room(lines, len), len, &got, err);
    if (code != SG_OK) return code;
    lines->len += got;
    if (got == 0) reader->ended = true;
    return SG_OK;
}

/* Fill lines to 1 MiB and one byte, noting the cut and the frame of the first byte. */
static enum sg_code fill(struct sg_frames *reader, struct sg_frames_batch *batch, struct cut *cut,
                         struct sg_err *err) {
    struct sg_buf *lines = &batch->lines;
    sg_buf_put(lines, reader->carry.data, reader->carry.len);
    batch->frame_offset = reader->carry_offset;
    reader->carry.len = 0;
    /* A carry of several frames keeps the offset of its first: near enough for a message. */
    if (lines->len) cut_note(cut, lines, 0, reader->carry_offset);
    while (lines->len <= SG_FRAMES_BATCH && !reader->ended) {
        size_t from = lines->len;
        enum sg_code code = more(reader, lines, SG_FRAMES_BATCH + 1 - lines->len, err);
        if (code != SG_OK) return code;
        if (lines->len == from) break;
        uint64_t offset = sg_stream_frame_offset(reader->stream);
        if (from == 0) batch->frame_offset = offset;
        cut_note(cut, lines, from, offset);
    }
    return SG_OK;
}

/* Keep what is behind at for the next batch. */
static void carry_from(struct sg_frames *reader, struct sg_buf *lines, size_t at,
                       uint64_t frame_offset) {
    sg_buf_put(&reader->carry, lines->data + at, lines->len - at);
    reader->carry_offset = frame_offset;
    lines->len = at;
}

/* Where the first line that is longer than limit begins; SIZE_MAX when none of the first end bytes does. */
static size_t find_longer(const struct sg_buf *lines, size_t end, uint64_t limit) {
    for (size_t start = 0; start < end;) {
        const char *lf = memchr(lines->data + start, '\n', lines->len - start);
        size_t stop = lf ? (size_t)(lf - lines->data) : lines->len;
        if (stop - start > limit) return start;
        start = stop + 1;
    }
    return SIZE_MAX;
}

/* The most bytes of one line that are held: 1 MiB always. */
static uint64_t line_limit(const struct sg_frames_options *options) {
    uint64_t limit = UINT64_MAX, memory = options->memory_bytes;
    if (memory) limit = memory < SG_FRAMES_BATCH ? SG_FRAMES_BATCH : memory;
    if (options->max_record && options->max_record < limit) limit = options->max_record;
    return limit;
}

/* Room for at least 1 more byte, at most limit + 1 in all: doubling, but never past what may be held. */
static void grow_line(struct sg_buf *lines, uint64_t limit) {
    if (lines->len < lines->cap) return;
    size_t cap = lines->cap < SIZE_MAX / 2 ? 2 * lines->cap : SIZE_MAX;
    if (limit < SIZE_MAX && cap > limit + 1) cap = (size_t)limit + 1;
    if (cap <= lines->len) cap = lines->len + 1;
    lines->data = sg_realloc(lines->data, cap);
    lines->cap = cap;
}

/* Read on to the end of the line that begins lines. *length is its length; at *end (behind its LF) the next one begins.
 * A line over limit is dropped while it is read, and *end is then counted in what is left in lines. */
static enum sg_code read_line(struct sg_frames *reader, struct sg_buf *lines, uint64_t *length,
                              size_t *end, struct sg_err *err) {
    uint64_t limit = line_limit(&reader->options), dropped = 0;
    for (size_t searched = 0;;) {
        const char *lf = memchr(lines->data + searched, '\n', lines->len - searched);
        if (lf || reader->ended) {
            size_t stop = lf ? (size_t)(lf - lines->data) : lines->len;
            *length = dropped + stop;
            *end = stop + (lf != NULL);
            return SG_OK;
        }
        if (dropped || lines->len > limit) {
            dropped += lines->len;
            lines->len = 0;
        } else {
            grow_line(lines, limit);
        }
        searched = lines->len;
        size_t room = lines->cap - lines->len;
        enum sg_code code =
            more(reader, lines, room < SG_FRAMES_BATCH ? room : SG_FRAMES_BATCH, err);
        if (code != SG_OK) return code;
    }
}

/* The first line alone is the batch. */
static enum sg_code long_line(struct sg_frames *reader, struct sg_frames_batch *batch,
                              struct sg_err *err) {
    struct sg_buf *lines = &batch->lines;
    const struct sg_frames_options *options = &reader->options;
    uint64_t length;
    size_t end;
    enum sg_code code = read_line(reader, lines, &length, &end, err);
    if (code != SG_OK) return code;
    carry_from(reader, lines, end, sg_stream_frame_offset(reader->stream));
    if (reader->carry.len == 0 && !reader->ended) { /* is it the last one? */
        code = more(reader, &reader->carry, 1, err);
        if (code != SG_OK) return code;
        reader->carry_offset = sg_stream_frame_offset(reader->stream);
    }
    if (length <= line_limit(options)) return SG_OK;
    lines->len = 0;
    if (options->max_record && length > options->max_record) {
        batch->too_long = length;
        return SG_OK;
    }
    char need[SG_NUM_TEXT], have[SG_NUM_TEXT];
    sg_err_set(err, SG_BUDGET,
               "one line of %s is more than a batch may hold, %s: give a larger --memory",
               sg_num_bytes(length, need), sg_num_bytes(options->memory_bytes, have));
    sg_err_at(err, reader->path, batch->frame_offset, SG_NOWHERE, SG_NOWHERE);
    return SG_BUDGET;
}

static enum sg_code cut_lines(struct sg_frames *reader, struct sg_frames_batch *batch,
                              const struct cut *cut, struct sg_err *err) {
    struct sg_buf *lines = &batch->lines;
    bool whole = reader->ended && lines->len <= SG_FRAMES_BATCH; /* all that is left */
    size_t at = whole ? lines->len : cut->at;
    uint64_t limit = line_limit(&reader->options);
    size_t longer = limit < lines->len ? find_longer(lines, at, limit) : SIZE_MAX;
    if (at == 0 || longer == 0) return long_line(reader, batch, err);
    uint64_t next_offset = cut->open ? sg_stream_frame_offset(reader->stream) : cut->frame_offset;
    carry_from(reader, lines, longer < at ? longer : at,
               longer < at ? batch->frame_offset : next_offset);
    return SG_OK;
}

static enum sg_code stream_next(struct sg_frames *reader, struct sg_frames_batch *batch,
                                struct sg_err *err) {
    struct cut cut = {0};
    struct sg_buf *lines = &batch->lines;
    enum sg_code code = fill(reader, batch, &cut, err);
    if (code != SG_OK) return code;
    if (lines->len == 0) return SG_END;
    code = cut_lines(reader, batch, &cut, err);
    if (code != SG_OK) return code;
    batch->last = reader->ended && reader->carry.len == 0;
    if (lines->len && lines->data[lines->len - 1] != '\n') sg_buf_putc(lines, '\n');
    batch->raw_bytes = lines->len;
    reader->serial++;
    return SG_OK;
}

enum sg_code sg_frames_next(struct sg_frames *reader, struct sg_frames_batch *batch,
                            struct sg_err *err) {
    reuse(batch, reader->serial);
    return reader->stream ? stream_next(reader, batch, err) : jump_next(reader, batch, err);
}

/* ---- what a reader knows ---- */

enum sg_compression sg_frames_compression(const struct sg_frames *reader) {
    return reader->stream ? sg_stream_compression(reader->stream) : SG_ZST;
}

bool sg_frames_has_seek_table(const struct sg_frames *reader) {
    return !reader->stream || sg_stream_has_seek_table(reader->stream);
}

uint64_t sg_frames_count(const struct sg_frames *reader) {
    return reader->stream ? sg_stream_frames(reader->stream) : reader->frame;
}

uint64_t sg_frames_bytes_read(const struct sg_frames *reader) {
    if (reader->stream) return sg_stream_bytes_read(reader->stream);
    return reader->ended ? reader->file_bytes : reader->offset;
}

uint64_t sg_frames_file_bytes(const struct sg_frames *reader) {
    return reader->file_bytes;
}

struct sg_hash128 sg_frames_hash(const struct sg_frames *reader) {
    return reader->stream ? sg_stream_hash(reader->stream) : sg_hash_digest(reader->hash);
}

uint64_t sg_frames_memory(const struct sg_frames *reader) {
    return reader->stream ? sg_stream_memory(reader->stream) + reader->carry.cap
                          : reader->table.bytes.cap;
}

/* ---- workers: frames to lines ---- */

struct sg_frames_decoder {
    ZSTD_DCtx *zstd;
};

struct sg_frames_decoder *sg_frames_decoder_new(void) {
    struct sg_frames_decoder *decoder = sg_zalloc(1, sizeof *decoder);
    decoder->zstd = ZSTD_createDCtx();
    if (!decoder->zstd) sg_mem_failed((size_t)1 << 17);
    return decoder;
}

void sg_frames_decoder_free(struct sg_frames_decoder *decoder) {
    if (!decoder) return;
    ZSTD_freeDCtx(decoder->zstd);
    free(decoder);
}

/* zstd itself has compared a frame's own checksum; one without is compared with the table's. */
static bool checksum_agrees(const struct sg_frames_batch *batch,
                            const struct sg_zstd_header *header) {
    const struct sg_buf *packed = &batch->packed;
    if (header->has_checksum)
        return sg_num_get_u32(packed->data + packed->len - 4) == batch->checksum;
    return (uint32_t)sg_hash_xxh64(batch->lines.data, batch->raw_bytes) == batch->checksum;
}

/* The table's entry must be one whole frame (or one skippable frame, of no raw bytes), as large as it says. */
static enum sg_code unpack(struct sg_frames_decoder *decoder, struct sg_frames_batch *batch,
                           struct sg_err *err) {
    const struct sg_buf *packed = &batch->packed;
    struct sg_zstd_header header;
    bool is_frame = sg_zstd_header(packed->data, packed->len, &header);
    if (ZSTD_findFrameCompressedSize(packed->data, packed->len) != packed->len)
        return sg_err_set(err, SG_DATA,
                          "damaged zstd frame, or the seek table does not agree with it");
    if (is_frame && sg_zstd_check_window(&header, err) != SG_OK) return SG_DATA;
    char *into =
        sg_buf_room(&batch->lines, batch->raw_bytes + 1); /* one more: an LF may be added */
    size_t len =
        ZSTD_decompressDCtx(decoder->zstd, into, batch->raw_bytes, packed->data, packed->len);
    if (ZSTD_isError(len))
        return sg_err_set(err, SG_DATA, "damaged zstd data: %s", ZSTD_getErrorName(len));
    if (len != batch->raw_bytes || (is_frame && !checksum_agrees(batch, &header)))
        return sg_err_set(err, SG_DATA, "the seek table does not agree with its frame");
    batch->lines.len = len;
    return SG_OK;
}

enum sg_code sg_frames_lines(struct sg_frames_decoder *decoder, struct sg_frames_batch *batch,
                             bool *split, struct sg_err *err) {
    *split = false;
    if (!batch->is_packed) return SG_OK;
    batch->lines.len = 0;
    enum sg_code code = unpack(decoder, batch, err);
    if (code != SG_OK) {
        sg_err_at(err, NULL, batch->frame_offset, SG_NOWHERE, SG_NOWHERE);
        return code;
    }
    batch->is_packed = false;
    struct sg_buf *lines = &batch->lines;
    if (lines->len == 0 || lines->data[lines->len - 1] == '\n') return SG_OK;
    if (batch->last)
        sg_buf_putc(lines, '\n');
    else
        *split = true;
    return SG_OK;
}
