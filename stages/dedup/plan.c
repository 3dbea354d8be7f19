/*
 * plan: options become parameters (parameters.h), pipes files. The fingerprint of the parameters binds all files of a run.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cross.h"
#include "io/file.h"
#include "io/publish.h"
#include "plan.h"
#include "run/signals.h"
#include "text/json.h"

#define PLAN_MOST (1u << 30)
#define ROOM (8u << 20) /* of the budget, left for file buffers, stacks of frames and what the allocator keeps */

/* Receipts tell the values in force, those of a preset too; two option lists with other values have another hash. */
static void fix_receipt(struct sg_run *run, const struct dedup_job *job) {
    struct sg_buf given = run->settings;
    char hex[SG_HASH_HEX];
    struct sg_hash_state *state = sg_hash_new();
    run->settings = (struct sg_buf){0};
    dedup_parameters_receipt(&job->parameters, (struct sg_json){given.data, given.len}, &run->settings);
    sg_hash_add(state, sg_hash_hex(run->settings_hash, hex), SG_HASH_HEX - 1);
    sg_hash_add(state, sg_hash_hex(job->prefer.files, hex), SG_HASH_HEX - 1);
    sg_hash_add_sized(state, run->settings.data, run->settings.len);
    run->settings_hash = sg_hash_digest(state);
    sg_hash_free(state);
    sg_buf_free(&given);
}

/* Options of some modes only. */
static enum sg_code refuse_others(const struct sg_opts *opts, enum dedup_unit unit, struct sg_err *err) {
    static const struct {
        const char *option, *modes;
        bool fits[4]; /* by enum dedup_unit */
    } own[] = {{"keep", "para and line", {0, 1, 1, 0}},      {"min-count", "para and line", {0, 1, 1, 0}},
               {"min-chars", "para and line", {0, 1, 1, 0}}, {"min-left", "para and line, and substr", {0, 1, 1, 1}},
               {"min-length", "substr", {0, 0, 0, 1}},       {"spans", "substr", {0, 0, 0, 1}}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!own[i].fits[unit] && sg_opts_given(opts, own[i].option))
            return sg_err_set(err, SG_USAGE, "--%s is for --mode %s", own[i].option, own[i].modes);
    return SG_OK;
}

static enum sg_code read_units(struct dedup_job *job, struct sg_err *err) {
    static const enum dedup_unit units[] = {[DEDUP_PARA] = DEDUP_UNIT_PARA,
                                            [DEDUP_LINE] = DEDUP_UNIT_LINE,
                                            [DEDUP_SUBSTR] = DEDUP_UNIT_SPAN,
                                            [DEDUP_CROSS] = DEDUP_UNIT_NONE};
    const struct dedup_parameters *parameters = &job->parameters;
    job->units = (struct dedup_unit_rule){.unit = units[parameters->mode],
                                          .profile = (enum dedup_profile)parameters->profile,
                                          .raw_key = parameters->exact_key == 1,
                                          .keep_none = parameters->keep == 1,
                                          .mark = parameters->spans == 1,
                                          .min_count = parameters->min_count,
                                          .min_chars = parameters->min_chars,
                                          .min_left = parameters->min_left};
    dedup_length_init(&job->settings.length, (unsigned)parameters->min_length);
    return refuse_others(job->run->opts, job->units.unit, err);
}

static enum sg_code read_options(struct dedup_job *job, struct sg_err *err) {
    struct dedup_parameters *parameters = &job->parameters;
    enum sg_code code = dedup_cross_options(job, err);
    if (code == SG_OK) code = dedup_parameters_from_options(job->run->opts, parameters, err);
    if (code == SG_OK) code = dedup_prefer_parse(&job->prefer, parameters->prefer, err);
    if (code == SG_OK) code = dedup_parameters_settings(parameters, &job->settings, err);
    if (code == SG_OK) code = read_units(job, err);
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
    job->about.fingerprint = sg_hash_sum(dedup_parameters_fingerprint(parameters), job->prefer.files);
    fix_receipt(job->run, job);
    return dedup_cross_fix(job, err);
}

enum sg_code dedup_job_init(struct dedup_job *job, struct sg_run *run, struct sg_err *err) {
    *job = (struct dedup_job){.run = run, .task = {0, 1}};
    enum sg_code code = read_options(job, err);
    if (code != SG_OK) return code;
    job->memory_bytes =
        run->budget.usable_bytes > 2 * ROOM ? run->budget.usable_bytes - ROOM : run->budget.usable_bytes / 2;
    job->input_count = job->cross.report ? 0 : run->inputs.count;
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
    struct stat there;
    if (code == SG_OK && fstat(to, &there) == 0) job->run->inputs.items[number].bytes = (uint64_t)there.st_size;
    if (to >= 0) close(to);
    if (from > STDERR_FILENO) close(from);
    free(input->path);
    input->path = copy;
    return code;
}

/* ---- plan.json ---- */

static void put_input(struct sg_buf *out, const struct dedup_input *input) {
    const bool spooled = !input->given->regular;
    sg_json_open(out, '{');
    sg_json_name(out, "bytes");
    sg_json_put_u64(out, input->given->bytes);
    sg_json_name(out, "mtime_ns");
    sg_json_put_u64(out, (uint64_t)input->mtime_ns);
    sg_json_name(out, "name");
    sg_json_put_str(out, input->given->name);
    sg_json_name(out, "path");
    sg_json_put_str(out, input->path);
    sg_json_name(out, "spooled");
    sg_json_put_bool(out, spooled);
    sg_json_close(out, '}');
}

static void put_plan(const struct dedup_job *job, struct sg_buf *out) {
    static const char *const also[] = {"max-bad", "receipt", "dropped", "bad", "theirs", "mine", "key", NULL};
    const struct sg_run *run = job->run;
    sg_json_open(out, '{');
    sg_json_name(out, "inputs");
    sg_json_open(out, '[');
    for (size_t i = 0; i < job->input_count; i++) put_input(out, &job->inputs[i]);
    sg_json_close(out, ']');
    sg_json_name(out, "options");
    sg_opts_words(run->opts, also, out);
    sg_json_name(out, "output");
    sg_json_put_str(out, run->output);
    sg_json_name(out, "output_is_folder");
    sg_json_put_bool(out, run->output_is_folder);
    sg_json_name(out, "parameters");
    sg_json_put_raw(out, (struct sg_json){job->about.json.data, job->about.json.len});
    sg_json_name(out, "version");
    sg_json_put_str(out, SANGAM_VERSION);
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}

static bool same_file(const char *path, const struct sg_buf *expected) {
    struct sg_buf text = {0};
    struct sg_err err = {0};
    bool same = sg_file_load(path, PLAN_MOST, &text, &err) == SG_OK && text.len == expected->len &&
                memcmp(text.data, expected->data, text.len) == 0;
    sg_buf_free(&text);
    return same;
}

bool dedup_plan_same(const struct dedup_job *job) {
    struct sg_buf plan = {0};
    char *path = dedup_job_path(job, "plan.json");
    put_plan(job, &plan);
    bool same = same_file(path, &plan);
    sg_buf_free(&plan);
    free(path);
    return same;
}

enum sg_code dedup_plan(struct dedup_job *job, struct sg_err *err) {
    struct sg_buf plan = {0};
    enum sg_code code = sg_file_make_folder(job->folder, err);
    for (size_t i = 0; code == SG_OK && i < job->input_count; i++)
        if (!job->inputs[i].given->regular) code = spool(job, &job->inputs[i], i, err);
    char *path = dedup_job_path(job, "plan.json");
    put_plan(job, &plan);
    if (code == SG_OK) code = sg_publish_bytes(path, plan.data, plan.len, err);
    sg_buf_free(&plan);
    free(path);
    return code;
}

static enum sg_code no_plan(const char *path, struct sg_err *err) {
    return sg_err_set(err, SG_DATA, "'%s' is not a plan of this version of sangam-dedup: make a new one", path);
}

static bool get_text(struct sg_json object, const char *name, char **text) {
    struct sg_json value;
    *text = sg_json_member(object, name, &value) ? sg_json_strdup(value) : NULL;
    return *text != NULL;
}

static bool get_input(struct sg_json value, struct sg_input *input) {
    struct sg_json member;
    *input = (struct sg_input){.root = sg_strdup(""), .regular = true};
    return get_text(value, "path", &input->path) && get_text(value, "name", &input->name) &&
           sg_json_member(value, "bytes", &member) && sg_json_u64(member, &input->bytes);
}

static bool get_inputs(struct sg_json plan, struct sg_inputs *inputs) {
    struct sg_json list, value;
    size_t at = 0;
    if (!sg_json_member(plan, "inputs", &list)) return false;
    *inputs = (struct sg_inputs){0};
    while (sg_json_each(list, &at, NULL, &value)) {
        inputs->items = sg_realloc(inputs->items, (inputs->count + 1) * sizeof *inputs->items);
        if (!get_input(value, &inputs->items[inputs->count++])) return false;
    }
    return true;
}

/* The words of the options, as main would have got them. */
static bool get_words(struct sg_json plan, char ***words, int *count) {
    struct sg_json list, value;
    size_t at = 0;
    *words = NULL;
    *count = 0;
    if (!sg_json_member(plan, "options", &list)) return false;
    while (sg_json_each(list, &at, NULL, &value)) {
        *words = sg_realloc(*words, ((size_t)*count + 1) * sizeof **words);
        (*words)[(*count)++] = sg_json_strdup(value);
    }
    return true;
}

static bool get_output(struct sg_json plan, struct sg_run *run) {
    struct sg_json value;
    char *output;
    bool good = get_text(plan, "output", &output) && sg_json_member(plan, "output_is_folder", &value) &&
                sg_json_bool(value, &run->output_is_folder);
    run->output = output;
    return good;
}

enum sg_code dedup_plan_load(struct sg_run *run, const char *folder, struct sg_err *err) {
    struct sg_buf text = {0};
    struct sg_json plan;
    char *path = sg_printf_dup("%s/plan.json", folder), *version = NULL, **words = NULL;
    int count = 0;
    enum sg_code code = SG_OK;
    if (access(path, F_OK) != 0)
        code = sg_err_set(err, SG_USAGE, "'%s' is not there: 'sangam-dedup plan' makes it", path);
    if (code == SG_OK) code = sg_file_load(path, PLAN_MOST, &text, err);
    if (code == SG_OK && (sg_json_check(text.data, text.len, &plan, err) != SG_OK || !get_text(plan, "version", &version) ||
                          strcmp(version, SANGAM_VERSION) != 0 || !get_inputs(plan, &run->inputs) ||
                          !get_words(plan, &words, &count) || !get_output(plan, run))) {
        sg_err_clear(err);
        code = no_plan(path, err);
    }
    if (code == SG_OK) code = sg_run_options(run, count, words, err);
    for (int i = 0; i < count; i++) free(words[i]);
    free(words);
    sg_buf_free(&text);
    free(version);
    free(path);
    return code;
}
