/*
 * Batches are cut by the reader alone (1 MiB of raw bytes or 4,096 units), workers turn one batch
 * into one frame, the writer puts the frames in order: the bytes of an output depend on its inputs
 * and the settings, never on the number of threads. A job whose receipt is current is not done
 * again. Its identity is the settings, the content of its files and of the sangam-source.yaml files
 * that speak of them (inputs of the receipt), and the names below INPUT (hashed as the receipt's
 * corpus).
 */
#include "ingest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "charset.h"
#include "convert.h"
#include "io/file.h"
#include "io/frames.h"
#include "plan.h"
#include "run/pipe.h"
#include "run/receipt.h"
#include "run/signals.h"

#define KEEP_BYTES ((size_t)8 << 20)
#define WORKER_BYTES ((uint64_t)24 << 20)
#define READER_BYTES ((uint64_t)32 << 20)

struct batch_slot {
    struct batch in;
    struct sg_parts parts;
    uint64_t *units; /* per unit of in */
    size_t units_cap;
    uint64_t bytes_read;
    char duplicate[64];
};

struct worker {
    struct convert *convert;
    struct sg_frames_packer *lines, *ledger;
};

struct ingest {
    struct sg_run *run;
    struct convert_options convert;
    struct provenances provenances;
    struct reader *reader;
    struct worker *workers;
    uint64_t budget_bytes;
    /* the job at hand */
    struct plan_job *job;
    struct sg_sink sink;
    size_t next_file; /* to be opened */
    bool reading, skipped_told, named_duplicate;
    uint64_t bad, raw_in, raw_out, shown_bytes, done_bytes;
    /* the whole run */
    uint64_t all_in, all_out, all_dropped, all_bad;
    char *first_bad; /* an output that has bad units */
};

/* ---- the pipe's calls ---- */

static void *make_slot(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch_slot));
}

static void free_slot(void *context, void *argument) {
    struct batch_slot *slot = argument;
    (void)context;
    batch_free(&slot->in);
    sg_parts_free(&slot->parts);
    free(slot->units);
    free(slot);
}

/* Links out of the tree and special files: one ledger line each. */
static void tell_skipped(struct ingest *ingest, struct batch *batch) {
    const struct sg_inputs *inputs = &ingest->run->inputs;
    for (size_t i = 0; i < inputs->skipped_count; i++) {
        struct unit unit = {
            .kind = UNIT_DROP,
            .file = UINT32_MAX,
            .provenance = &ingest->provenances.line,
            .reason = inputs->skipped[i].reason,
            .container = batch_string(batch, inputs->skipped[i].name),
        };
        batch_add(batch, &unit);
    }
}

static enum sg_code open_next(struct ingest *ingest, struct sg_err *err) {
    struct plan_file *file = &ingest->job->files[ingest->next_file];
    enum sg_code code = reader_open(ingest->reader, file->input, file->provenance,
                                    (uint32_t)ingest->next_file, err);
    ingest->reading = code == SG_OK;
    ingest->next_file++;
    return code;
}

static enum sg_code read_slot(void *context, void *argument, struct sg_err *err) {
    struct ingest *ingest = context;
    struct batch_slot *slot = argument;
    enum sg_code code = sg_signals_check(err);
    batch_reset(&slot->in);
    if (code == SG_OK && ingest->job->tells_skipped && !ingest->skipped_told)
        tell_skipped(ingest, &slot->in);
    ingest->skipped_told = true;
    while (code == SG_OK && !batch_full(&slot->in)) {
        if (!ingest->reading) {
            if (ingest->next_file == ingest->job->count) break;
            code = open_next(ingest, err);
            if (code != SG_OK) break;
        }
        struct plan_file *file = &ingest->job->files[ingest->next_file - 1];
        code = reader_fill(ingest->reader, &slot->in, err);
        if (code == SG_END) {
            ingest->done_bytes += reader_bytes(ingest->reader);
            ingest->reading = false;
            code = reader_file_end(ingest->reader, &file->read, err);
        }
        if (code != SG_OK) sg_err_at(err, file->input->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    slot->bytes_read = ingest->done_bytes + (ingest->reading ? reader_bytes(ingest->reader) : 0);
    return code == SG_OK && slot->in.count == 0 ? SG_END : code;
}

static uint64_t demand_of(void *context, const void *argument) {
    const struct batch_slot *slot = argument;
    (void)context;
    return slot->in.data.len * BATCH_DEMAND;
}

static enum sg_code work_slot(void *context, unsigned number, void *argument, struct sg_err *err) {
    struct ingest *ingest = context;
    struct batch_slot *slot = argument;
    struct worker *worker = &ingest->workers[number];
    sg_parts_reset(&slot->parts);
    slot->duplicate[0] = 0;
    if (slot->units_cap < slot->in.count) {
        slot->units_cap = slot->in.cap;
        slot->units = sg_realloc(slot->units, slot->units_cap * sizeof *slot->units);
    }
    convert_batch(worker->convert, &slot->in, slot->units, &slot->parts, slot->duplicate);
    return sg_parts_pack(&slot->parts, worker->lines, worker->ledger, err);
}

static void shrink(struct sg_buf *buf) {
    if (buf->cap > KEEP_BYTES) sg_buf_free(buf);
}

static enum sg_code write_slot(void *context, void *argument, struct sg_err *err) {
    struct ingest *ingest = context;
    struct batch_slot *slot = argument;
    struct sg_parts *parts = &slot->parts;
    if (slot->duplicate[0] && !ingest->named_duplicate) {
        ingest->named_duplicate = true;
        sg_log_line(ingest->run->progress, SG_LOG_WARNING,
                    "the member %s stands twice in a record for '%s' (the last one is read)",
                    slot->duplicate, ingest->job->name);
    }
    for (size_t i = 0; i < slot->in.count; i++)
        if (slot->in.units[i].file != UINT32_MAX)
            ingest->job->files[slot->in.units[i].file].units += slot->units[i];
    ingest->raw_in += slot->in.data.len;
    ingest->raw_out += parts->raw_bytes;
    ingest->bad += parts->bad_units;
    sg_progress_add(ingest->run->progress, slot->bytes_read - ingest->shown_bytes,
                    parts->records_in);
    ingest->shown_bytes = slot->bytes_read;
    enum sg_code code = sg_sink_put(&ingest->sink, parts, err);
    shrink(&parts->lines);
    shrink(&parts->packed_lines);
    shrink(&parts->bad);
    return code;
}

/* ---- one job ---- */

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int64_t mtime_of(const char *path) {
    struct stat there;
    if (strcmp(path, "-") == 0 || stat(path, &there) != 0) return 0;
    return (int64_t)there.st_mtim.tv_sec * 1000000000 + there.st_mtim.tv_nsec;
}

/* All that a receipt names as input: the files, then the source files that speak of them. */
struct paths {
    char **items;
    size_t count;
};

static void add_path(struct paths *paths, const char *path) {
    if ((paths->count & (paths->count - 1)) == 0)
        paths->items =
            sg_realloc(paths->items, (paths->count ? 2 * paths->count : 1) * sizeof *paths->items);
    paths->items[paths->count++] = (char *)(uintptr_t)path;
}

static enum sg_code find_provenance(struct ingest *ingest, struct paths *paths,
                                    struct sg_err *err) {
    struct plan_job *job = ingest->job;
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < job->count && code == SG_OK; i++) {
        struct plan_file *file = &job->files[i];
        code = provenances_find(&ingest->provenances, file->input->root, file->input->path,
                                &file->provenance, err);
        file->mtime_ns = mtime_of(file->input->path);
        add_path(paths, file->input->path);
    }
    const struct provenance *last = NULL;
    for (size_t i = 0; i < job->count && code == SG_OK; i++) {
        const struct provenance *from = job->files[i].provenance;
        if (!from->path || from == last) continue;
        last = from;
        bool known = false;
        for (size_t k = job->count; k < paths->count && !known; k++)
            known = strcmp(paths->items[k], from->path) == 0;
        if (!known) add_path(paths, from->path);
    }
    return code;
}

/* Names below INPUT are part of ids, and skipped things of the ledger: with others the job is
 * another one. */
static struct sg_hash128 identity_of(const struct ingest *ingest) {
    const struct plan_job *job = ingest->job;
    const struct sg_inputs *inputs = &ingest->run->inputs;
    struct sg_hash_state *state = sg_hash_new();
    for (size_t i = 0; i < job->count; i++)
        sg_hash_add_sized(state, job->files[i].input->name, strlen(job->files[i].input->name));
    for (size_t i = 0; job->tells_skipped && i < inputs->skipped_count; i++) {
        sg_hash_add_sized(state, inputs->skipped[i].name, strlen(inputs->skipped[i].name));
        sg_hash_add_sized(state, inputs->skipped[i].reason, strlen(inputs->skipped[i].reason));
    }
    struct sg_hash128 hash = sg_hash_digest(state);
    sg_hash_free(state);
    return hash;
}

static enum sg_code fill_inputs(struct ingest *ingest, const struct paths *paths,
                                struct sg_receipt *receipt, struct sg_err *err) {
    const struct plan_job *job = ingest->job;
    for (size_t i = 0; i < job->count; i++) {
        const struct plan_file *file = &job->files[i];
        sg_receipt_input(receipt, file->input->path, file->read.bytes, file->units,
                         file->read.hash);
        receipt->inputs[receipt->input_count - 1].mtime_ns = file->mtime_ns;
    }
    for (size_t i = job->count; i < paths->count; i++) {
        uint64_t bytes;
        struct sg_hash128 hash;
        enum sg_code code = sg_file_hash(paths->items[i], &bytes, &hash, err);
        if (code != SG_OK) return code;
        sg_receipt_input(receipt, paths->items[i], bytes, 0, hash);
        receipt->inputs[receipt->input_count - 1].mtime_ns = mtime_of(paths->items[i]);
    }
    return SG_OK;
}

static void fill_counts(struct ingest *ingest, struct sg_receipt *receipt) {
    static const char *const kinds[] = {"records", "dropped", "bad"};
    const struct sg_sink_file *files[] = {&ingest->sink.lines, &ingest->sink.dropped,
                                          &ingest->sink.bad};
    const struct sg_run *run = ingest->run;
    for (int i = 0; i < 3; i++)
        if (files[i]->open)
            sg_receipt_output(receipt, kinds[i], files[i]->path, files[i]->bytes, files[i]->records,
                              files[i]->hash);
    for (unsigned i = 0; i < run->budget.threads; i++) {
        const struct convert *convert = ingest->workers[i].convert;
        for (size_t k = 0; k < CONVERT_COUNTERS; k++)
            sg_receipt_counter(receipt, convert_counters[k], convert->counts[k]);
        for (size_t k = 0; k < convert->reason_count; k++)
            sg_receipt_reason(receipt, convert->reasons[k].name, convert->reasons[k].count);
    }
    receipt->records_in = ingest->sink.records_in;
    receipt->records_out = ingest->sink.lines.records;
    receipt->dropped = ingest->sink.dropped.records;
    receipt->bad = ingest->bad;
    receipt->raw_bytes_in = ingest->raw_in;
    receipt->raw_bytes_out = ingest->raw_out;
    receipt->threads = run->budget.threads;
    receipt->peak_bytes = sg_budget_peak();
}

static enum sg_code check_promises(const struct plan_job *job, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < job->count && code == SG_OK; i++) {
        const struct plan_file *file = &job->files[i];
        if (file->read.jsonl)
            code = sg_chain_keep_promise(file->input->path, &file->promise, file->read.bytes,
                                         file->units, file->read.hash, err);
    }
    return code;
}

/* Read, convert and write; the sink is complete afterwards, and not yet committed. */
static enum sg_code pass(struct ingest *ingest, const char *output, struct sg_err *err) {
    struct sg_run *run = ingest->run;
    struct sg_sink_options to = {.path = output,
                                 .dropped = run->dropped_path,
                                 .bad = run->bad_path,
                                 .compression = SG_PLAIN,
                                 .level = run->level};
    if (strcmp(output, "-") != 0) (void)!sg_frames_suffix(output, &to.compression);
    enum sg_code code = sg_sink_open(&ingest->sink, &to, err);
    if (code != SG_OK) return code;
    for (unsigned i = 0; i < run->budget.threads; i++) convert_restart(ingest->workers[i].convert);
    ingest->next_file = 0;
    ingest->reading = ingest->skipped_told = ingest->named_duplicate = false;
    ingest->bad = ingest->raw_in = ingest->raw_out = ingest->shown_bytes = ingest->done_bytes = 0;
    struct sg_pipe pipe = {.threads = run->budget.threads,
                           .budget_bytes = ingest->budget_bytes,
                           .context = ingest,
                           .make = make_slot,
                           .unmake = free_slot,
                           .read = read_slot,
                           .demand = demand_of,
                           .work = work_slot,
                           .write = write_slot};
    code = sg_pipe_run(&pipe, err);
    return code == SG_OK ? check_promises(ingest->job, err) : code;
}

static void count_in(struct ingest *ingest, const char *output, uint64_t in, uint64_t out,
                     uint64_t dropped, uint64_t bad) {
    ingest->all_in += in;
    ingest->all_out += out;
    ingest->all_dropped += dropped;
    ingest->all_bad += bad;
    if (bad && !ingest->first_bad && strcmp(output, "-") != 0)
        ingest->first_bad = sg_sink_beside(output, ".bad.zst");
}

static enum sg_code already_done(struct ingest *ingest, const char *output,
                                 const char *receipt_path, struct sg_err *err) {
    struct sg_receipt receipt = {0};
    sg_log_line(ingest->run->progress, SG_LOG_DETAIL, "'%s' is done: its receipt is valid", output);
    enum sg_code code = sg_receipt_load(receipt_path, &receipt, err);
    if (code == SG_OK) {
        for (size_t i = 0; i < ingest->job->count; i++)
            sg_progress_add(ingest->run->progress, ingest->job->files[i].input->bytes, 0);
        count_in(ingest, output, receipt.records_in, receipt.records_out, receipt.dropped,
                 receipt.bad);
    }
    sg_receipt_free(&receipt);
    return code;
}

static enum sg_code publish(struct ingest *ingest, const struct paths *paths,
                            const char *receipt_path, struct sg_receipt *receipt,
                            struct sg_err *err) {
    const struct sg_run *run = ingest->run;
    enum sg_code code = sg_sink_commit(&ingest->sink, err);
    if (code != SG_OK || !receipt_path) return code;
    receipt->stage = sg_strdup(run->stage->name);
    receipt->version = sg_strdup(SANGAM_VERSION);
    receipt->settings = sg_strndup(run->settings.data, run->settings.len);
    receipt->settings_hash = run->settings_hash;
    receipt->corpus = identity_of(ingest);
    code = fill_inputs(ingest, paths, receipt, err);
    if (code != SG_OK) return code;
    fill_counts(ingest, receipt);
    return sg_receipt_publish(receipt, receipt_path, err);
}

static enum sg_code read_promises(struct plan_job *job, struct sg_err *err) {
    enum sg_code code = SG_OK;
    enum sg_compression compression;
    for (size_t i = 0; i < job->count && code == SG_OK; i++) {
        struct plan_file *file = &job->files[i];
        if (file->input->regular && sg_frames_suffix(file->input->name, &compression))
            code = sg_chain_promise(file->input->path, &file->promise, err);
    }
    return code;
}

static bool all_regular(const struct plan_job *job) {
    for (size_t i = 0; i < job->count; i++)
        if (!job->files[i].input->regular) return false;
    return true;
}

static enum sg_code run_job(struct ingest *ingest, struct plan_job *job, struct sg_err *err) {
    const struct sg_run *run = ingest->run;
    struct paths paths = {0};
    struct sg_receipt receipt = {0};
    char *output = NULL, *beside = NULL;
    const char *why = NULL;
    double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    ingest->job = job;
    enum sg_code code = sg_run_output(run, job->name, &output, err);
    if (code == SG_OK) code = find_provenance(ingest, &paths, err);
    if (code == SG_OK) code = read_promises(job, err);
    if (code != SG_OK) goto out;
    if (strcmp(output, "-") != 0) beside = sg_sink_beside(output, ".receipt.json");
    if (beside && all_regular(job) &&
        sg_receipt_current(beside, run->settings_hash, identity_of(ingest), paths.items,
                           paths.count, &why)) {
        code = already_done(ingest, output, beside, err);
        goto out;
    }
    code = pass(ingest, output, err);
    receipt.wall_seconds = seconds_of(CLOCK_MONOTONIC) - wall;
    receipt.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    if (code == SG_OK)
        code =
            publish(ingest, &paths, run->receipt_path ? run->receipt_path : beside, &receipt, err);
    if (code == SG_OK)
        count_in(ingest, output, ingest->sink.records_in, ingest->sink.lines.records,
                 ingest->sink.dropped.records, ingest->bad);
out:
    sg_sink_abort(&ingest->sink);
    sg_receipt_free(&receipt);
    free(paths.items);
    free(beside);
    free(output);
    return code;
}

/* ---- the run ---- */

static enum sg_code read_options(struct ingest *ingest, struct sg_err *err) {
    const struct sg_opts *opts = ingest->run->opts;
    const char *split = sg_opts_text(opts, "split"), *charset = sg_opts_text(opts, "charset");
    ingest->convert.split = strcmp(split, "line") == 0        ? SPLIT_LINE
                            : strcmp(split, "paragraph") == 0 ? SPLIT_PARAGRAPH
                                                              : SPLIT_DOCUMENT;
    ingest->convert.charset = charset;
    if (charset && charset[0] && !charset_known(charset))
        return sg_err_set(err, SG_USAGE, "--charset: '%s' is no charset that can be decoded",
                          charset);
    struct provenance line = {.owner = sg_opts_text(opts, "owner"),
                              .source = sg_opts_text(opts, "source"),
                              .license = sg_opts_text(opts, "license"),
                              .url = "",
                              .date = "",
                              .charset = ""};
    provenances_init(&ingest->provenances, &line,
                     strcmp(sg_opts_text(opts, "sidecar"), "ignore") == 0);
    return jsonl_map_parse(sg_opts_text(opts, "map"), &ingest->convert.map, err);
}

static void make_workers(struct ingest *ingest) {
    const struct sg_run *run = ingest->run;
    enum sg_compression to = SG_ZST;
    if (!run->output_is_folder &&
        (strcmp(run->output, "-") == 0 || !sg_frames_suffix(run->output, &to)))
        to = SG_PLAIN;
    ingest->workers = sg_zalloc(run->budget.threads, sizeof *ingest->workers);
    for (unsigned i = 0; i < run->budget.threads; i++) {
        ingest->workers[i].convert = convert_new(&ingest->convert);
        ingest->workers[i].lines = sg_frames_packer_new(to, run->level);
        ingest->workers[i].ledger = sg_frames_packer_new(SG_ZST, run->level);
    }
}

static void free_workers(struct ingest *ingest) {
    for (unsigned i = 0; ingest->workers && i < ingest->run->budget.threads; i++) {
        convert_free(ingest->workers[i].convert);
        sg_frames_packer_free(ingest->workers[i].lines);
        sg_frames_packer_free(ingest->workers[i].ledger);
    }
    free(ingest->workers);
}

static void make_reader(struct ingest *ingest) {
    const struct sg_run *run = ingest->run;
    struct reader_options options = {
        .html_raw = strcmp(sg_opts_text(run->opts, "html"), "raw") == 0,
        .nested = (unsigned)sg_opts_count(run->opts, "nested"),
        .max_record = run->max_record,
        .memory_bytes = ingest->budget_bytes,
        .tmp = run->tmp,
    };
    reader_free(ingest->reader);
    ingest->reader = reader_new(&options);
}

/* Never fewer than 10 units, unless a plain number was asked for. */
static enum sg_code judge_bad(const struct ingest *ingest, struct sg_err *err) {
    const struct sg_limit *limit = &ingest->run->max_bad;
    if (limit->percent >= 0 && ingest->all_bad <= 10) return SG_OK;
    struct sg_err why = {0};
    if (sg_run_judge_bad(ingest->run, ingest->all_bad, ingest->all_in, true, &why) == SG_OK)
        return SG_OK;
    char limit_text[SG_NUM_TEXT];
    if (limit->percent >= 0)
        sg_num_double(limit->percent, limit_text);
    else
        sg_num_count(limit->count, limit_text);
    return sg_err_set(err, SG_DATA,
                      "%llu bad units of %llu, more than --max-bad %s%s: look at NAME.bad.zst "
                      "beside each output%s%s. All that is good is "
                      "published; running again with a higher --max-bad redoes nothing",
                      (unsigned long long)ingest->all_bad, (unsigned long long)ingest->all_in,
                      limit_text, limit->percent >= 0 ? "%" : "",
                      ingest->first_bad ? ", first " : "",
                      ingest->first_bad ? ingest->first_bad : "");
}

static void tell_totals(const struct ingest *ingest, double seconds) {
    char in[SG_NUM_TEXT], out[SG_NUM_TEXT], dropped[SG_NUM_TEXT], bad[SG_NUM_TEXT];
    sg_log_line(ingest->run->progress, SG_LOG_INFO,
                "%s units in, %s documents out, %s dropped, %s bad, %.1f s",
                sg_num_count(ingest->all_in, in), sg_num_count(ingest->all_out, out),
                sg_num_count(ingest->all_dropped, dropped), sg_num_count(ingest->all_bad, bad),
                seconds);
}

/* A refused file spoils only its own output; anything else ends the run. */
static enum sg_code run_jobs(struct ingest *ingest, struct plan *plan, struct sg_err *err) {
    struct sg_err refused = {0};
    for (size_t i = 0; i < plan->count; i++) {
        struct sg_err why = {0};
        make_reader(ingest);
        enum sg_code code = run_job(ingest, &plan->jobs[i], &why);
        if (code == SG_OK) continue;
        if (code != SG_DATA) {
            *err = why;
            return code;
        }
        if (refused.code == SG_OK)
            refused = why;
        else
            sg_log_error(&ingest->run->log, &why);
    }
    if (refused.code == SG_OK) return judge_bad(ingest, err);
    *err = refused;
    return SG_DATA;
}

enum sg_code ingest_run(struct sg_run *run, struct sg_err *err) {
    struct ingest ingest = {.run = run};
    struct plan plan = {0};
    double wall = seconds_of(CLOCK_MONOTONIC);
    enum sg_code code = sg_budget_fit(&run->budget, READER_BYTES, WORKER_BYTES, err);
    uint64_t fixed = READER_BYTES + run->budget.threads * WORKER_BYTES / 2;
    ingest.budget_bytes = run->budget.usable_bytes > fixed ? run->budget.usable_bytes - fixed : 1;
    if (code == SG_OK) code = read_options(&ingest, err);
    if (code == SG_OK) code = plan_make(&plan, run, err);
    if (code == SG_OK) {
        uint64_t total = 0;
        for (size_t i = 0; i < run->inputs.count; i++) total += run->inputs.items[i].bytes;
        sg_progress_phase(run->progress, run->stage->name, total);
        make_workers(&ingest);
        code = run_jobs(&ingest, &plan, err);
        char *left_over = plan_left_over(&plan, run);
        if (left_over)
            sg_log_line(run->progress, SG_LOG_WARNING,
                        "'%s' and what follows it are of an earlier run with more texts: remove them",
                        left_over);
        free(left_over);
        if (code == SG_OK || code == SG_DATA)
            tell_totals(&ingest, seconds_of(CLOCK_MONOTONIC) - wall);
    }
    free_workers(&ingest);
    reader_free(ingest.reader);
    plan_free(&plan);
    provenances_free(&ingest.provenances);
    jsonl_map_free(&ingest.convert.map);
    free(ingest.first_bad);
    return code;
}
