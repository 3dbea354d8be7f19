/*
 * The seven verbs: each alone, from a plan, as one of n tasks; or all of them one after the other.
 */
#include "run.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "outputs.h"
#include "plan.h"

typedef enum sg_code dedup_verb(struct dedup_job *job, struct sg_err *err);

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void) {
    return seconds_of(CLOCK_MONOTONIC);
}

/* With -v: how long each verb took. */
static enum sg_code step(struct dedup_job *job, const char *name, dedup_verb *verb, struct sg_err *err) {
    double start = now(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    enum sg_code code = verb(job, err);
    sg_log_line(job->run->progress, SG_LOG_DETAIL, "%s: %.2f s, %.2f s of CPU", name, now() - start,
                seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return code;
}

/* ---- all of them ---- */

static enum sg_code begin(struct dedup_job *job, struct sg_err *err) {
    const char *plan = sg_opts_text(job->run->opts, "plan");
    job->folder = sg_strdup(plan ? plan : job->run->tmp);
    job->consume = !plan;
    sg_publish_sweep(job->folder);
    if (plan && dedup_plan_same(job)) return SG_OK; /* goes on where it was interrupted */
    char *path = dedup_job_path(job, "plan.json");
    bool other = access(path, F_OK) == 0;
    free(path);
    if (other)
        return sg_err_set(err, SG_USAGE, "'%s' holds the plan of other inputs or options: name another folder, or delete it",
                          plan);
    return step(job, "plan", dedup_plan, err);
}

static enum sg_code each_verb(struct dedup_job *job, struct sg_err *err) {
    static const struct {
        const char *name;
        dedup_verb *verb;
    } verbs[] = {{"map", dedup_map},         {"link", dedup_link},
                 {"cluster", dedup_cluster}, {"settle", dedup_settle},
                 {"recheck", dedup_recheck}, {"settle with texts", dedup_settle},
                 {"apply", dedup_apply}};
    enum sg_code code = begin(job, err);
    for (size_t i = 0; code == SG_OK && i < sizeof verbs / sizeof *verbs; i++)
        code = step(job, verbs[i].name, verbs[i].verb, err);
    return code;
}

/* Against an index of theirs: what came in is mine alone. */
static void say_cross_done(const struct dedup_job *job) {
    static const char *const fates[] = {"dropped", "found there, nothing dropped", "dropped"};
    const struct dedup_counts *counts = &job->counts;
    const struct dedup_cross *cross = &job->cross;
    uint64_t theirs = cross->records[cross->count - 1];
    char in[SG_NUM_TEXT], there[SG_NUM_TEXT], hits[SG_NUM_TEXT];
    sg_log_line(job->run->progress, SG_LOG_INFO,
                "%s documents against %s of theirs: %s %s%s, %s exact and near among mine, %.1f s",
                sg_num_count(counts->documents - theirs + counts->bad, in), sg_num_count(theirs, there),
                sg_num_count(counts->removed_cross, hits), fates[cross->policy], cross->report ? " if they were texts" : "",
                sg_num_count(counts->removed_exact + counts->removed_near, (char[SG_NUM_TEXT]){0}), now() - job->wall_start);
}

static void say_units_done(const struct dedup_job *job) {
    static const char *const names[] = {"", "paragraphs", "lines", "stretches"};
    const struct dedup_counts *counts = &job->counts;
    char in[SG_NUM_TEXT], out[SG_NUM_TEXT], cut[SG_NUM_TEXT], bytes[SG_NUM_TEXT], changed[SG_NUM_TEXT], bad[SG_NUM_TEXT];
    sg_log_line(job->run->progress, SG_LOG_INFO,
                "%s documents in, %s out, %s copies of %s (%s) %s, %s documents %s, %s bad, %.1f s",
                sg_num_count(counts->documents + counts->bad, in), sg_num_count(counts->kept, out),
                sg_num_count(counts->units_cut, cut), names[job->units.unit], sg_num_bytes(counts->bytes_cut, bytes),
                job->units.mark ? "marked" : "cut", sg_num_count(counts->documents_cut, changed),
                job->units.mark ? "have some" : "shortened",
                sg_num_count(counts->bad, bad), now() - job->wall_start);
}

static void say_done(const struct dedup_job *job) {
    const struct dedup_counts *counts = &job->counts;
    char in[SG_NUM_TEXT], out[SG_NUM_TEXT], exact[SG_NUM_TEXT], near[SG_NUM_TEXT], bad[SG_NUM_TEXT];
    sg_log_line(job->run->progress, SG_LOG_INFO,
                "%s documents in, %s out, %s exact and %s near duplicates dropped, %s bad, %.1f s",
                sg_num_count(counts->documents + counts->bad, in), sg_num_count(counts->kept, out),
                sg_num_count(counts->removed_exact, exact), sg_num_count(counts->removed_near, near),
                sg_num_count(counts->bad, bad), now() - job->wall_start);
}

enum sg_code dedup_run(struct sg_run *run, struct sg_err *err) {
    struct dedup_job job;
    enum sg_code code = dedup_job_init(&job, run, err);
    job.wall_start = now();
    if (code == SG_OK && dedup_outputs_current(&job)) {
        sg_log_line(run->progress, SG_LOG_INFO, "nothing to do: all outputs have valid receipts");
    } else if (code == SG_OK) {
        code = each_verb(&job, err);
        if (code == SG_OK && job.cross.on) say_cross_done(&job);
        else if (code == SG_OK && job.units.unit != DEDUP_UNIT_NONE) say_units_done(&job);
        else if (code == SG_OK) say_done(&job);
    }
    dedup_job_free(&job);
    return code;
}

/* ---- one of them ---- */

enum sg_code dedup_run_plan(struct sg_run *run, struct sg_err *err) {
    struct dedup_job job;
    const char *plan = sg_opts_text(run->opts, "plan");
    if (!plan) return sg_err_set(err, SG_USAGE, "--plan DIR says where the plan is made");
    enum sg_code code = dedup_job_init(&job, run, err);
    job.folder = sg_strdup(plan);
    if (code == SG_OK) code = dedup_plan(&job, err);
    if (code == SG_OK)
        sg_log_line(run->progress, SG_LOG_INFO, "%s/plan.json: %zu inputs; next: sangam-dedup map --plan %s", plan,
                    job.input_count, plan);
    dedup_job_free(&job);
    return code;
}

/* "2/8" */
static enum sg_code read_task(const char *word, struct dedup_task *task, struct sg_err *err) {
    const char *slash = strchr(word, '/');
    char *number = slash ? sg_strndup(word, (size_t)(slash - word)) : NULL;
    bool good = slash && sg_num_parse_u64(number, &task->number) && sg_num_parse_u64(slash + 1, &task->count) &&
                task->count > 0 && task->count < 1u << 24;
    free(number);
    if (!good) return sg_err_set(err, SG_USAGE, "--task '%s' is not i/n, such as 0/8", word);
    if (task->number < task->count) return SG_OK;
    return sg_err_set(err, SG_USAGE, "--task %s: tasks of %llu count from 0 (Slurm: --array=0-%llu)", word,
                      (unsigned long long)task->count, (unsigned long long)task->count - 1);
}

static enum sg_code one_verb(struct sg_run *run, const char *name, dedup_verb *verb, struct sg_err *err) {
    const char *plan = sg_opts_text(run->opts, "plan");
    struct dedup_task task;
    struct dedup_job job = {0};
    bool consume = sg_opts_flag(run->opts, "consume");
    double start = now();
    if (!plan) return sg_err_set(err, SG_USAGE, "--plan DIR says what to do: 'sangam-dedup plan' makes it");
    enum sg_code code = read_task(sg_opts_text(run->opts, "task"), &task, err);
    if (code == SG_OK) code = dedup_plan_load(run, plan, err);
    if (code == SG_OK) code = dedup_job_init(&job, run, err);
    job.folder = sg_strdup(plan);
    job.task = task;
    job.consume = consume;
    job.wall_start = start;
    if (code == SG_OK) sg_publish_sweep(plan);
    if (code == SG_OK && verb == dedup_apply && task.count > 1 && !run->output_is_folder)
        code = sg_err_set(err, SG_USAGE, "'%s' is one file: one task writes it (--task 0/1), or give plan a folder",
                          run->output);
    if (code == SG_OK) code = step(&job, name, verb, err);
    if (code == SG_OK)
        sg_log_line(run->progress, SG_LOG_INFO, "%s %llu/%llu: done, %.1f s", name, (unsigned long long)task.number,
                    (unsigned long long)task.count, now() - start);
    dedup_job_free(&job);
    return code;
}

enum sg_code dedup_run_map(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "map", dedup_map, err);
}

enum sg_code dedup_run_link(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "link", dedup_link, err);
}

enum sg_code dedup_run_cluster(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "cluster", dedup_cluster, err);
}

enum sg_code dedup_run_settle(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "settle", dedup_settle, err);
}

enum sg_code dedup_run_recheck(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "recheck", dedup_recheck, err);
}

enum sg_code dedup_run_apply(struct sg_run *run, struct sg_err *err) {
    return one_verb(run, "apply", dedup_apply, err);
}
