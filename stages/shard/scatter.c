#include "scatter.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "io/oneframe.h"
#include "run/pipe.h"
#include "run/signals.h"

#define SLOT_BYTES (6u << 20)   /* what a batch slot keeps between batches */
#define READER_BYTES (12u << 20) /* decompressor and buffers of the file at hand */
#define WORKER_BYTES (5u << 20) /* record tables, text, spill frame, decoder */
#define POOL_LEAST (4u << 20)
#define PIPE_LEAST (8u << 20)
#define KEYS_LEAST (1u << 20)
#define KEYS_MOST (256u << 20)
#define DEMAND_FACTOR 3 /* a line, its text, and the frame it came in */

const char *const shard_count_names[SHARD_COUNTS] = {"blank_lines", "byte_order_marks", "duplicate_names",
                                                     "lone_surrogates", "labels_too_long"};

struct batch {
    struct sg_frames_batch in;
    size_t file;
    uint64_t bytes_read; /* of the file, when this batch had been read */
    struct sg_parts parts; /* bad units; records_in */
    struct sg_buf keys;
    struct sg_err failure; /* of a bad record that ends the run: its number is only known in order */
    bool failed, duplicate_names;
    uint64_t raw_bytes, bad_raw_bytes;
    struct sg_hash128 bad_fingerprint;
};

/* ---- memory ---- */

static enum sg_code split_memory(struct shard_scatter *scatter, struct sg_err *err) {
    struct sg_budget *budget = &scatter->run->budget;
    struct shard_memory *memory = &scatter->memory;
    memory->worker_bytes = WORKER_BYTES + sg_oneframe_memory(scatter->run->level);
    uint64_t fixed = PIPE_LEAST + KEYS_LEAST + READER_BYTES + 2 * SLOT_BYTES;
    uint64_t each = memory->worker_bytes + 2 * SLOT_BYTES + POOL_LEAST;
    enum sg_code code = sg_budget_fit(budget, fixed, each, err);
    if (code != SG_OK) return code;
    uint64_t spare = budget->usable_bytes - fixed - budget->threads * each;
    memory->pipe_bytes = PIPE_LEAST + spare / 6;
    memory->keys_bytes = KEYS_LEAST + (spare / 16 < KEYS_MOST ? spare / 16 : KEYS_MOST);
    spare -= spare / 6 + (memory->keys_bytes - KEYS_LEAST);
    memory->pool_bytes = POOL_LEAST + spare / budget->threads;
    char pool[SG_NUM_TEXT], pipe[SG_NUM_TEXT];
    sg_log_line(scatter->run->progress, SG_LOG_DETAIL, "memory: %u threads, %s of documents each, %s for batches in flight",
                budget->threads, sg_num_bytes(memory->pool_bytes, pool), sg_num_bytes(memory->pipe_bytes, pipe));
    return SG_OK;
}

static enum sg_code start(struct shard_scatter *scatter, struct sg_err *err) {
    shard_strata_init(&scatter->strata);
    scatter->worker_count = scatter->run->budget.threads;
    scatter->workers = sg_zalloc(scatter->worker_count, sizeof *scatter->workers);
    for (unsigned i = 0; i < scatter->worker_count; i++) {
        shard_pool_init(&scatter->workers[i].pool, scatter->memory.pool_bytes);
        scatter->workers[i].decoder = sg_frames_decoder_new();
    }
    scatter->files = sg_zalloc(scatter->run->inputs.count + 1, sizeof *scatter->files);
    if (scatter->rules.repeated_ids) return SG_OK;
    struct sg_extsort_options options = {.width = SHARD_KEY_WIDTH, .key_offset = 0, .key_bytes = 16,
                                         .memory_bytes = scatter->memory.keys_bytes, .folder = scatter->run->tmp};
    return sg_extsort_init(&scatter->keys, &options, err);
}

enum sg_code shard_scatter_init(struct shard_scatter *scatter, struct sg_run *run, const struct shard_rules *rules,
                                enum shard_unit unit, struct sg_err *err) {
    *scatter = (struct shard_scatter){.run = run, .rules = *rules, .unit = unit, .runs.unit = unit};
    return split_memory(scatter, err);
}

static void free_worker(struct shard_worker *worker) {
    shard_pool_free(&worker->pool);
    shard_spill_close(&worker->spill);
    for (size_t i = 0; i < worker->run_count; i++) shard_run_free(&worker->runs[i]);
    free(worker->runs);
    shard_local_free(&worker->local);
    shard_reader_free(&worker->reader);
    sg_frames_decoder_free(worker->decoder);
}

/* All that was read is forgotten; the plan stays. */
static void forget(struct shard_scatter *scatter) {
    for (unsigned i = 0; i < scatter->worker_count; i++) free_worker(&scatter->workers[i]);
    for (size_t i = 0; i < scatter->runs.count; i++) shard_run_free(&scatter->runs.items[i]);
    free(scatter->workers);
    free(scatter->runs.items);
    free(scatter->files);
    shard_spill_close(&scatter->level);
    shard_strata_free(&scatter->strata);
    sg_extsort_free(scatter->keys);
    sg_frames_close(scatter->reader);
    if (scatter->bad_open) sg_sink_abort(&scatter->bad_sink);
    struct shard_scatter fresh = {.run = scatter->run, .rules = scatter->rules, .unit = scatter->unit,
                                  .memory = scatter->memory, .runs.unit = scatter->unit};
    *scatter = fresh;
}

void shard_scatter_free(struct shard_scatter *scatter) { forget(scatter); }

/* ---- reading: one file after the other ---- */

static enum sg_code end_file(struct shard_scatter *scatter) {
    struct shard_file *file = &scatter->files[scatter->file];
    file->bytes = sg_frames_bytes_read(scatter->reader);
    file->hash = sg_frames_hash(scatter->reader);
    file->foreign_frames = sg_frames_compression(scatter->reader) == SG_ZST && sg_frames_count(scatter->reader) > 1 &&
                           !sg_frames_has_seek_table(scatter->reader);
    sg_frames_close(scatter->reader);
    scatter->reader = NULL;
    scatter->file++;
    return SG_OK;
}

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct shard_scatter *scatter = context;
    struct batch *batch = argument;
    const struct sg_inputs *inputs = &scatter->run->inputs;
    enum sg_code code = sg_signals_check(err);
    while (code == SG_OK) {
        if (!scatter->reader) {
            if (scatter->file == inputs->count) return SG_END;
            struct shard_file *file = &scatter->files[scatter->file];
            struct sg_frames_options how = {.max_record = scatter->run->max_record, .stream = scatter->stream,
                                            .memory_bytes = scatter->memory.pipe_bytes};
            code = sg_chain_promise(inputs->items[scatter->file].path, &file->promise, err);
            if (code == SG_OK) code = sg_frames_open(&scatter->reader, inputs->items[scatter->file].path, &how, err);
            if (code != SG_OK) break;
        }
        batch->file = scatter->file;
        code = sg_frames_next(scatter->reader, &batch->in, err);
        batch->bytes_read = sg_frames_bytes_read(scatter->reader);
        __atomic_store_n(&scatter->reader_bytes, sg_frames_memory(scatter->reader), __ATOMIC_RELAXED);
        if (code != SG_END) break;
        code = end_file(scatter);
    }
    return code;
}

static uint64_t demand_of(void *context, const void *argument) {
    const struct batch *batch = argument;
    (void)context;
    return DEMAND_FACTOR * (batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len);
}

/* ---- working ---- */

static enum sg_code spill(struct shard_scatter *scatter, struct shard_worker *worker, struct sg_err *err) {
    enum sg_code code = SG_OK;
    if (worker->pool.count == 0) return SG_OK;
    if (!worker->spill.path) code = shard_spill_open(&worker->spill, scatter->run->tmp, err);
    if (code != SG_OK) return code;
    worker->runs = sg_realloc(worker->runs, (worker->run_count + 1) * sizeof *worker->runs);
    shard_pool_sort(&worker->pool);
    code = shard_run_spilled(&worker->runs[worker->run_count++], &worker->pool, scatter->unit, &worker->spill, err);
    shard_pool_clear(&worker->pool);
    return code;
}

/* A decompressor with a large window (128 MiB for --long=27) takes its memory from the pools while its file is read. */
static enum sg_code fit_pool(struct shard_scatter *scatter, struct shard_worker *worker, struct sg_err *err) {
    uint64_t reader = __atomic_load_n(&scatter->reader_bytes, __ATOMIC_RELAXED);
    uint64_t excess = reader > READER_BYTES ? (reader - READER_BYTES) / scatter->worker_count : 0;
    uint64_t most = scatter->memory.pool_bytes;
    if (excess + POOL_LEAST > most) {
        char need[SG_NUM_TEXT];
        return sg_err_set(err, SG_BUDGET, "decompressing this file takes %s of memory: give a larger --memory",
                          sg_num_bytes(reader, need));
    }
    if (worker->pool.capacity <= most - excess) return SG_OK;
    enum sg_code code = spill(scatter, worker, err);
    shard_pool_free(&worker->pool); /* only a block that is given back is not resident */
    shard_pool_init(&worker->pool, most - excess);
    return code;
}

static enum sg_code keep(struct shard_scatter *scatter, struct shard_worker *worker, const struct shard_document *document,
                         struct sg_err *err) {
    uint32_t number = shard_local_number(&worker->local, &scatter->strata, document->folder);
    uint64_t units = shard_units(scatter->unit, &document->slip);
    struct shard_totals one = {.documents = 1, .raw_bytes = (uint64_t)document->slip.bytes + 1,
                               .code_points = document->slip.code_points, .tokens = document->slip.tokens,
                               .units = units, .largest_units = units, .fingerprint = document->line_hash};
    shard_totals_add(shard_local_totals(&worker->local, number), &one);
    worker->counts[SHARD_COUNT_BOM] += document->bom;
    worker->counts[SHARD_COUNT_DUPLICATE] += document->duplicate_names;
    worker->counts[SHARD_COUNT_LONE] += document->lone_surrogates;
    worker->counts[SHARD_COUNT_LABEL] += document->relabelled;
    if (shard_pool_put(&worker->pool, number, &document->slip, document->line)) return SG_OK;
    enum sg_code code = spill(scatter, worker, err);
    if (code != SG_OK || shard_pool_put(&worker->pool, number, &document->slip, document->line)) return code;
    char need[SG_NUM_TEXT], have[SG_NUM_TEXT];
    return sg_err_set(err, SG_BUDGET, "a record of %s does not fit the %s that each of %u threads has: "
                      "give a larger --memory or fewer threads",
                      sg_num_bytes(SHARD_POOL_NEED(document->slip.bytes), need),
                      sg_num_bytes(scatter->memory.pool_bytes, have), scatter->worker_count);
}

/* A bad record is set aside while the limit allows any; else it ends the run, told in the order of the input. */
static void set_aside(struct shard_scatter *scatter, struct batch *batch, const char *line, size_t len, struct sg_err *err) {
    const struct sg_limit *limit = &scatter->run->max_bad;
    if (limit->count == 0 && limit->percent <= 0) {
        batch->failed = true;
        batch->failure = *err;
        batch->failure.record = batch->parts.records_in;
    } else {
        sg_parts_bad(&batch->parts, batch->parts.records_in, err->byte, err->text,
                     scatter->run->inputs.items[batch->file].path, line, len);
        batch->bad_fingerprint = sg_hash_sum(batch->bad_fingerprint, sg_hash128(line, len, 0));
        batch->bad_raw_bytes += len + 1;
    }
    sg_err_clear(err);
}

static void put_key(struct batch *batch, const struct shard_document *document) {
    char *at = sg_buf_room(&batch->keys, SHARD_KEY_WIDTH);
    for (int i = 0; i < 8; i++) {
        at[i] = (char)(document->key.hi >> (56 - 8 * i));
        at[8 + i] = (char)(document->key.lo >> (56 - 8 * i));
    }
    sg_num_put_u64(at + 16, document->line_hash.lo);
    batch->keys.len += SHARD_KEY_WIDTH;
}

static enum sg_code one_line(struct shard_scatter *scatter, struct shard_worker *worker, struct batch *batch,
                             const char *line, size_t len, struct sg_err *err) {
    struct shard_document document;
    if (sg_record_blank(line, len)) {
        worker->counts[SHARD_COUNT_BLANK]++;
        return SG_OK;
    }
    batch->parts.records_in++;
    enum sg_code code = shard_document_read(&worker->reader, &scatter->rules, line, len, &document, err);
    if (code == SG_DATA) {
        set_aside(scatter, batch, line, len, err);
        return SG_OK;
    }
    if (code != SG_OK) return code;
    if (document.duplicate_names) batch->duplicate_names = true;
    if (!scatter->rules.repeated_ids) put_key(batch, &document);
    batch->raw_bytes += (uint64_t)document.slip.bytes + 1;
    return keep(scatter, worker, &document, err);
}

static void reset(struct batch *batch) {
    sg_parts_reset(&batch->parts);
    sg_err_clear(&batch->failure);
    batch->keys.len = 0;
    batch->failed = batch->duplicate_names = false;
    batch->raw_bytes = batch->bad_raw_bytes = 0;
    batch->bad_fingerprint = (struct sg_hash128){0};
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    struct shard_scatter *scatter = context;
    struct batch *batch = argument;
    struct shard_worker *worker = &scatter->workers[number];
    bool split = false;
    reset(batch);
    enum sg_code code = fit_pool(scatter, worker, err);
    if (code == SG_OK) code = sg_frames_lines(worker->decoder, &batch->in, &split, err);
    if (code == SG_OK && split) {
        __atomic_store_n(&scatter->split, true, __ATOMIC_RELAXED);
        code = sg_err_set(err, SG_DATA, "frames end inside lines");
    }
    if (code == SG_OK && batch->in.too_long) {
        char size[SG_NUM_TEXT];
        struct sg_err cause = {0};
        batch->parts.records_in++;
        sg_err_set(&cause, SG_DATA, "a line of %s is longer than --max-record", sg_num_bytes(batch->in.too_long, size));
        set_aside(scatter, batch, "", 0, &cause);
    }
    const char *at = batch->in.lines.data, *end = at + (batch->in.too_long ? 0 : batch->in.lines.len);
    while (code == SG_OK && !batch->failed && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        code = one_line(scatter, worker, batch, at, len, err);
        at += len + 1;
    }
    if (code != SG_OK) {
        const char *path = scatter->run->inputs.items[batch->file].path;
        sg_err_at(err, path, batch->in.frame_offset, SG_NOWHERE, SG_NOWHERE);
    }
    return code;
}

/* ---- writing, in the order of the input ---- */

static enum sg_code put_bad(struct shard_scatter *scatter, struct batch *batch, struct sg_err *err) {
    enum sg_code code = SG_OK;
    if (batch->parts.bad_units == 0) return SG_OK;
    if (!scatter->bad_open) {
        char *lines = sg_printf_dup("%s/bad.jsonl.zst", scatter->run->tmp);
        char *bad = sg_printf_dup("%s/run.bad.zst", scatter->run->output);
        struct sg_sink_options options = {.path = lines, .bad = bad, .compression = SG_ZST, .level = scatter->run->level};
        code = sg_sink_open(&scatter->bad_sink, &options, err);
        scatter->bad_open = true;
        free(lines);
        free(bad);
    }
    scatter->bad_sink.records_in = scatter->file_records; /* numbers count from the beginning of their file */
    if (code == SG_OK) code = sg_sink_put(&scatter->bad_sink, &batch->parts, err);
    scatter->bad += batch->parts.bad_units;
    scatter->bad_raw_bytes += batch->bad_raw_bytes;
    scatter->bad_fingerprint = sg_hash_sum(scatter->bad_fingerprint, batch->bad_fingerprint);
    if (code == SG_OK) code = sg_run_judge_bad(scatter->run, scatter->bad, 0, false, err);
    return code;
}

static enum sg_code tell_failure(struct shard_scatter *scatter, const struct batch *batch, struct sg_err *err) {
    *err = batch->failure;
    err->record += scatter->file_records;
    return sg_err_at(err, scatter->run->inputs.items[batch->file].path, batch->in.frame_offset, SG_NOWHERE, SG_NOWHERE);
}

static void give_back(struct sg_buf *buf) {
    if (buf->cap > SLOT_BYTES * 2 / 3) sg_buf_free(buf);
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct shard_scatter *scatter = context;
    struct batch *batch = argument;
    enum sg_code code = SG_OK;
    if (batch->file != scatter->written_file) {
        scatter->written_file = batch->file;
        scatter->file_records = scatter->shown_bytes = 0;
        scatter->named_duplicate = false;
    }
    if (batch->failed) return tell_failure(scatter, batch, err);
    if (batch->duplicate_names && !scatter->named_duplicate) {
        scatter->named_duplicate = true;
        sg_log_line(scatter->run->progress, SG_LOG_WARNING,
                    "a member name stands twice in a record of '%s' (the last one is read)",
                    scatter->run->inputs.items[batch->file].path);
    }
    for (size_t at = 0; at < batch->keys.len && code == SG_OK; at += SHARD_KEY_WIDTH)
        code = sg_extsort_put(scatter->keys, batch->keys.data + at, err);
    if (code == SG_OK) code = put_bad(scatter, batch, err);
    scatter->file_records += batch->parts.records_in;
    scatter->files[batch->file].records = scatter->file_records;
    scatter->documents += batch->parts.records_in - batch->parts.bad_units;
    scatter->raw_bytes += batch->raw_bytes;
    sg_progress_add(scatter->run->progress, batch->bytes_read - scatter->shown_bytes, batch->parts.records_in);
    scatter->shown_bytes = batch->bytes_read;
    give_back(&batch->in.lines);
    give_back(&batch->in.packed);
    give_back(&batch->keys);
    return code;
}

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch));
}

static void free_batch(void *context, void *argument) {
    struct batch *batch = argument;
    (void)context;
    sg_frames_batch_free(&batch->in);
    sg_parts_free(&batch->parts);
    sg_buf_free(&batch->keys);
    free(batch);
}

/* ---- the whole pass ---- */

static enum sg_code check_files(struct shard_scatter *scatter, struct sg_err *err) {
    for (size_t i = 0; i < scatter->run->inputs.count; i++) {
        const struct shard_file *file = &scatter->files[i];
        const struct sg_input *input = &scatter->run->inputs.items[i];
        enum sg_code code = sg_chain_keep_promise(input->path, &file->promise, file->bytes, file->records, file->hash, err);
        if (code != SG_OK) return code;
        if (file->foreign_frames && !file->promise.known && input->regular)
            sg_log_line(scatter->run->progress, SG_LOG_WARNING,
                        "'%s' has several frames, no seek table and no receipt: a foreign file, or one of ours that was "
                        "cut between frames",
                        input->path);
    }
    uint64_t all = scatter->documents + scatter->bad;
    return sg_run_judge_bad(scatter->run, scatter->bad, all, true, err);
}

/* The most that reading any one stratum out of these runs holds. */
static uint64_t largest_need(const struct shard_scatter *scatter, const struct shard_runs *runs) {
    uint64_t most = 0;
    for (uint32_t s = 0; s < scatter->strata.count; s++) {
        uint64_t need = shard_merge_memory(runs, s);
        if (need > most) most = need;
    }
    return most;
}

static void add_run(struct shard_runs *runs, const struct shard_run *run) {
    runs->items = sg_realloc(runs->items, (runs->count + 1) * sizeof *runs->items);
    runs->items[runs->count++] = *run;
}

static void take_runs(struct shard_scatter *scatter, struct shard_worker *worker) {
    for (size_t r = 0; r < worker->run_count; r++) add_run(&scatter->runs, &worker->runs[r]);
    worker->run_count = 0; /* theirs now */
}

/* What was spilled, and what still lies in the pools: that stays where it is when the spilled runs can be merged within
 * what the first pass needed for reading and no longer does. */
static enum sg_code gather_runs(struct shard_scatter *scatter, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (unsigned i = 0; i < scatter->worker_count; i++) {
        shard_local_merge(&scatter->strata, &scatter->workers[i].local);
        for (int k = 0; k < SHARD_COUNTS; k++) scatter->counts[k] += scatter->workers[i].counts[k];
        take_runs(scatter, &scatter->workers[i]);
    }
    bool stay = largest_need(scatter, &scatter->runs) * scatter->worker_count <= scatter->memory.pipe_bytes;
    for (unsigned i = 0; i < scatter->worker_count && code == SG_OK; i++) {
        struct shard_worker *worker = &scatter->workers[i];
        if (stay && worker->pool.count) {
            struct shard_run run;
            shard_pool_sort(&worker->pool);
            shard_run_in_memory(&run, &worker->pool, scatter->unit);
            add_run(&scatter->runs, &run);
            scatter->held_bytes += worker->pool.capacity;
        } else {
            code = spill(scatter, worker, err);
            shard_pool_free(&worker->pool);
            take_runs(scatter, worker);
        }
    }
    return code;
}

static enum sg_code pass(struct shard_scatter *scatter, struct sg_err *err) {
    enum sg_code code = start(scatter, err);
    struct sg_pipe pipe = {.threads = scatter->worker_count, .budget_bytes = scatter->memory.pipe_bytes, .context = scatter,
                           .make = make_batch, .unmake = free_batch, .read = read_batch, .demand = demand_of,
                           .work = work_on, .write = write_batch};
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    return code;
}

enum sg_code shard_scatter_run(struct shard_scatter *scatter, struct sg_err *err) {
    uint64_t total = 0;
    for (size_t i = 0; i < scatter->run->inputs.count; i++) total += scatter->run->inputs.items[i].bytes;
    sg_progress_phase(scatter->run->progress, "scatter", total);
    enum sg_code code = pass(scatter, err);
    if (code != SG_OK && scatter->split) { /* a foreign seek table whose frames cut lines: read streams instead */
        sg_err_clear(err);
        forget(scatter);
        scatter->stream = true;
        code = pass(scatter, err);
    }
    if (code == SG_OK) code = check_files(scatter, err);
    if (code == SG_OK) code = gather_runs(scatter, err);
    return code;
}

/* ---- merge levels ---- */

/* One level: groups of neighbouring runs that can be read together, each merged into one. */
static enum sg_code merge_once(struct shard_scatter *scatter, uint64_t memory_bytes, struct sg_err *err) {
    struct shard_runs old = scatter->runs, merged = {.unit = scatter->unit};
    struct shard_spill spill;
    enum sg_code code = shard_spill_open(&spill, scatter->run->tmp, err);
    if (code != SG_OK) return code;
    for (size_t first = 0, end; first < old.count && code == SG_OK; first = end) {
        for (end = first + 1; end < old.count; end++) {
            struct shard_runs group = {old.items + first, end + 1 - first, old.unit};
            if (largest_need(scatter, &group) > memory_bytes) break;
        }
        struct shard_runs group = {old.items + first, end - first, old.unit};
        struct shard_run run;
        code = shard_merge_level(&group, scatter->strata.count, &spill, &run, err);
        run.spill = &scatter->level;
        add_run(&merged, &run);
    }
    for (size_t i = 0; i < old.count; i++) shard_run_free(&old.items[i]);
    free(old.items);
    for (unsigned i = 0; i < scatter->worker_count; i++) shard_spill_close(&scatter->workers[i].spill);
    shard_spill_close(&scatter->level);
    scatter->level = spill;
    scatter->runs = merged;
    return code;
}

uint64_t shard_scatter_left(const struct shard_scatter *scatter) {
    return scatter->run->budget.usable_bytes - scatter->worker_count * scatter->memory.worker_bytes - scatter->held_bytes;
}

enum sg_code shard_scatter_fit(struct shard_scatter *scatter, struct sg_err *err) {
    uint64_t memory_bytes = shard_scatter_left(scatter);
    enum sg_code code = SG_OK;
    while (code == SG_OK && scatter->runs.count > 1) {
        size_t before = scatter->runs.count;
        uint64_t need = largest_need(scatter, &scatter->runs);
        if (need <= memory_bytes) return SG_OK;
        sg_log_line(scatter->run->progress, SG_LOG_DETAIL, "%zu runs do not fit at once: a merge level first", before);
        code = merge_once(scatter, memory_bytes, err);
        if (code == SG_OK && scatter->runs.count == before) {
            char text[SG_NUM_TEXT];
            return sg_err_set(err, SG_BUDGET, "merging needs %s of memory at once: give a larger --memory",
                              sg_num_bytes(need, text));
        }
    }
    return code;
}
