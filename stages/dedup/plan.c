/*
 * plan: options become parameters, parameters a fingerprint, pipes files. What the fingerprint covers decides keys and
 * sketches; files of one fingerprint can be compared with each other.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/publish.h"
#include "job.h"
#include "run/signals.h"
#include "text/json.h"
#include "unicode_table.h"

#define ROOM (8u << 20) /* of the budget, left for file buffers, stacks of frames and what the allocator keeps */

static enum sg_code read_numbers(struct dedup_job *job, uint64_t *bands, uint64_t *rows, struct sg_err *err) {
    const struct sg_opts *opts = job->run->opts;
    *bands = sg_opts_count(opts, "bands");
    *rows = sg_opts_count(opts, "rows");
    job->tau = sg_opts_number(opts, "threshold");
    job->hot = sg_opts_count(opts, "hot");
    uint64_t least = sg_opts_count(opts, "min-shingles");
    if (*bands == 0 || *rows == 0 || *bands > DEDUP_LANES || *rows > DEDUP_LANES || *bands * *rows > DEDUP_LANES)
        return sg_err_set(err, SG_USAGE, "--bands times --rows must be from 1 to %d", DEDUP_LANES);
    if (!(job->tau > 0 && job->tau <= 1)) return sg_err_set(err, SG_USAGE, "--threshold must be above 0 and at most 1");
    if (least == 0 || least > UINT32_MAX) return sg_err_set(err, SG_USAGE, "--min-shingles must be at least 1");
    if (job->hot < 2 || job->hot > UINT32_MAX) return sg_err_set(err, SG_USAGE, "--hot must be at least 2");
    job->settings.min_shingles = (uint32_t)least;
    return SG_OK;
}

static enum dedup_verify verify_of(const char *word) {
    static const char *const words[] = {"auto", "text", "sketch", "none"};
    enum dedup_verify verify = DEDUP_AUTO;
    for (int i = 0; i < 4; i++)
        if (strcmp(word, words[i]) == 0) verify = (enum dedup_verify)i;
    return verify;
}

/* Canonical: names sorted. */
static void describe(struct dedup_job *job, uint64_t bands, uint64_t rows) {
    struct sg_buf *json = &job->about.json;
    json->len = 0;
    sg_json_open(json, '{');
    sg_json_name(json, "bands");
    sg_json_put_u64(json, bands);
    sg_json_name(json, "exact_key");
    sg_json_put_str(json, job->settings.raw_key ? "raw" : "light");
    sg_json_name(json, "min_shingles");
    sg_json_put_u64(json, job->settings.min_shingles);
    sg_json_name(json, "mode");
    sg_json_put_str(json, job->settings.near ? "near" : "exact");
    sg_json_name(json, "profile");
    sg_json_put_str(json, "shingle");
    sg_json_name(json, "rows");
    sg_json_put_u64(json, rows);
    sg_json_name(json, "scope");
    sg_json_put_str(json, job->by_language ? "language" : "corpus");
    sg_json_name(json, "seed");
    sg_json_put_u64(json, job->seed);
    sg_json_name(json, "sketch");
    sg_json_put_str(json, "kperm32");
    sg_json_name(json, "unicode");
    sg_json_put_str(json, DEDUP_UNICODE);
    sg_json_name(json, "window");
    sg_json_put_u64(json, DEDUP_WINDOW);
    sg_json_close(json, '}');
    job->about.fingerprint = sg_hash128(json->data, json->len, 0);
}

static enum sg_code read_options(struct dedup_job *job, struct sg_err *err) {
    const struct sg_opts *opts = job->run->opts;
    uint64_t bands, rows;
    enum sg_code code = read_numbers(job, &bands, &rows, err);
    if (code != SG_OK) return code;
    const char *prefer = sg_opts_text(opts, "prefer");
    if (strcmp(prefer, "len:desc") != 0)
        return sg_err_set(err, SG_USAGE, "--prefer '%s' is not known: only len:desc (the longest text stays)", prefer);
    job->settings.near = strcmp(sg_opts_text(opts, "mode"), "near") == 0;
    job->settings.raw_key = strcmp(sg_opts_text(opts, "exact-key"), "raw") == 0;
    job->by_language = strcmp(sg_opts_text(opts, "scope"), "language") == 0;
    job->duplicate_ids_keep = strcmp(sg_opts_text(opts, "duplicate-ids"), "keep") == 0;
    job->keep_components = sg_opts_flag(opts, "keep-components");
    job->verify = verify_of(sg_opts_text(opts, "verify"));
    job->seed = sg_opts_count(opts, "seed");
    dedup_minhash_init(&job->settings.minhash, (unsigned)bands, (unsigned)rows, job->seed);
    describe(job, bands, rows);
    job->settings.minhash.band_seed = job->about.fingerprint.lo;
    job->rule = dedup_rule_of(job->verify, job->tau, job->settings.near ? job->settings.minhash.sketch_bytes : 1);
    return SG_OK;
}

enum sg_code dedup_job_init(struct dedup_job *job, struct sg_run *run, struct sg_err *err) {
    *job = (struct dedup_job){.run = run};
    enum sg_code code = read_options(job, err);
    if (code != SG_OK) return code;
    job->memory_bytes =
        run->budget.usable_bytes > 2 * ROOM ? run->budget.usable_bytes - ROOM : run->budget.usable_bytes / 2;
    job->input_count = run->inputs.count;
    job->inputs = sg_zalloc(job->input_count + 1, sizeof *job->inputs);
    for (size_t i = 0; i < job->input_count; i++) {
        struct stat there;
        struct dedup_input *input = &job->inputs[i];
        input->given = &run->inputs.items[i];
        input->path = sg_strdup(input->given->path);
        if (input->given->regular && stat(input->path, &there) == 0)
            input->mtime_ns = (int64_t)there.st_mtim.tv_sec * 1000000000 + there.st_mtim.tv_nsec;
    }
    return SG_OK;
}

/* A pipe can be read once, and we read three times. */
static enum sg_code spool(const struct dedup_job *job, struct dedup_input *input, size_t number, struct sg_err *err) {
    char block[64 << 10];
    size_t got = 1;
    int from = STDIN_FILENO, to = -1;
    char *copy = dedup_job_path(job, "spool-%zu", number);
    enum sg_code code = SG_OK;
    if (strcmp(input->path, "-") != 0) code = sg_file_open(input->path, &from, err);
    if (code == SG_OK && (to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        code = sg_err_sys(err, "cannot make '%s'", copy);
    while (code == SG_OK && got > 0) {
        code = sg_signals_check(err);
        if (code == SG_OK) code = sg_file_read(from, input->path, block, sizeof block, &got, err);
        if (code == SG_OK) code = sg_file_write(to, copy, block, got, err);
    }
    if (to >= 0) close(to);
    if (from > STDERR_FILENO) close(from);
    free(input->path);
    input->path = copy;
    return code;
}

enum sg_code dedup_plan(struct dedup_job *job, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < job->input_count; i++)
        if (!job->inputs[i].given->regular) code = spool(job, &job->inputs[i], i, err);
    char *path = dedup_job_path(job, "plan.json");
    if (code == SG_OK) code = sg_publish_bytes(path, job->about.json.data, job->about.json.len, err);
    free(path);
    return code;
}
