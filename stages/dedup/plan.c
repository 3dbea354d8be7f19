/*
 * plan: options become parameters (parameters.h), pipes files. The fingerprint of the parameters binds all files of a run.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/publish.h"
#include "job.h"
#include "run/signals.h"
#include "text/json.h"

#define ROOM (8u << 20) /* of the budget, left for file buffers, stacks of frames and what the allocator keeps */

/* Receipts tell the values in force, those of a preset too; two option lists with other values have another hash. */
static void fix_receipt(struct sg_run *run, const struct dedup_parameters *parameters) {
    struct sg_buf given = run->settings;
    char hex[SG_HASH_HEX];
    struct sg_hash_state *state = sg_hash_new();
    run->settings = (struct sg_buf){0};
    dedup_parameters_receipt(parameters, (struct sg_json){given.data, given.len}, &run->settings);
    sg_hash_add(state, sg_hash_hex(run->settings_hash, hex), SG_HASH_HEX - 1);
    sg_hash_add_sized(state, run->settings.data, run->settings.len);
    run->settings_hash = sg_hash_digest(state);
    sg_hash_free(state);
    sg_buf_free(&given);
}

static enum sg_code read_options(struct dedup_job *job, struct sg_err *err) {
    struct dedup_parameters *parameters = &job->parameters;
    enum sg_code code = dedup_parameters_from_options(job->run->opts, parameters, err);
    if (code == SG_OK && parameters->mode != DEDUP_NEAR && parameters->mode != DEDUP_EXACT)
        code = sg_err_set(err, SG_USAGE, "this mode cannot be run yet: near and exact can");
    if (code == SG_OK && strcmp(parameters->prefer, "len:desc") != 0)
        code = sg_err_set(err, SG_USAGE, "--prefer '%s' is not known: only len:desc (the longest text stays)",
                          parameters->prefer);
    if (code == SG_OK) code = dedup_parameters_settings(parameters, &job->settings, err);
    if (code != SG_OK) return code;
    job->tau = parameters->threshold;
    job->hot = parameters->hot;
    job->seed = parameters->seed;
    job->verify = (enum dedup_verify)parameters->verify;
    job->by_language = parameters->scope == 1;
    job->duplicate_ids_keep = parameters->duplicate_ids == 1;
    job->keep_components = parameters->keep_components;
    job->rule = dedup_parameters_rule(parameters);
    dedup_parameters_json(parameters, &job->about.json);
    job->about.fingerprint = dedup_parameters_fingerprint(parameters);
    fix_receipt(job->run, parameters);
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
