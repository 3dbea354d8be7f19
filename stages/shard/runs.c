#include "runs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"

#define SPILL_LEVEL (-3) /* 443 MB/s at ratio 1.85, measured: the cheapest that still halves the disk */
#define GIANT_BYTES (4u * SHARD_FRAME_BYTES) /* buffers above this are given back after use */

/* ---- spill files ---- */

enum sg_code shard_spill_open(struct shard_spill *spill, const char *folder, struct sg_err *err) {
    *spill = (struct shard_spill){.path = sg_printf_dup("%s/spill.XXXXXX", folder)};
    spill->fd = mkostemp(spill->path, O_CLOEXEC);
    if (spill->fd < 0) {
        enum sg_code code = sg_err_sys(err, "cannot make an intermediate file");
        sg_err_at(err, spill->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
        free(spill->path);
        *spill = (struct shard_spill){0};
        return code;
    }
    unlink(spill->path); /* nothing to clean up, however we end */
    spill->packer = sg_frames_packer_new(SG_ZST, SPILL_LEVEL);
    return SG_OK;
}

void shard_spill_close(struct shard_spill *spill) {
    if (!spill->path) return;
    close(spill->fd);
    free(spill->path);
    sg_frames_packer_free(spill->packer);
    sg_buf_free(&spill->raw);
    sg_buf_free(&spill->packed);
    sg_buf_free(&spill->slips);
    *spill = (struct shard_spill){0};
}

/* ---- writing runs ---- */

void shard_run_free(struct shard_run *run) {
    free(run->frames);
    *run = (struct shard_run){0};
}

static void add_frame(struct shard_run *run, const struct shard_frame *frame) {
    if (run->count == run->cap) {
        run->cap = run->cap ? 2 * run->cap : 64;
        run->frames = sg_realloc(run->frames, run->cap * sizeof *run->frames);
    }
    run->frames[run->count++] = *frame;
}

static enum sg_code close_frame(struct shard_run_writer *writer, struct sg_err *err) {
    struct shard_spill *spill = writer->spill;
    struct shard_frame *frame = &writer->frame;
    if (frame->documents == 0) return SG_OK;
    if (spill) {
        spill->packed.len = 0;
        enum sg_code code = sg_frames_pack(spill->packer, spill->raw.data, spill->raw.len, &spill->packed, err);
        if (code == SG_OK) code = sg_file_write(spill->fd, spill->path, spill->slips.data, spill->slips.len, err);
        if (code == SG_OK) code = sg_file_write(spill->fd, spill->path, spill->packed.data, spill->packed.len, err);
        if (code != SG_OK) return code;
        frame->at = spill->bytes;
        frame->packed_bytes = (uint32_t)spill->packed.len;
        spill->bytes += spill->slips.len + spill->packed.len;
        spill->slips.len = spill->raw.len = 0;
        if (spill->raw.cap > GIANT_BYTES) sg_buf_free(&spill->raw), sg_buf_free(&spill->packed);
    }
    add_frame(writer->run, frame);
    frame->documents = 0;
    return SG_OK;
}

enum sg_code shard_run_put(struct shard_run_writer *writer, uint32_t stratum, const struct shard_slip *slip,
                           const char *line, struct sg_err *err) {
    struct shard_frame *frame = &writer->frame;
    uint64_t raw = (uint64_t)slip->bytes + 1;
    bool other = frame->stratum != stratum;
    if (other || raw >= SHARD_FRAME_BYTES || frame->raw_bytes >= SHARD_FRAME_BYTES) {
        enum sg_code code = close_frame(writer, err);
        if (code != SG_OK) return code;
    }
    if (other) writer->units = 0;
    if (frame->documents == 0)
        *frame = (struct shard_frame){.rank_hi = slip->rank_hi, .rank_lo = slip->rank_lo, .stratum = stratum,
                                      .units_before = writer->units};
    if (writer->spill) {
        sg_buf_put(&writer->spill->slips, slip, sizeof *slip);
        sg_buf_put(&writer->spill->raw, line, raw);
    }
    frame->documents++;
    frame->raw_bytes += raw;
    frame->units += shard_units(writer->unit, slip);
    writer->units += shard_units(writer->unit, slip);
    return SG_OK;
}

enum sg_code shard_run_end(struct shard_run_writer *writer, struct sg_err *err) { return close_frame(writer, err); }

void shard_run_in_memory(struct shard_run *run, const struct shard_pool *pool, enum shard_unit unit) {
    *run = (struct shard_run){.pool = pool};
    struct shard_run_writer writer = {.run = run, .unit = unit};
    struct sg_err none = {0}; /* without a spill nothing can fail */
    for (size_t i = 0; i < pool->count; i++) {
        const struct shard_entry *entry = &pool->entries[i];
        size_t before = run->count;
        if (shard_run_put(&writer, entry->stratum, &entry->slip, NULL, &none) != SG_OK) return;
        if (run->count != before || i == 0) writer.frame.at = i;
    }
    if (shard_run_end(&writer, &none) != SG_OK) return;
}

enum sg_code shard_run_spilled(struct shard_run *run, const struct shard_pool *pool, enum shard_unit unit,
                               struct shard_spill *spill, struct sg_err *err) {
    *run = (struct shard_run){.spill = spill};
    struct shard_run_writer writer = {.run = run, .spill = spill, .unit = unit};
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < pool->count && code == SG_OK; i++) {
        const struct shard_entry *entry = &pool->entries[i];
        code = shard_run_put(&writer, entry->stratum, &entry->slip, shard_pool_line(pool, entry), err);
    }
    return code == SG_OK ? shard_run_end(&writer, err) : code;
}

void shard_run_frames(const struct shard_run *run, uint32_t stratum, size_t *first, size_t *end) {
    size_t bounds[2];
    for (int side = 0; side < 2; side++) { /* first frame not below (or above) the stratum */
        size_t low = 0, high = run->count;
        while (low < high) {
            size_t mid = (low + high) / 2;
            bool below = side == 0 ? run->frames[mid].stratum < stratum : run->frames[mid].stratum <= stratum;
            if (below) low = mid + 1;
            else high = mid;
        }
        bounds[side] = low;
    }
    *first = bounds[0];
    *end = bounds[1];
}

/* ---- reading ---- */

static enum sg_code damaged(const struct shard_spill *spill, struct sg_err *err) {
    sg_err_set(err, SG_SYSTEM, "an intermediate file is not what was written; is the disk sound?");
    return sg_err_at(err, spill->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

/* Read a part of the frame at hand: its slips, or its packed lines behind them. */
static enum sg_code read_part(const struct shard_cursor *cursor, uint64_t skip, size_t len, struct sg_buf *into,
                              struct sg_err *err) {
    const struct shard_spill *spill = cursor->run->spill;
    const struct shard_frame *frame = &cursor->run->frames[cursor->frame];
    size_t got = 0;
    into->len = 0;
    sg_buf_room(into, len);
    enum sg_code code = sg_file_read_at(spill->fd, spill->path, frame->at + skip, into->data, len, &got, err);
    into->len = got;
    return code == SG_OK && got != len ? damaged(spill, err) : code;
}

static const struct shard_slip *slip_at(const struct shard_cursor *cursor, uint32_t at) {
    const struct shard_run *run = cursor->run;
    if (run->pool) return &run->pool->entries[run->frames[cursor->frame].at + at].slip;
    return (const struct shard_slip *)(const void *)cursor->slips.data + at;
}

static enum sg_code enter_frame(struct shard_cursor *cursor, struct sg_err *err) {
    cursor->at = 0;
    cursor->line_at = 0;
    cursor->loaded = false;
    cursor->slip = NULL;
    if (cursor->batch.lines.cap > GIANT_BYTES) sg_buf_free(&cursor->batch.lines), sg_buf_free(&cursor->batch.packed);
    if (cursor->frame == cursor->end) return SG_OK;
    if (cursor->run->spill) {
        const struct shard_frame *frame = &cursor->run->frames[cursor->frame];
        enum sg_code code = read_part(cursor, 0, frame->documents * sizeof(struct shard_slip), &cursor->slips, err);
        if (code != SG_OK) return code;
    }
    cursor->slip = slip_at(cursor, 0);
    return SG_OK;
}

enum sg_code shard_cursor_next(struct shard_cursor *cursor, struct sg_err *err) {
    const struct shard_frame *frame = &cursor->run->frames[cursor->frame];
    cursor->line_at += (uint64_t)cursor->slip->bytes + 1;
    if (++cursor->at < frame->documents) {
        cursor->slip = slip_at(cursor, cursor->at);
        return SG_OK;
    }
    cursor->frame++;
    return enter_frame(cursor, err);
}

enum sg_code shard_cursor_open(struct shard_cursor *cursor, const struct shard_run *run, uint32_t stratum,
                               uint64_t rank_hi, enum shard_unit unit, uint64_t *units, struct sg_err *err) {
    *cursor = (struct shard_cursor){.run = run};
    size_t first;
    shard_run_frames(run, stratum, &first, &cursor->end);
    size_t low = first, high = cursor->end; /* the last frame that begins below the rank, else the first one */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (run->frames[mid].rank_hi < rank_hi) low = mid + 1;
        else high = mid;
    }
    cursor->frame = low > first ? low - 1 : first;
    *units = cursor->frame < cursor->end ? run->frames[cursor->frame].units_before : 0;
    enum sg_code code = enter_frame(cursor, err);
    while (code == SG_OK && cursor->slip && cursor->slip->rank_hi < rank_hi) {
        *units += shard_units(unit, cursor->slip);
        code = shard_cursor_next(cursor, err);
    }
    return code;
}

static enum sg_code load_lines(struct shard_cursor *cursor, struct sg_frames_decoder *decoder, struct sg_err *err) {
    const struct shard_frame *frame = &cursor->run->frames[cursor->frame];
    struct sg_frames_batch *batch = &cursor->batch;
    uint64_t total = 0;
    for (uint32_t i = 0; i < frame->documents; i++) total += (uint64_t)slip_at(cursor, i)->bytes + 1;
    if (total != frame->raw_bytes) return damaged(cursor->run->spill, err);
    enum sg_code code = read_part(cursor, frame->documents * sizeof(struct shard_slip), frame->packed_bytes, &batch->packed, err);
    if (code != SG_OK) return code;
    if (frame->packed_bytes < 4) return damaged(cursor->run->spill, err);
    bool split = false;
    batch->is_packed = true;
    batch->raw_bytes = frame->raw_bytes;
    batch->checksum = sg_num_get_u32(batch->packed.data + frame->packed_bytes - 4);
    batch->frame_offset = SG_NOWHERE;
    batch->lines.len = 0;
    code = sg_frames_lines(decoder, batch, &split, err);
    if (code != SG_OK) return code;
    if (split || batch->lines.len != frame->raw_bytes) return damaged(cursor->run->spill, err);
    cursor->loaded = true;
    return SG_OK;
}

enum sg_code shard_cursor_line(struct shard_cursor *cursor, struct sg_frames_decoder *decoder, const char **line,
                               struct sg_err *err) {
    const struct shard_run *run = cursor->run;
    if (run->pool) {
        *line = shard_pool_line(run->pool, &run->pool->entries[run->frames[cursor->frame].at + cursor->at]);
        return SG_OK;
    }
    if (!cursor->loaded) {
        enum sg_code code = load_lines(cursor, decoder, err);
        if (code != SG_OK) return code;
    }
    *line = cursor->batch.lines.data + cursor->line_at;
    return SG_OK;
}

void shard_cursor_free(struct shard_cursor *cursor) {
    sg_buf_free(&cursor->slips);
    sg_frames_batch_free(&cursor->batch);
    *cursor = (struct shard_cursor){0};
}
