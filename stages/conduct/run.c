/*
 * One stage after the other, each as a child process on the folder that the one before it wrote.
 * Nothing is remembered but receipts on disk: a stage whose outputs are all there ends at once, so
 * running again is how one continues.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "child.h"
#include "conduct.h"
#include "funnel.h"
#include "io/file.h"
#include "io/publish.h"
#include "receipts.h"
#include "release.h"
#include "run/signals.h"
#include "work.h"

/* ---- a stage's command line ---- */

struct words {
    char **items; /* NULL-ended */
    size_t count;
};

static void add_word(struct words *words, char *owned) {
    words->items = sg_realloc(words->items, (words->count + 2) * sizeof *words->items);
    words->items[words->count++] = owned;
    words->items[words->count] = NULL;
}

static void free_words(struct words *words) {
    for (size_t i = 0; i < words->count; i++) free(words->items[i]);
    free(words->items);
}

static bool is_live(const struct sg_run *run) {
    const char *wish = sg_opts_text(run->opts, "progress");
    if (strcmp(wish, "always") == 0) return true;
    return strcmp(wish, "auto") == 0 && isatty(STDERR_FILENO) && !run->log.json && !run->log.quiet;
}

/* sangam's own options as the stage's: its standard error is our pipe, so it cannot see the
 * terminal behind it. */
static void add_ours(struct words *words, const struct sg_run *run, const struct step *step) {
    const struct sg_opts *opts = run->opts;
    if (sg_opts_given(opts, "threads"))
        add_word(words, sg_printf_dup("--threads=%llu",
                                      (unsigned long long)sg_opts_count(opts, "threads")));
    if (sg_opts_given(opts, "memory"))
        add_word(words,
                 sg_printf_dup("--memory=%llu", (unsigned long long)sg_opts_count(opts, "memory")));
    if (sg_opts_given(opts, "tmp"))
        add_word(words, sg_printf_dup("--tmp=%s", sg_opts_text(opts, "tmp")));
    bool never = strcmp(sg_opts_text(opts, "progress"), "never") == 0;
    add_word(words, sg_strdup(is_live(run) ? "--progress=always"
                              : never      ? "--progress=never"
                                           : "--progress=auto"));
    if (run->log.json) add_word(words, sg_strdup("--log=json"));
    if (run->log.quiet) add_word(words, sg_strdup("--quiet"));
    if (run->log.verbose) add_word(words, sg_strdup("--verbose"));
    add_word(words, sg_printf_dup("--output=%s/", step->folder));
}

static void command_line(struct words *words, const struct sg_run *run,
                         const struct pipeline *pipeline, size_t at) {
    const struct step *step = &pipeline->steps[at];
    add_word(words, sg_strdup(step->program.path));
    for (size_t i = 0; i < step->count; i++) {
        const struct setting *setting = &step->settings[i];
        if (setting->option->type != SG_OPTION_FLAG)
            add_word(words, sg_printf_dup("--%s=%s", setting->option->name, setting->value));
        else if (strcmp(setting->value, "true") == 0)
            add_word(words, sg_printf_dup("--%s", setting->option->name));
    }
    add_ours(words, run, step);
    add_word(words, sg_strdup("--"));
    if (at) add_word(words, sg_strdup(pipeline->steps[at - 1].folder));
    for (size_t i = 0; !at && i < pipeline->input_count; i++)
        add_word(words, sg_strdup(pipeline->inputs[i]));
}

/* ---- what must hold between two stages ---- */

/* Files of an earlier run with other inputs would be read by the next stage as if they were ours. */
struct leftover {
    const char *folder;
    char **known; /* real paths of the inputs, sorted */
    size_t known_count;
    struct files named; /* record files that receipts name, as real paths */
};

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool among(char *const *sorted, size_t count, const char *path) {
    return count && bsearch(&path, sorted, count, sizeof path, by_bytes);
}

static enum sg_code not_ours(const char *path, const char *cause, struct sg_err *err) {
    char name[250];
    return sg_err_set(
        err, SG_USAGE,
        "%s %s: remove it and what stands beside it, or take another folder to work in",
        sg_err_quote(path, name, sizeof name), cause);
}

static enum sg_code see_receipt(void *context, const char *path, const struct sg_receipt *receipt,
                                struct sg_err *cause) {
    struct leftover *left = context;
    if (!receipt) return sg_err_at(cause, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    for (size_t i = 0; i < receipt->input_count; i++) {
        const char *slash = strrchr(receipt->inputs[i].path, '/');
        const char *name = slash ? slash + 1 : receipt->inputs[i].path;
        if (strcmp(name, "-") == 0 || sg_inputs_beside(name))
            continue; /* such as sangam-source.yaml */
        char *there = sg_receipt_resolve(path, receipt->inputs[i].path),
             *real = realpath(there, NULL);
        bool known = real && among(left->known, left->known_count, real);
        free(there);
        free(real);
        if (!known)
            return not_ours(path, "was made from a file that is not part of this run", cause);
    }
    for (size_t i = 0; i < receipt->output_count; i++) {
        char *there = sg_receipt_resolve(path, receipt->outputs[i].path),
             *real = realpath(there, NULL);
        free(there);
        if (!real) continue;
        left->named.paths =
            sg_realloc(left->named.paths, (left->named.count + 1) * sizeof *left->named.paths);
        left->named.paths[left->named.count++] = real;
    }
    return SG_OK;
}

static enum sg_code every_file_named(struct leftover *left, struct sg_err *err) {
    struct files files;
    enum sg_code code = files_below(left->folder, &files, err);
    if (left->named.count)
        qsort(left->named.paths, left->named.count, sizeof *left->named.paths, by_bytes);
    for (size_t i = 0; i < files.count && code == SG_OK; i++) {
        if (!file_is_records(files.paths[i])) continue;
        char *real = realpath(files.paths[i], NULL);
        if (real && !among(left->named.paths, left->named.count, real))
            code = not_ours(files.paths[i], "has no receipt", err);
        free(real);
    }
    files_free(&files);
    return code;
}

static void add_known(struct leftover *left, const char *path) {
    char *real = realpath(path, NULL);
    if (!real) return;
    if ((left->known_count & (left->known_count - 1)) == 0)
        left->known = sg_realloc(left->known, (left->known_count ? 2 * left->known_count : 1) *
                                                  sizeof *left->known);
    left->known[left->known_count++] = real;
}

/* After a stage: its folder holds what this run's files give, and nothing else. */
static enum sg_code check_folder(const struct pipeline *pipeline, size_t at,
                                 const struct sg_inputs *inputs, struct sg_err *err) {
    struct leftover left = {.folder = pipeline->steps[at].folder};
    struct files before = {0};
    enum sg_code code = SG_OK;
    if (release_is(left.folder))
        return SG_OK; /* a manifest lists its shards; what is not listed is no part of it */
    if (at) code = files_below(pipeline->steps[at - 1].folder, &before, err);
    for (size_t i = 0; i < before.count; i++) add_known(&left, before.paths[i]);
    for (size_t i = 0; !at && i < inputs->count; i++) add_known(&left, inputs->items[i].path);
    for (size_t i = 0; !at && i < inputs->skipped_count; i++)
        add_known(&left, inputs->skipped[i].path);
    if (left.known_count) qsort(left.known, left.known_count, sizeof *left.known, by_bytes);
    if (code == SG_OK) code = receipts_each(left.folder, see_receipt, &left, err);
    if (code == SG_OK) code = every_file_named(&left, err);
    for (size_t i = 0; i < left.known_count; i++) free(left.known[i]);
    free(left.known);
    files_free(&left.named);
    files_free(&before);
    return code;
}

/* ---- running ---- */

static enum sg_code stage_failed(const struct step *step, const char *log,
                                 const struct child_end *end, struct sg_err *err) {
    if (sg_signals_check(err) != SG_OK) return SG_SYSTEM; /* we were told to stop, and told it */
    if (end->signal)
        return sg_err_set(err, SG_SYSTEM,
                          "stage %s was killed by SIG%s%s; its messages are in %s; what is done "
                          "stays done when you run again",
                          step->label, sigabbrev_np(end->signal),
                          end->signal == SIGKILL ? " (out of memory?)" : "", log);
    enum sg_code code = end->exit_code >= SG_SYSTEM && end->exit_code <= SG_BUDGET
                            ? (enum sg_code)end->exit_code
                            : SG_SYSTEM;
    return sg_err_set(err, code,
                      "stage %s ended with exit code %d, see above or %s; what is done stays done "
                      "when you run again",
                      step->label, end->exit_code, log);
}

static enum sg_code run_step(const struct sg_run *run, const struct pipeline *pipeline, size_t at,
                             int lock, struct sg_err *err) {
    const struct step *step = &pipeline->steps[at];
    struct words words = {0};
    struct child_end end = {0};
    char *log = sg_printf_dup("%s/logs/%s.log", pipeline->work, step->label);
    command_line(&words, run, pipeline, at);
    sg_log_line(run->progress, SG_LOG_INFO, "%s (%zu of %zu)", step->label, at + 1,
                pipeline->step_count);
    struct child_options options = {.log_path = log, .keep_fd = lock, .standard_input = at == 0};
    enum sg_code code = child_run(words.items, &options, &end, err);
    if (code == SG_OK && (end.signal || end.exit_code || sg_signals_caught()))
        code = stage_failed(step, log, &end, err);
    free(log);
    free_words(&words);
    return code;
}

static enum sg_code run_steps(const struct sg_run *run, const struct pipeline *pipeline,
                              const struct sg_inputs *inputs, int lock, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < pipeline->step_count && code == SG_OK; i++) {
        code = run_step(run, pipeline, i, lock, err);
        if (code == SG_OK) code = check_folder(pipeline, i, inputs, err);
    }
    return code;
}

static enum sg_code print_funnel(const char *work, struct sg_err *err) {
    struct record record;
    struct sg_buf out = {0};
    enum sg_code code = record_load(work, &record, err);
    if (code == SG_OK) code = funnel_print(work, &record, &out, err);
    if (code == SG_OK) code = conduct_print(&out, err);
    record_free(&record);
    sg_buf_free(&out);
    return code;
}

static enum sg_code run_all(const struct sg_run *run, struct pipeline *pipeline,
                            const struct sg_inputs *inputs, struct sg_err *err) {
    int lock = -1;
    char *logs = sg_printf_dup("%s/logs", pipeline->work);
    struct sg_err late = {0};
    enum sg_code code = work_lock(pipeline->work, &lock, err);
    if (code == SG_OK) sg_publish_sweep(pipeline->work);
    if (code == SG_OK) code = sg_file_make_folder(logs, err);
    if (code == SG_OK) code = lists_keep(&pipeline->lists, pipeline->inputs, pipeline->work, err);
    if (code == SG_OK) code = record_publish(pipeline, "running", err);
    if (code == SG_OK) {
        code = run_steps(run, pipeline, inputs, lock, err);
        enum sg_code end = record_publish(pipeline, code == SG_OK ? "done" : "failed", &late);
        if (code == SG_OK && end != SG_OK) {
            *err = late;
            code = end;
        }
    }
    if (code == SG_OK) code = print_funnel(pipeline->work, err);
    if (lock >= 0) close(lock);
    free(logs);
    return code;
}

enum sg_code conduct_run(struct sg_run *run, struct sg_err *err) {
    struct pipeline pipeline;
    struct sg_inputs inputs = {0};
    enum sg_code code = conduct_load(run, &pipeline, err);
    if (code != SG_OK) return code;
    if (sg_opts_flag(run->opts, "dry-run")) {
        code = conduct_print_plan(run, &pipeline, err);
    } else {
        code = conduct_find_inputs(&pipeline, &inputs, err); /* before anything is made */
        if (code == SG_OK) code = run_all(run, &pipeline, &inputs, err);
    }
    sg_inputs_free(&inputs);
    pipeline_free(&pipeline);
    return code;
}
