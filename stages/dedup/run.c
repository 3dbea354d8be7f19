/* The seven verbs one after the other, on one machine. */
#include "run.h"

#include <time.h>

#include "base/num.h"
#include "ids.h"
#include "outputs.h"

static double seconds_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void) {
    return seconds_of(CLOCK_MONOTONIC);
}

/* With -v: how long each verb took. */
static enum sg_code step(struct dedup_job *job, const char *name,
                         enum sg_code (*verb)(struct dedup_job *, struct sg_err *), struct sg_err *err) {
    double start = now(), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    enum sg_code code = verb(job, err);
    sg_log_line(job->run->progress, SG_LOG_DETAIL, "%s: %.2f s, %.2f s of CPU", name, now() - start,
                seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    return code;
}

static enum sg_code decide(struct dedup_job *job, struct sg_err *err) {
    enum sg_code code = step(job, "map", dedup_map, err);
    if (code == SG_OK) code = step(job, "link", dedup_link, err);
    if (code == SG_OK) code = step(job, "ids", dedup_check_ids, err);
    if (code == SG_OK) code = step(job, "cluster", dedup_cluster, err);
    if (code == SG_OK) code = step(job, "settle", dedup_settle, err);
    if (code == SG_OK && job->counts.border_documents) {
        code = step(job, "recheck", dedup_recheck, err);
        if (code == SG_OK) code = step(job, "settle with texts", dedup_settle_open, err);
    }
    return code == SG_OK ? step(job, "merge", dedup_settle_end, err) : code;
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
        code = step(&job, "plan", dedup_plan, err);
        if (code == SG_OK) code = decide(&job, err);
        if (code == SG_OK) code = step(&job, "apply", dedup_apply, err);
        if (code == SG_OK) say_done(&job);
    }
    dedup_job_free(&job);
    return code;
}
