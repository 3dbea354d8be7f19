/*
 * plan: options become parameters, parameters a fingerprint, pipes files. What the fingerprint covers decides keys and
 * sketches; files of one fingerprint can be compared with each other.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "cross.h"
#include "io/file.h"
#include "io/publish.h"
#include "plan.h"
#include "run/signals.h"
#include "text/json.h"
#include "unicode_table.h"

#define PLAN_MOST (1u << 30)
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
    if (job->settings.blind) {
        sg_json_name(json, "blind_ids");
        sg_json_put_bool(json, true);
    }
    sg_json_name(json, "exact_key");
    sg_json_put_str(json, job->settings.raw_key ? "raw" : "light");
    if (job->settings.secret.on) {
        char hex[SG_HASH_HEX];
        sg_json_name(json, "key");
        sg_json_put_str(json, sg_hash_hex(job->settings.secret.name, hex));
    }
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
    enum sg_code code = dedup_cross_options(job, err);
    if (code == SG_OK) code = read_numbers(job, &bands, &rows, err);
    if (code != SG_OK) return code;
    const char *prefer = sg_opts_text(opts, "prefer");
    if (strcmp(prefer, "len:desc") != 0)
        return sg_err_set(err, SG_USAGE, "--prefer '%s' is not known: only len:desc (the longest text stays)", prefer);
    job->settings.near = job->cross.on ? job->cross.near : strcmp(sg_opts_text(opts, "mode"), "near") == 0;
    job->settings.raw_key = strcmp(sg_opts_text(opts, "exact-key"), "raw") == 0;
    job->by_language = strcmp(sg_opts_text(opts, "scope"), "language") == 0;
    job->duplicate_ids_keep = strcmp(sg_opts_text(opts, "duplicate-ids"), "keep") == 0;
    job->keep_components = sg_opts_flag(opts, "keep-components");
    job->verify = verify_of(sg_opts_text(opts, "verify"));
    job->seed = sg_opts_count(opts, "seed");
    dedup_minhash_init(&job->settings.minhash, (unsigned)bands, (unsigned)rows,
                       job->seed ^ job->settings.secret.seed);
    describe(job, bands, rows);
    job->settings.minhash.band_seed = job->about.fingerprint.lo;
    job->rule = dedup_rule_of(job->verify, job->tau, job->settings.near ? job->settings.minhash.sketch_bytes : 1);
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
