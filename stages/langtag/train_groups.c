/* The script with most labels is taken first. Latin is alone most of the time, so a second thread helps little and a third
 * not at all. */
#include "train_groups.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "calibrate.h"
#include "train.h"

#define REPORT_SECONDS 10
#define THREADS_MAX 64

struct task {
    struct train_task train;
    struct train_progress progress;
    uint64_t told;
};

struct training {
    const struct lessons *lessons;
    const struct train_groups_settings *settings;
    struct task *tasks; /* by group of lessons */
    size_t *order;      /* groups by number of labels, most first */
    struct sparse_model *model;
    pthread_mutex_t lock;
    size_t next, finished;
    enum sg_code code;
    struct sg_err err;
};

/* ---- before ---- */

static enum sg_code plan_all(struct training *t, struct sg_err *err) {
    const struct train_groups_settings *settings = t->settings;
    uint64_t most = 0;
    t->tasks = sg_zalloc(t->lessons->group_count, sizeof *t->tasks);
    for (size_t g = 0; g < t->lessons->group_count; g++) {
        const struct lessons_group *group = &t->lessons->groups[g];
        t->tasks[g].train =
            (struct train_task){.lessons = t->lessons,
                                .group = group,
                                .plan = train_plan(t->lessons, group, settings->effort),
                                .seed = settings->seed,
                                .progress = &t->tasks[g].progress};
        uint64_t bytes = group->count > 1 ? train_bytes(&t->tasks[g].train.plan, group->count) : 0;
        if (bytes > most) most = bytes;
    }
    if (most <= settings->usable_bytes) return SG_OK;
    char need[SG_NUM_TEXT];
    return sg_err_set(err, SG_BUDGET, "training needs %s for the largest script",
                      sg_num_bytes(most, need));
}

static void order_groups(struct training *t) {
    const struct lessons_group *groups = t->lessons->groups;
    size_t count = t->lessons->group_count;
    t->order = sg_alloc(count * sizeof *t->order);
    for (size_t g = 0; g < count; g++) {
        size_t at = g;
        for (; at > 0 && groups[t->order[at - 1]].count < groups[g].count; at--)
            t->order[at] = t->order[at - 1];
        t->order[at] = g;
    }
}

static void name_labels(struct training *t) {
    const struct lessons *lessons = t->lessons;
    t->model = sg_zalloc(1, sizeof *t->model);
    t->model->label_count = lessons->label_count;
    t->model->labels = sg_zalloc(lessons->label_count, sizeof *t->model->labels);
    t->model->group_count = lessons->group_count;
    t->model->groups = sg_zalloc(lessons->group_count, sizeof *t->model->groups);
    for (size_t i = 0; i < lessons->label_count; i++) {
        memcpy(t->model->labels[i].name, lessons->labels[i].name, SPARSE_NAME);
        t->model->labels[i].lines = (uint32_t)lessons->labels[i].source_lines;
    }
    calibrate_identity(t->model);
}

/* ---- side by side ---- */

static void *work(void *argument) {
    struct training *t = argument;
    size_t count = t->lessons->group_count;
    for (;;) {
        struct sg_err err = {0};
        pthread_mutex_lock(&t->lock);
        size_t g = t->next < count && t->code == SG_OK ? t->order[t->next++] : count;
        pthread_mutex_unlock(&t->lock);
        if (g == count) return NULL;
        enum sg_code code = train_group(&t->tasks[g].train, &t->model->groups[g], &err);
        pthread_mutex_lock(&t->lock);
        if (code != SG_OK && t->code == SG_OK) {
            t->code = code;
            t->err = err;
        }
        t->finished++;
        pthread_mutex_unlock(&t->lock);
    }
}

/* One line for the groups that are being trained. */
static void tell(struct training *t, uint64_t seconds) {
    uint64_t done = 0, all = 0;
    struct sg_buf line = {0};
    for (size_t g = 0; g < t->lessons->group_count; g++) {
        struct task *task = &t->tasks[g];
        if (t->lessons->groups[g].count < 2) continue;
        uint64_t seen = atomic_load_explicit(&task->progress.done, memory_order_relaxed),
                 right = atomic_load_explicit(&task->progress.right, memory_order_relaxed),
                 of = train_samples(&task->train.plan);
        done += seen;
        all += of;
        if (seen == 0 || seen == task->told) continue;
        task->told = seen;
        sg_buf_printf(&line, ", %s %.1f of %.1f M samples (%.1f%% right)",
                      t->lessons->scripts.names[t->lessons->groups[g].script], (double)seen / 1e6,
                      (double)of / 1e6, (double)right / 655.36);
    }
    if (line.len && done) {
        sg_buf_str(&line);
        sg_log_line(t->settings->progress, SG_LOG_INFO, "training%s, about %.0f s left",
                    line.data + 1, (double)seconds * ((double)all / (double)done - 1));
    }
    sg_buf_free(&line);
}

static uint64_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec;
}

static enum sg_code run_threads(struct training *t, struct sg_err *err) {
    pthread_t ids[THREADS_MAX];
    unsigned started = 0;
    uint64_t begin = seconds_now(), told = begin;
    for (; started < t->settings->threads && started < THREADS_MAX; started++)
        if (pthread_create(&ids[started], NULL, work, t) != 0) break;
    if (started == 0) work(t);
    for (size_t finished = 0; started > 0 && finished < t->lessons->group_count;) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        pthread_mutex_lock(&t->lock);
        finished = t->code == SG_OK ? t->finished : t->lessons->group_count;
        pthread_mutex_unlock(&t->lock);
        if (seconds_now() < told + REPORT_SECONDS) continue;
        told = seconds_now();
        tell(t, told - begin);
    }
    for (unsigned i = 0; i < started; i++) pthread_join(ids[i], NULL);
    if (t->code != SG_OK) *err = t->err;
    return t->code;
}

enum sg_code train_groups(const struct lessons *lessons,
                          const struct train_groups_settings *settings, struct sparse_model **out,
                          struct sg_err *err) {
    struct training t = {.lessons = lessons, .settings = settings};
    pthread_mutex_init(&t.lock, NULL);
    enum sg_code code = plan_all(&t, err);
    if (code == SG_OK) {
        order_groups(&t);
        name_labels(&t);
        code = run_threads(&t, err);
    }
    if (code == SG_OK)
        *out = t.model;
    else
        sparse_free(t.model);
    free(t.tasks);
    free(t.order);
    pthread_mutex_destroy(&t.lock);
    return code;
}
