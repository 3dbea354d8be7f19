/*
 * One file: the reader cuts it into batches, workers decode, scan, process and compress, the writer puts the parts in
 * order. All heavy work is on the workers; what the writer adds (record numbers of bad lines) needs the order.
 *
 * A file with a seek table is decoded frame by frame on the workers. Should a frame turn out not to hold whole lines (a
 * foreign file), nothing was published yet: the file is read again as a stream.
 */
#include "run/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "io/frames.h"
#include "run/pipe.h"
#include "run/receipt.h"
#include "run/signals.h"
#include "run/sink.h"
#include "text/utf8.h"

#define KEEP_BYTES (16u << 20) /* a buffer that a giant record left larger is given back */
#define DEMAND_FACTOR 5        /* line, text, changed text, new line, packed */
#define WORKER_BYTES (24u << 20)

/* What every chain stage counts beside its own. */
enum { COUNT_BLANK, COUNT_BOM, COUNT_DUPLICATE, COUNT_REPAIRED, COUNT_COMMON };
static const char *const common_counters[] = {"blank_lines", "byte_order_marks", "duplicate_names",
                                              "repaired_lines"};

struct reason {
    const char *name;
    uint64_t count;
};

struct batch {
    struct sg_frames_batch in;
    struct sg_parts parts;
    uint64_t bytes_read; /* of the file, when this batch had been read: progress */
    char duplicate[64];  /* the first name that stood twice */
};

struct worker {
    struct sg_frames_decoder *decoder;
    struct sg_frames_packer *lines, *ledger;
    struct sg_record record;
    struct sg_buf id, repaired;
    struct sg_work work;
    void *scratch;
    uint64_t counts[COUNT_COMMON];
    struct reason *reasons;
    size_t reason_count;
};

struct chain {
    struct sg_run *run;
    const struct sg_stage *stage;
    void *shared;
    struct worker *workers;
    size_t counters; /* the stage's own */
    /* the file at hand */
    const struct sg_input *input;
    struct sg_frames *reader;
    struct sg_sink sink;
    uint64_t raw_in, raw_out, bad, shown_bytes;
    bool split, named_duplicate;
    /* the whole run */
    uint64_t all_in, all_out, all_dropped, all_bad;
    uint64_t *totals; /* the stage's own counters */
};

static uint64_t shared_bytes(const struct sg_stage *stage, const void *shared) {
    return stage->shared_size ? stage->shared_size(shared) : stage->shared_bytes;
}

/* ---- one record ---- */

static void count_reason(struct worker *worker, const char *name) {
    for (size_t i = 0; i < worker->reason_count; i++)
        if (strcmp(worker->reasons[i].name, name) == 0) {
            worker->reasons[i].count++;
            return;
        }
    worker->reasons =
        sg_realloc(worker->reasons, (worker->reason_count + 1) * sizeof *worker->reasons);
    worker->reasons[worker->reason_count++] = (struct reason){.name = name, .count = 1};
}

static void drop(struct chain *chain, struct worker *worker, struct sg_parts *parts) {
    size_t len = 0;
    const char *id = sg_record_string(&worker->record, "id", &worker->id, &len, NULL);
    if (chain->run->keep_dropped) {
        const struct sg_member *text = sg_record_find(&worker->record, "text");
        if (text) {
            struct sg_json value = sg_record_value(&worker->record, text);
            sg_buf_puts(&worker->work.detail, ",\"text\":");
            sg_buf_put(&worker->work.detail, value.text, value.len);
        }
    }
    sg_parts_drop(parts, id ? id : "", id ? len : 0, worker->work.reason, &worker->work.detail);
    count_reason(worker, worker->work.reason);
}

/* A bad record is kept verbatim while the limit allows any; else it ends the run, with its place. */
static enum sg_code bad(struct chain *chain, struct sg_parts *parts, const char *line, size_t len,
                        struct sg_err *err) {
    const struct sg_limit *limit = &chain->run->max_bad;
    if (err->code == SG_SYSTEM || err->code == SG_BUDGET) return err->code;
    if (limit->count == 0 && limit->percent <= 0) {
        err->code = SG_DATA;
        return sg_err_at(err, NULL, SG_NOWHERE, parts->records_in, SG_NOWHERE);
    }
    sg_parts_bad(parts, parts->records_in, err->byte, err->text, NULL, line, len);
    sg_err_clear(err);
    return SG_OK;
}

static enum sg_code scan(struct chain *chain, struct worker *worker, const char **line, size_t *len,
                         struct sg_err *err) {
    if (chain->stage->repairs_utf8 && sg_utf8_valid(*line, *len) != *len) {
        worker->repaired.len = 0;
        sg_utf8_repair(*line, *len, &worker->repaired);
        *line = worker->repaired.data;
        *len = worker->repaired.len;
        worker->counts[COUNT_REPAIRED]++;
    }
    return sg_record_scan(&worker->record, *line, *len, err);
}

static void note_duplicate(struct batch *batch, const struct sg_record *record) {
    if (batch->duplicate[0]) return;
    for (size_t i = 1; i < record->scanned; i++)
        for (size_t j = 0; j < i; j++) {
            const struct sg_member *a = &record->members[i], *b = &record->members[j];
            if (a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0) {
                char name[40];
                snprintf(name, sizeof name, "%.*s", (int)(a->name_len < 30 ? a->name_len : 30),
                         a->name);
                sg_err_quote(name, batch->duplicate, sizeof batch->duplicate);
                return;
            }
        }
}

static enum sg_code one_record(struct chain *chain, struct worker *worker, struct batch *batch,
                               const char *line, size_t len, struct sg_err *err) {
    struct sg_parts *parts = &batch->parts;
    const char *verbatim = line;
    size_t verbatim_len = len;
    parts->records_in++;
    enum sg_code code = scan(chain, worker, &line, &len, err);
    if (code != SG_OK) return bad(chain, parts, verbatim, verbatim_len, err);
    worker->counts[COUNT_BOM] += worker->record.bom;
    worker->counts[COUNT_DUPLICATE] += worker->record.duplicate_names;
    if (worker->record.duplicate_names) note_duplicate(batch, &worker->record);
    worker->work.detail.len = 0;
    switch (chain->stage->process(chain->shared, worker->scratch, &worker->record, &worker->work,
                                  err)) {
    case SG_KEEP:
        sg_record_write(&worker->record, &parts->lines);
        sg_buf_putc(&parts->lines, '\n');
        parts->records_out++;
        return SG_OK;
    case SG_DROP: drop(chain, worker, parts); return SG_OK;
    case SG_BAD: return bad(chain, parts, verbatim, verbatim_len, err);
    case SG_FAIL: break;
    }
    return err->code;
}

/* ---- the pipe's calls ---- */

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch));
}

static void free_batch(void *context, void *argument) {
    struct batch *batch = argument;
    (void)context;
    sg_frames_batch_free(&batch->in);
    sg_parts_free(&batch->parts);
    free(batch);
}

static void shrink(struct sg_buf *buf) {
    if (buf->cap > KEEP_BYTES) sg_buf_free(buf);
}

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct chain *chain = context;
    struct batch *batch = argument;
    enum sg_code code = sg_signals_check(err);
    if (code != SG_OK) return code;
    sg_parts_reset(&batch->parts);
    batch->duplicate[0] = 0;
    code = sg_frames_next(chain->reader, &batch->in, err);
    batch->bytes_read = sg_frames_bytes_read(chain->reader);
    return code;
}

static uint64_t demand_of(void *context, const void *argument) {
    const struct batch *batch = argument;
    (void)context;
    uint64_t raw = batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len;
    return raw * DEMAND_FACTOR;
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    struct chain *chain = context;
    struct batch *batch = argument;
    struct worker *worker = &chain->workers[number];
    bool split = false;
    enum sg_code code = sg_frames_lines(worker->decoder, &batch->in, &split, err);
    if (code != SG_OK) return code;
    if (split) {
        __atomic_store_n(&chain->split, true, __ATOMIC_RELAXED);
        return sg_err_set(err, SG_DATA, "frames end inside lines");
    }
    if (batch->in.too_long) {
        char size[SG_NUM_TEXT];
        struct sg_err cause = {0};
        batch->parts.records_in++;
        sg_err_set(&cause, SG_DATA, "a line of %s is longer than --max-record",
                   sg_num_bytes(batch->in.too_long, size));
        cause.byte = SG_NOWHERE;
        code = bad(chain, &batch->parts, "", 0, &cause);
        if (code != SG_OK) *err = cause;
        return code;
    }
    const char *at = batch->in.lines.data, *end = at + batch->in.lines.len;
    while (at < end && code == SG_OK) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        if (sg_record_blank(at, len))
            worker->counts[COUNT_BLANK]++;
        else
            code = one_record(chain, worker, batch, at, len, err);
        at += len + 1;
    }
    sg_arena_reset(&worker->work.arena);
    if (code == SG_OK) code = sg_parts_pack(&batch->parts, worker->lines, worker->ledger, err);
    if (code != SG_OK) sg_err_at(err, NULL, batch->in.frame_offset, SG_NOWHERE, SG_NOWHERE);
    return code;
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct chain *chain = context;
    struct batch *batch = argument;
    struct sg_parts *parts = &batch->parts;
    if (batch->duplicate[0] && !chain->named_duplicate) {
        chain->named_duplicate = true;
        sg_log_line(chain->run->progress, SG_LOG_WARNING,
                    "the member %s stands twice in a record of '%s' (the last one is read)",
                    batch->duplicate, chain->input->path);
    }
    enum sg_code code = sg_sink_put(&chain->sink, parts, err);
    chain->raw_in += batch->in.lines.len;
    chain->raw_out += parts->raw_bytes;
    chain->bad += parts->bad_units;
    sg_progress_add(chain->run->progress, batch->bytes_read - chain->shown_bytes,
                    parts->records_in);
    chain->shown_bytes = batch->bytes_read;
    shrink(&batch->in.lines);
    shrink(&batch->in.packed);
    shrink(&parts->lines);
    shrink(&parts->packed_lines);
    if (code == SG_OK && parts->bad_units)
        code = sg_run_judge_bad(chain->run, chain->all_bad + chain->bad, 0, false, err);
    return code;
}

/* ---- promises ---- */

enum sg_code sg_chain_promise(const char *path, struct sg_chain_promise *out, struct sg_err *err) {
    *out = (struct sg_chain_promise){0};
    if (strcmp(path, "-") == 0) return SG_OK;
    char *receipt_path = sg_sink_beside(path, ".receipt.json");
    struct sg_receipt receipt = {0};
    struct stat there;
    enum sg_code code = SG_OK;
    if (stat(receipt_path, &there) == 0) code = sg_receipt_load(receipt_path, &receipt, err);
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < receipt.output_count; i++) {
        const struct sg_receipt_file *file = &receipt.outputs[i];
        if (strcmp(file->kind, "records") != 0 || strcmp(file->path, slash ? slash + 1 : path) != 0)
            continue;
        *out = (struct sg_chain_promise){
            .known = true, .bytes = file->bytes, .records = file->records, .hash = file->hash};
        if (stat(path, &there) == 0 && (uint64_t)there.st_size != file->bytes) {
            sg_err_set(err, SG_DATA,
                       "the file has %llu bytes, its receipt says %llu: it was cut or replaced; "
                       "make it again",
                       (unsigned long long)there.st_size, (unsigned long long)file->bytes);
            code = sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
        }
    }
    sg_receipt_free(&receipt);
    free(receipt_path);
    return code;
}

enum sg_code sg_chain_keep_promise(const char *path, const struct sg_chain_promise *promise,
                                   uint64_t bytes, uint64_t records, struct sg_hash128 hash,
                                   struct sg_err *err) {
    if (!promise->known) return SG_OK;
    if (bytes == promise->bytes && records == promise->records &&
        sg_hash_compare(hash, promise->hash) == 0)
        return SG_OK;
    sg_err_set(err, SG_DATA,
               "the file is not what its receipt says (%llu bytes and %llu records read, %llu and "
               "%llu promised): make it again",
               (unsigned long long)bytes, (unsigned long long)records,
               (unsigned long long)promise->bytes, (unsigned long long)promise->records);
    return sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
}

/* ---- one file ---- */

static void reset_counts(struct chain *chain) {
    for (unsigned i = 0; i < chain->run->budget.threads; i++) {
        struct worker *worker = &chain->workers[i];
        memset(worker->counts, 0, sizeof worker->counts);
        memset(worker->work.counts, 0, chain->counters * sizeof *worker->work.counts);
        worker->reason_count = 0;
    }
    chain->raw_in = chain->raw_out = chain->bad = chain->shown_bytes = 0;
    chain->split = chain->named_duplicate = false;
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void add_outputs(struct sg_receipt *receipt, const struct sg_sink *sink) {
    const struct sg_sink_file *files[] = {&sink->lines, &sink->dropped, &sink->bad};
    static const char *const kinds[] = {"records", "dropped", "bad"};
    for (int i = 0; i < 3; i++)
        if (files[i]->open)
            sg_receipt_output(receipt, kinds[i], files[i]->path, files[i]->bytes, files[i]->records,
                              files[i]->hash);
}

static void fill_counts(struct chain *chain, struct sg_receipt *receipt) {
    for (unsigned i = 0; i < chain->run->budget.threads; i++) {
        const struct worker *worker = &chain->workers[i];
        for (size_t k = 0; k < COUNT_COMMON; k++)
            sg_receipt_counter(receipt, common_counters[k], worker->counts[k]);
        for (size_t k = 0; k < chain->counters; k++)
            if (worker->work.counts[k] || !chain->stage->sparse_counters)
                sg_receipt_counter(receipt, chain->stage->counters[k], worker->work.counts[k]);
        for (size_t k = 0; k < worker->reason_count; k++)
            sg_receipt_reason(receipt, worker->reasons[k].name, worker->reasons[k].count);
    }
    receipt->records_in = chain->sink.records_in;
    receipt->records_out = chain->sink.lines.records;
    receipt->dropped = chain->sink.dropped.records;
    receipt->bad = chain->bad;
    receipt->raw_bytes_in = chain->raw_in;
    receipt->raw_bytes_out = chain->raw_out;
    receipt->threads = chain->run->budget.threads;
    receipt->peak_bytes = sg_budget_peak();
}

/* Read, process and write; on success the sink is complete but not yet committed. */
static enum sg_code pass(struct chain *chain, const struct sg_sink_options *to, bool stream,
                         struct sg_err *err) {
    struct sg_run *run = chain->run;
    uint64_t fixed = shared_bytes(chain->stage, chain->shared) +
                     run->budget.threads * (chain->stage->scratch_bytes + WORKER_BYTES / 2);
    uint64_t budget = run->budget.usable_bytes > fixed ? run->budget.usable_bytes - fixed : 1;
    struct sg_frames_options from = {
        .max_record = run->max_record, .stream = stream, .memory_bytes = budget};
    enum sg_code code = sg_frames_open(&chain->reader, chain->input->path, &from, err);
    if (code == SG_OK) code = sg_sink_open(&chain->sink, to, err);
    reset_counts(chain);
    struct sg_pipe pipe = {.threads = run->budget.threads,
                           .budget_bytes = budget,
                           .context = chain,
                           .make = make_batch,
                           .unmake = free_batch,
                           .read = read_batch,
                           .demand = demand_of,
                           .work = work_on,
                           .write = write_batch};
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    if (code != SG_OK && err->record != SG_NOWHERE && err->record != 0)
        err->record += chain->sink.records_in;
    return code;
}

static enum sg_code warn_of_foreign(struct chain *chain, const struct sg_chain_promise *promise) {
    if (!promise->known && chain->input->regular &&
        sg_frames_compression(chain->reader) == SG_ZST && sg_frames_count(chain->reader) > 1 &&
        !sg_frames_has_seek_table(chain->reader))
        sg_log_line(chain->run->progress, SG_LOG_WARNING,
                    "'%s' has several frames, no seek table and no receipt: a foreign file, or one "
                    "of ours that was cut between frames",
                    chain->input->path);
    return SG_OK;
}

static enum sg_code publish(struct chain *chain, const char *receipt_path,
                            struct sg_receipt *receipt, struct sg_err *err) {
    enum sg_code code = sg_sink_commit(&chain->sink, err);
    if (code != SG_OK || !receipt_path) return code;
    add_outputs(receipt, &chain->sink);
    fill_counts(chain, receipt);
    return sg_receipt_publish(receipt, receipt_path, err);
}

/* a.jsonl.zst and a.jsonl.gz in one folder share the name of their receipt. */
static bool is_about(const struct sg_receipt *receipt, const char *output) {
    const char *slash = strrchr(output, '/');
    return receipt->output_count &&
           strcmp(receipt->outputs[0].path, slash ? slash + 1 : output) == 0;
}

static enum sg_code one_file(struct chain *chain, const char *output, struct sg_err *err) {
    struct sg_run *run = chain->run;
    bool pipe_out = strcmp(output, "-") == 0;
    char *beside = pipe_out ? NULL : sg_sink_beside(output, ".receipt.json");
    const char *receipt_path = run->receipt_path ? run->receipt_path : beside, *why = NULL;
    char *path = chain->input->path;
    struct sg_receipt receipt = {0};
    struct sg_chain_promise promise;
    enum sg_code code = sg_chain_promise(path, &promise, err);
    if (code != SG_OK) goto out;
    if (beside && chain->input->regular &&
        sg_receipt_current(beside, run->settings_hash, (struct sg_hash128){0}, &path, 1, &why) &&
        sg_receipt_load(beside, &receipt, err) == SG_OK && is_about(&receipt, output)) {
        sg_log_line(run->progress, SG_LOG_DETAIL, "'%s' is done: its receipt is valid", output);
        sg_progress_add(run->progress, chain->input->bytes, 0);
        chain->all_in += receipt.records_in, chain->all_out += receipt.records_out;
        chain->all_dropped += receipt.dropped, chain->all_bad += receipt.bad;
        goto out;
    }
    sg_receipt_free(&receipt);
    struct stat before = {0};
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    if (chain->input->regular && stat(path, &before) != 0) before = (struct stat){0};
    struct sg_sink_options to = {.path = output,
                                 .dropped = run->dropped_path,
                                 .bad = run->bad_path,
                                 .compression = SG_PLAIN,
                                 .level = run->level};
    if (!pipe_out) (void)!sg_frames_suffix(output, &to.compression);
    /* What went out through a pipe or a device cannot be taken back, so there the first pass must be the right one. */
    struct stat there;
    bool straight = pipe_out || (stat(output, &there) == 0 && !S_ISREG(there.st_mode));
    code = pass(chain, &to, straight, err);
    if (code != SG_OK && chain->split) {
        sg_err_clear(err);
        sg_sink_abort(&chain->sink);
        sg_frames_close(chain->reader);
        chain->reader = NULL;
        code = pass(chain, &to, true, err);
    }
    if (code == SG_OK)
        code = sg_chain_keep_promise(path, &promise, sg_frames_bytes_read(chain->reader),
                                     chain->sink.records_in, sg_frames_hash(chain->reader), err);
    if (code == SG_OK) code = warn_of_foreign(chain, &promise);
    if (code == SG_OK) {
        receipt.stage = sg_strdup(chain->stage->name);
        receipt.version = sg_strdup(SANGAM_VERSION);
        receipt.settings = sg_strndup(run->settings.data, run->settings.len);
        receipt.settings_hash = run->settings_hash;
        sg_receipt_input(&receipt, path, sg_frames_bytes_read(chain->reader),
                         chain->sink.records_in, sg_frames_hash(chain->reader));
        receipt.inputs[0].mtime_ns =
            (int64_t)before.st_mtim.tv_sec * 1000000000 + before.st_mtim.tv_nsec;
        receipt.wall_seconds = seconds_of(CLOCK_MONOTONIC) - wall;
        receipt.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        code = publish(chain, receipt_path, &receipt, err);
    }
    if (code == SG_OK) {
        chain->all_in += chain->sink.records_in, chain->all_out += chain->sink.lines.records;
        chain->all_dropped += chain->sink.dropped.records, chain->all_bad += chain->bad;
        for (unsigned i = 0; i < run->budget.threads; i++)
            for (size_t k = 0; k < chain->counters; k++)
                chain->totals[k] += chain->workers[i].work.counts[k];
    } else if (!sg_signals_caught() && (err->errnum == 0 || err->file[0] == 0)) {
        sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
out:
    sg_frames_close(chain->reader);
    chain->reader = NULL;
    sg_sink_abort(&chain->sink);
    sg_receipt_free(&receipt);
    free(beside);
    return code;
}

/* ---- the run ---- */

static void make_workers(struct chain *chain) {
    const struct sg_run *run = chain->run;
    enum sg_compression to = SG_ZST;
    if (!run->output_is_folder &&
        (strcmp(run->output, "-") == 0 || !sg_frames_suffix(run->output, &to)))
        to = SG_PLAIN;
    for (size_t n = 0; chain->stage->counters && chain->stage->counters[n]; n++)
        chain->counters = n + 1;
    chain->totals = sg_zalloc(chain->counters + 1, sizeof *chain->totals);
    chain->workers = sg_zalloc(run->budget.threads, sizeof *chain->workers);
    for (unsigned i = 0; i < run->budget.threads; i++) {
        struct worker *worker = &chain->workers[i];
        worker->decoder = sg_frames_decoder_new();
        worker->lines = sg_frames_packer_new(to, run->level);
        worker->ledger = sg_frames_packer_new(SG_ZST, run->level);
        worker->work.counts = sg_zalloc(chain->counters + 1, sizeof *worker->work.counts);
        worker->scratch = chain->stage->scratch ? chain->stage->scratch(chain->shared) : NULL;
    }
}

static void free_workers(struct chain *chain) {
    for (unsigned i = 0; i < chain->run->budget.threads; i++) {
        struct worker *worker = &chain->workers[i];
        sg_frames_decoder_free(worker->decoder);
        sg_frames_packer_free(worker->lines);
        sg_frames_packer_free(worker->ledger);
        sg_record_free(&worker->record);
        sg_buf_free(&worker->id);
        sg_buf_free(&worker->repaired);
        sg_buf_free(&worker->work.detail);
        sg_arena_free(&worker->work.arena);
        free(worker->work.counts);
        free(worker->reasons);
        if (chain->stage->scratch_free) chain->stage->scratch_free(worker->scratch);
    }
    free(chain->workers);
}

/* The run's last line: "3 documents in, 3 out, 0 dropped, 0 bad, 0.1 s", and what the stage adds. */
static void tell(struct chain *chain, double seconds) {
    char in[SG_NUM_TEXT], out[SG_NUM_TEXT], dropped[SG_NUM_TEXT], bad_text[SG_NUM_TEXT];
    struct sg_buf more = {0};
    if (chain->stage->finish)
        chain->stage->finish(chain->run, chain->shared, chain->totals, &more);
    sg_buf_str(&more);
    sg_log_line(chain->run->progress, SG_LOG_INFO,
                "%s documents in, %s out, %s dropped, %s bad, %.1f s%s",
                sg_num_count(chain->all_in, in), sg_num_count(chain->all_out, out),
                sg_num_count(chain->all_dropped, dropped), sg_num_count(chain->all_bad, bad_text),
                seconds, more.data);
    sg_buf_free(&more);
}

enum sg_code sg_chain_run(struct sg_run *run, void *shared, struct sg_err *err) {
    struct chain chain = {.run = run, .stage = run->stage, .shared = shared};
    enum sg_code code = sg_budget_fit(&run->budget, shared_bytes(run->stage, shared),
                                      run->stage->scratch_bytes + WORKER_BYTES, err);
    if (code != SG_OK) return code;
    make_workers(&chain);
    uint64_t total = 0;
    for (size_t i = 0; i < run->inputs.count; i++) total += run->inputs.items[i].bytes;
    sg_progress_phase(run->progress, run->stage->name, total);
    double wall = seconds_of(CLOCK_MONOTONIC);
    for (size_t i = 0; i < run->inputs.count && code == SG_OK; i++) {
        char *output = NULL;
        chain.input = &run->inputs.items[i];
        code = sg_run_output(run, chain.input->name, &output, err);
        if (code == SG_OK) code = one_file(&chain, output, err);
        free(output);
    }
    if (code == SG_OK) code = sg_run_judge_bad(run, chain.all_bad, chain.all_in, true, err);
    free_workers(&chain);
    if (code == SG_OK) tell(&chain, seconds_of(CLOCK_MONOTONIC) - wall);
    free(chain.totals);
    return code;
}
