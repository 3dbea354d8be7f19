#include "outputs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "io/publish.h"
#include "text/json.h"

/* ---- nothing to do? ---- */

static void add_hash(struct sg_hash128 *sum, struct sg_hash128 hash) {
    const uint64_t words[] = {hash.lo, hash.hi};
    char bytes[16];
    for (int i = 0; i < 16; i++) bytes[i] = (char)(words[i / 8] >> 8 * (i % 8));
    *sum = sg_hash_sum(*sum, sg_hash128(bytes, sizeof bytes, 0));
}

static char *receipt_path_of(const struct dedup_job *job, const char *output) {
    if (job->run->receipt_path) return sg_strdup(job->run->receipt_path);
    return strcmp(output, "-") == 0 ? NULL : sg_sink_beside(output, ".receipt.json");
}

/* Files that share an output: all, when there is one output. */
static size_t inputs_per_output(const struct dedup_job *job) {
    return job->run->output_is_folder ? 1 : job->input_count;
}

/* Loads the receipt of the output that begins with input i; false when there is none. */
static bool load_receipt(const struct dedup_job *job, size_t i, char **path, struct sg_receipt *receipt) {
    struct sg_err err = {0};
    char *output = NULL;
    struct stat there;
    *path = NULL;
    bool loaded = false;
    if (sg_run_output(job->run, job->inputs[i].given->name, &output, &err) == SG_OK && strcmp(output, "-") != 0)
        *path = receipt_path_of(job, output);
    if (*path && stat(*path, &there) == 0) loaded = sg_receipt_load(*path, receipt, &err) == SG_OK;
    free(output);
    return loaded;
}

/* The corpus that the receipts speak of: the sum of what they say they read. */
static bool sum_of_receipts(const struct dedup_job *job, struct sg_hash128 *corpus) {
    size_t step = inputs_per_output(job);
    *corpus = (struct sg_hash128){0};
    for (size_t i = 0; i < job->input_count; i += step) {
        struct sg_receipt receipt = {0};
        char *path;
        bool good =
            job->inputs[i].given->regular && load_receipt(job, i, &path, &receipt) && receipt.input_count == step;
        for (size_t k = 0; good && k < step; k++) add_hash(corpus, receipt.inputs[k].hash);
        if (job->inputs[i].given->regular) free(path);
        sg_receipt_free(&receipt);
        if (!good) return false;
    }
    return job->input_count > 0;
}

bool dedup_outputs_current(const struct dedup_job *job) {
    size_t step = inputs_per_output(job);
    struct sg_hash128 corpus;
    if (!sum_of_receipts(job, &corpus)) return false;
    char **paths = sg_zalloc(job->input_count, sizeof *paths);
    for (size_t i = 0; i < job->input_count; i++) paths[i] = job->inputs[i].path;
    bool current = true;
    for (size_t i = 0; current && i < job->input_count; i += step) {
        struct sg_receipt receipt = {0};
        const char *why = NULL;
        char *path;
        current = load_receipt(job, i, &path, &receipt) &&
                  sg_receipt_current(path, job->run->settings_hash, corpus, paths + i, step, &why);
        if (why)
            sg_log_line(job->run->progress, SG_LOG_DETAIL, "'%s' is made again: %s", job->inputs[i].given->path, why);
        sg_receipt_free(&receipt);
        free(path);
    }
    free(paths);
    return current;
}

/* ---- writing ---- */

enum sg_compression dedup_outputs_compression(const struct dedup_job *job) {
    enum sg_compression compression = SG_ZST;
    if (!job->run->output_is_folder && !sg_frames_suffix(job->run->output, &compression)) compression = SG_PLAIN;
    return compression;
}

static enum sg_code begin(struct dedup_outputs *outputs, struct sg_err *err) {
    const struct sg_run *run = outputs->job->run;
    enum sg_code code = sg_run_output(run, outputs->job->inputs[outputs->input].given->name, &outputs->path, err);
    if (code != SG_OK) return code;
    const struct sg_sink_options options = {.path = outputs->path,
                                            .dropped = run->dropped_path,
                                            .bad = run->bad_path,
                                            .compression = dedup_outputs_compression(outputs->job),
                                            .level = run->level};
    outputs->open = true;
    outputs->tally = (struct dedup_tally){0};
    outputs->bad = outputs->raw_out = 0;
    return sg_sink_open(&outputs->sink, &options, err);
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fill_inputs(const struct dedup_outputs *outputs, struct sg_receipt *receipt) {
    const struct dedup_job *job = outputs->job;
    for (size_t i = 0; i < job->input_count; i++) add_hash(&receipt->corpus, job->inputs[i].hash);
    for (size_t i = 0; i < inputs_per_output(job); i++) {
        const struct dedup_input *input = &job->inputs[outputs->input + i];
        sg_receipt_input(receipt, input->given->path, input->bytes, input->documents + input->bad, input->hash);
        receipt->inputs[i].mtime_ns = input->mtime_ns;
        receipt->records_in += input->documents + input->bad;
    }
}

static void fill_counts(const struct dedup_outputs *outputs, struct sg_receipt *receipt) {
    const struct dedup_counts *counts = &outputs->job->counts;
    const struct dedup_tally *tally = &outputs->tally;
    if (tally->exact) sg_receipt_reason(receipt, "exact", tally->exact);
    if (tally->near) sg_receipt_reason(receipt, "near", tally->near);
    if (outputs->job->cross.on) {
        bool reported = outputs->job->cross.policy == DEDUP_MINE;
        if (tally->cross && !reported) sg_receipt_reason(receipt, "cross", tally->cross);
        if (reported) sg_receipt_counter(receipt, "hits", tally->cross);
    }
    if (outputs->job->units.unit != DEDUP_UNIT_NONE) {
        if (tally->cut) sg_receipt_reason(receipt, dedup_unit_name_of(outputs->job->units.unit), tally->cut);
        sg_receipt_counter(receipt, "documents_cut", tally->documents_cut);
        sg_receipt_counter(receipt, "bytes_cut", tally->bytes_cut);
        sg_receipt_counter(receipt, "corpus_units", counts->units);
        sg_receipt_counter(receipt, "corpus_units_cut", counts->units_cut);
    }
    sg_receipt_counter(receipt, "blank_lines", tally->blank);
    sg_receipt_counter(receipt, "survivors", tally->survivors);
    const struct {
        const char *name;
        uint64_t count;
    } all[] = {{"corpus_documents", counts->documents},
               {"corpus_band_records", counts->band_records},
               {"corpus_edges", counts->edges},
               {"corpus_in_components", counts->in_components},
               {"corpus_components", counts->components},
               {"corpus_hot_components", counts->hot_components},
               {"corpus_rechecked", counts->border_documents},
               {"corpus_compared_by_text", counts->compared_by_text},
               {"corpus_clusters", counts->clusters},
               {"corpus_duplicate_ids", counts->duplicate_ids}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) sg_receipt_counter(receipt, all[i].name, all[i].count);
}

static void fill_outputs(const struct dedup_outputs *outputs, struct sg_receipt *receipt) {
    const struct sg_sink_file *files[] = {&outputs->sink.lines, &outputs->sink.dropped, &outputs->sink.bad};
    static const char *const kinds[] = {"records", "dropped", "bad"};
    for (int i = 0; i < 3; i++)
        if (files[i]->open)
            sg_receipt_output(receipt, kinds[i], files[i]->path, files[i]->bytes, files[i]->records, files[i]->hash);
    receipt->records_out = outputs->sink.lines.records;
    receipt->dropped = outputs->sink.dropped.records - outputs->tally.documents_cut; /* the ledger tells of both */
    receipt->bad = outputs->bad;
    receipt->raw_bytes_in = outputs->tally.raw_bytes;
    receipt->raw_bytes_out = outputs->raw_out;
}

static enum sg_code publish_receipt(struct dedup_outputs *outputs, const char *path, struct sg_err *err) {
    const struct sg_run *run = outputs->job->run;
    struct sg_receipt receipt = {.stage = sg_strdup(run->stage->name),
                                 .version = sg_strdup(SANGAM_VERSION),
                                 .settings = sg_strndup(run->settings.data, run->settings.len),
                                 .settings_hash = run->settings_hash,
                                 .threads = run->budget.threads,
                                 .peak_bytes = sg_budget_peak()};
    fill_inputs(outputs, &receipt);
    fill_counts(outputs, &receipt);
    fill_outputs(outputs, &receipt);
    receipt.wall_seconds = seconds_of(CLOCK_MONOTONIC) - outputs->job->wall_start;
    receipt.cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    enum sg_code code = sg_receipt_publish(&receipt, path, err);
    sg_receipt_free(&receipt);
    return code;
}

static void add_tally(struct dedup_tally *sum, const struct dedup_tally *more) {
    sum->exact += more->exact;
    sum->near += more->near;
    sum->cross += more->cross;
    sum->survivors += more->survivors;
    sum->cut += more->cut;
    sum->documents_cut += more->documents_cut;
    sum->bytes_cut += more->bytes_cut;
    sum->blank += more->blank;
    sum->raw_bytes += more->raw_bytes;
}

static void drop_open(struct dedup_outputs *outputs) {
    if (outputs->open) sg_sink_abort(&outputs->sink);
    free(outputs->path);
    outputs->path = NULL;
    outputs->open = false;
}

/* Publish the open output and its receipt. */
static enum sg_code end_one(struct dedup_outputs *outputs, struct sg_err *err) {
    enum sg_code code = sg_sink_commit(&outputs->sink, err);
    char *receipt = receipt_path_of(outputs->job, outputs->path);
    if (code == SG_OK && receipt) code = publish_receipt(outputs, receipt, err);
    outputs->all_kept += outputs->sink.lines.records;
    add_tally(&outputs->all, &outputs->tally);
    free(receipt);
    drop_open(outputs);
    return code;
}

/* Every input up to this one has its output, empty ones too. */
static enum sg_code advance(struct dedup_outputs *outputs, size_t input, struct sg_err *err) {
    if (!outputs->job->run->output_is_folder) return outputs->open ? SG_OK : begin(outputs, err);
    enum sg_code code = outputs->open ? SG_OK : begin(outputs, err);
    while (code == SG_OK && outputs->input < input) {
        code = end_one(outputs, err);
        outputs->input++;
        if (code == SG_OK) code = begin(outputs, err);
    }
    return code;
}

void dedup_outputs_start(struct dedup_outputs *outputs, struct dedup_job *job, size_t first, size_t end) {
    *outputs = (struct dedup_outputs){.job = job, .input = first, .end = end};
}

enum sg_code dedup_outputs_put(struct dedup_outputs *outputs, size_t input, const struct sg_parts *parts,
                               const struct dedup_tally *tally, struct sg_err *err) {
    enum sg_code code = advance(outputs, input, err);
    if (code != SG_OK) return code;
    add_tally(&outputs->tally, tally);
    outputs->bad += parts->bad_units;
    outputs->raw_out += parts->raw_bytes;
    return sg_sink_put(&outputs->sink, parts, err);
}

enum sg_code dedup_outputs_end(struct dedup_outputs *outputs, struct sg_err *err) {
    enum sg_code code = advance(outputs, outputs->end - 1, err);
    return code == SG_OK ? end_one(outputs, err) : code;
}

void dedup_outputs_free(struct dedup_outputs *outputs) {
    drop_open(outputs);
}

/* ---- statistics ---- */

static char *statistics_path(const struct dedup_job *job) {
    const char *output = job->run->output;
    const struct dedup_task *task = &job->task;
    if (!job->run->output_is_folder) return strcmp(output, "-") == 0 ? NULL : sg_sink_beside(output, ".statistics.json");
    if (task->count == 1) return sg_printf_dup("%s/dedup.statistics.json", output);
    return sg_printf_dup("%s/dedup.%llu-of-%llu.statistics.json", output, (unsigned long long)task->number,
                         (unsigned long long)task->count);
}

static void put_count(struct sg_buf *out, const char *name, uint64_t count) {
    sg_json_name(out, name);
    sg_json_put_u64(out, count);
}

static void put_seconds(struct sg_buf *out, const char *name, double seconds) {
    sg_json_name(out, name);
    sg_json_put_double(out, seconds);
}

enum sg_code dedup_outputs_statistics(const struct dedup_job *job, const struct dedup_statistics *statistics,
                                      struct sg_err *err) {
    const struct dedup_counts *counts = &job->counts;
    struct sg_buf out = {0};
    char *path = statistics_path(job);
    if (!path) return SG_OK;
    sg_json_open(&out, '{');
    dedup_statistics_json(statistics, &out);
    sg_json_name(&out, "run");
    sg_json_open(&out, '{');
    put_count(&out, "candidates", counts->candidates);
    put_count(&out, "candidates_rejected", counts->rejected);
    put_count(&out, "components", counts->components);
    put_count(&out, "components_hot", counts->hot_components);
    put_seconds(&out, "cpu_seconds", seconds_of(CLOCK_PROCESS_CPUTIME_ID));
    put_count(&out, "peak_bytes", sg_budget_peak());
    put_seconds(&out, "wall_seconds", seconds_of(CLOCK_MONOTONIC) - job->wall_start);
    sg_json_close(&out, '}');
    sg_json_close(&out, '}');
    sg_buf_putc(&out, '\n');
    enum sg_code code = sg_publish_bytes(path, out.data, out.len, err);
    sg_buf_free(&out);
    free(path);
    return code;
}
