/*
 * The groups are a list, the one with most labels first; threads take the next until none is left. Latin is alone most of
 * the time, so a second thread helps little and a third not at all. The model does not depend on the number of threads, for
 * each group has its own chances and its own samples.
 */
#include "train_run.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "evaluate.h"
#include "extend.h"
#include "io/file.h"
#include "io/publish.h"
#include "langtag.h"
#include "lessons.h"
#include "romanise.h"
#include "run/budget.h"
#include "run/progress.h"
#include "run/signals.h"
#include "train.h"

#define REPORT_SECONDS 10
#define THREADS_MAX 64
#define PRIORS_MAX ((size_t)1 << 20)
#define MODEL_MAX ((size_t)16 << 30)

/* clang-format off */
const struct sg_option train_options[] = {
    {"train",   0,   SG_OPTION_TEXT,   "DIR",   NULL,
     "train a model from <label>.txt[.zst], one text a line, label as in hin_Deva"},
    {"extend",  0,   SG_OPTION_TEXT,   "MODEL", NULL, "keep this model, and add the labels of DIR that it does not have"},
    {"output",  'o', SG_OPTION_TEXT,   "MODEL", NULL, "where to write it"},
    {"dev",     0,   SG_OPTION_TEXT,   "DIR",   NULL, "labelled text to measure the model on, and to calibrate its scores"},
    {"prior",   0,   SG_OPTION_TEXT,   "FILE",  NULL,
     "lines of label and number: what the model adds to a label's logit in use"},
    {"model",   0,   SG_OPTION_TEXT,   "FILE",  NULL,
     "without --train: the model to measure (with -o: to calibrate, and to give priors)"},
    {"effort",  0,   SG_OPTION_NUMBER, "N",     "1",  "samples, as a multiple of what the shipped model has seen"},
    {"seed",    0,   SG_OPTION_COUNT,  "N",     "1",  "another seed gives another model as good"},
    {"threads", 'j', SG_OPTION_COUNT,  "N",     NULL, "groups to train at the same time"},
    {"memory",  0,   SG_OPTION_BYTES,  "SIZE",  NULL, "limit for the whole process"},
    {0}};
/* clang-format on */

struct task {
    struct train_task train;
    struct train_progress progress;
    uint64_t told;
};

struct training {
    struct sg_run *run;
    struct lessons lessons;
    struct task *tasks; /* by group of lessons */
    size_t *order;      /* groups by number of labels, most first */
    struct sparse_model *model;
    uint64_t seed;
    double effort;
    pthread_mutex_t lock;
    size_t next, finished;
    enum sg_code code;
    struct sg_err err;
};

/* ---- text ---- */

static enum sg_code read_lessons(struct training *t, const char *folder, struct sg_err *err) {
    struct lessons *lessons = &t->lessons;
    enum sg_code code = lessons_list(lessons, folder, err);
    uint64_t lines = 0, units = 0;
    for (size_t i = 0; code == SG_OK && i < lessons->label_count; i++) {
        code = lessons_read(lessons, &lessons->labels[i], err);
        if (code == SG_OK) code = sg_signals_check(err);
        lines += lessons->labels[i].lines;
        units += lessons->labels[i].units_len;
    }
    if (code == SG_OK) code = romanise_lessons(lessons, t->seed, err);
    if (code == SG_OK) code = lessons_group(lessons, err);
    char count[SG_NUM_TEXT], letters[SG_NUM_TEXT];
    if (code == SG_OK)
        sg_log_line(t->run->progress, SG_LOG_INFO,
                    "%zu labels in %zu scripts: %s lines, %s letters", lessons->label_count,
                    lessons->group_count, sg_num_count(lines, count), sg_num_count(units, letters));
    return code;
}

/* ---- groups in parallel ---- */

static void order_groups(struct training *t) {
    size_t count = t->lessons.group_count;
    t->order = sg_alloc(count * sizeof *t->order);
    for (size_t g = 0; g < count; g++) {
        size_t at = g;
        for (; at > 0 && t->lessons.groups[t->order[at - 1]].count < t->lessons.groups[g].count;
             at--)
            t->order[at] = t->order[at - 1];
        t->order[at] = g;
    }
}

static void *work(void *argument) {
    struct training *t = argument;
    for (;;) {
        struct sg_err err = {0};
        pthread_mutex_lock(&t->lock);
        size_t g = t->next < t->lessons.group_count && t->code == SG_OK ? t->order[t->next++]
                                                                        : t->lessons.group_count;
        pthread_mutex_unlock(&t->lock);
        if (g == t->lessons.group_count) return NULL;
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
static void tell(struct training *t, uint64_t started, uint64_t now) {
    uint64_t done = 0, all = 0;
    struct sg_buf line = {0};
    for (size_t g = 0; g < t->lessons.group_count; g++) {
        struct task *task = &t->tasks[g];
        if (t->lessons.groups[g].count < 2) continue;
        uint64_t seen = atomic_load_explicit(&task->progress.done, memory_order_relaxed),
                 right = atomic_load_explicit(&task->progress.right, memory_order_relaxed),
                 of = train_samples(&task->train.plan);
        done += seen;
        all += of;
        if (seen == 0 || seen == task->told) continue;
        task->told = seen;
        sg_buf_printf(&line, ", %s %.1f of %.1f M samples (%.1f%% right)",
                      t->lessons.scripts.names[t->lessons.groups[g].script], (double)seen / 1e6,
                      (double)of / 1e6, (double)right / 655.36);
    }
    if (line.len && done) {
        sg_buf_str(&line);
        double left = (double)(now - started) * ((double)all / (double)done - 1);
        sg_log_line(t->run->progress, SG_LOG_INFO, "training%s, about %.0f s left", line.data + 1,
                    left);
    }
    sg_buf_free(&line);
}

static uint64_t seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec;
}

static enum sg_code train_all(struct training *t, unsigned threads, struct sg_err *err) {
    pthread_t ids[THREADS_MAX];
    unsigned started = 0;
    uint64_t begin = seconds(), told = begin;
    for (; started < threads && started < THREADS_MAX; started++)
        if (pthread_create(&ids[started], NULL, work, t) != 0) break;
    if (started == 0) work(t);
    for (size_t finished = 0; started > 0 && finished < t->lessons.group_count;) {
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        pthread_mutex_lock(&t->lock);
        finished = t->code == SG_OK ? t->finished : t->lessons.group_count;
        pthread_mutex_unlock(&t->lock);
        if (seconds() < told + REPORT_SECONDS) continue;
        told = seconds();
        tell(t, begin, told);
    }
    for (unsigned i = 0; i < started; i++) pthread_join(ids[i], NULL);
    if (t->code != SG_OK) *err = t->err;
    return t->code;
}

/* ---- the model ---- */

static void name_labels(struct training *t) {
    const struct lessons *lessons = &t->lessons;
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

static enum sg_code plan_all(struct training *t, uint64_t usable, struct sg_err *err) {
    uint64_t most = 0;
    t->tasks = sg_zalloc(t->lessons.group_count, sizeof *t->tasks);
    for (size_t g = 0; g < t->lessons.group_count; g++) {
        const struct lessons_group *group = &t->lessons.groups[g];
        t->tasks[g].train = (struct train_task){.lessons = &t->lessons,
                                                .group = group,
                                                .plan = train_plan(&t->lessons, group, t->effort),
                                                .seed = t->seed,
                                                .progress = &t->tasks[g].progress};
        uint64_t bytes = group->count > 1 ? train_bytes(&t->tasks[g].train.plan, group->count) : 0;
        if (bytes > most) most = bytes;
    }
    if (most <= usable) return SG_OK;
    char need[SG_NUM_TEXT];
    return sg_err_set(err, SG_BUDGET, "training needs %s for the largest script",
                      sg_num_bytes(most, need));
}

/* ---- a model that is there ---- */

static enum sg_code extend_all(struct training *t, struct sparse_model *model, struct sg_err *err) {
    const struct extend_settings settings = {.seed = t->seed, .effort = t->effort};
    enum sg_code code = SG_OK;
    size_t added = 0;
    for (size_t i = 0; code == SG_OK && i < t->lessons.label_count; i++) {
        const char *name = t->lessons.labels[i].name;
        if (extend_find(model, name) >= 0) continue;
        sg_log_line(t->run->progress, SG_LOG_INFO, "adding %s", name);
        code = extend_label(model, &t->lessons, i, &settings, err);
        added++;
    }
    if (code == SG_OK && added == 0)
        code = sg_err_set(err, SG_USAGE, "the model has all labels of the folder: nothing to add");
    return code;
}

static enum sg_code extend_model(struct training *t, const char *path, struct sg_buf *bytes,
                                 struct sg_err *err) {
    struct sg_buf old = {0};
    struct sparse_model *model = NULL;
    enum sg_code code = sg_file_load(path, MODEL_MAX, &old, err);
    if (code == SG_OK) {
        code = sparse_load(&model, old.data, old.len, err);
        if (code != SG_OK) sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK) code = read_lessons(t, sg_opts_text(t->run->opts, "train"), err);
    if (code == SG_OK) code = extend_all(t, model, err);
    if (code == SG_OK) code = sparse_save(model, bytes, err);
    sparse_free(model);
    sg_buf_free(&old);
    return code;
}

/* The priors of a file become the model's own. */
static enum sg_code set_priors(struct sg_buf *bytes, const char *path, struct sg_err *err) {
    struct langtag_settings settings = {.model = bytes->data, .model_len = bytes->len, .top = 1};
    struct langtag *langtag = NULL;
    struct sparse_model *model = NULL;
    struct sg_buf text = {0};
    enum sg_code code = sg_file_load(path, PRIORS_MAX, &text, err);
    if (code == SG_OK) code = langtag_new(&langtag, &settings, err);
    if (code == SG_OK) code = sparse_load(&model, bytes->data, bytes->len, err);
    if (code == SG_OK) {
        float *priors = sg_zalloc(model->label_count, sizeof *priors);
        sg_buf_str(&text);
        code = langtag_priors(langtag, text.data, priors, err);
        for (size_t i = 0; i < model->label_count; i++) model->labels[i].prior = priors[i];
        free(priors);
    }
    bytes->len = code == SG_OK ? 0 : bytes->len;
    if (code == SG_OK) code = sparse_save(model, bytes, err);
    sparse_free(model);
    langtag_free(langtag);
    sg_buf_free(&text);
    return code;
}

/* Measure a model on development text; with fit, make its maps from what is seen. */
static enum sg_code measure(struct sg_buf *bytes, const char *folder, bool fit,
                            struct sg_err *err) {
    struct langtag_settings settings = {.model = bytes->data, .model_len = bytes->len, .top = 1};
    struct langtag *langtag = NULL;
    struct sparse_model *model = NULL;
    struct evaluation e = {0};
    struct sg_buf report = {0};
    enum sg_code code = langtag_new(&langtag, &settings, err);
    if (code == SG_OK) code = evaluate_folder(langtag, folder, &e, err);
    if (code == SG_OK && sparse_is_model(bytes->data, bytes->len))
        code = sparse_load(&model, bytes->data, bytes->len, err);
    if (code == SG_OK && fit && !model)
        code = sg_err_set(err, SG_USAGE, "a fastText model cannot be calibrated: no -o here");
    if (code == SG_OK && fit) {
        calibrate_fit(model, e.cases, e.case_count);
        bytes->len = 0;
        code = sparse_save(model, bytes, err);
    }
    if (code == SG_OK) {
        evaluate_report(&e, model, &report);
        code = sg_publish_bytes("-", report.data, report.len, err);
    }
    sg_buf_free(&report);
    evaluate_free(&e);
    sparse_free(model);
    langtag_free(langtag);
    return code;
}

static enum sg_code measure_only(const struct sg_opts *opts, struct sg_err *err) {
    const char *path = sg_opts_text(opts, "model"), *prior = sg_opts_text(opts, "prior");
    struct sg_buf bytes = {0};
    enum sg_code code = SG_OK;
    if (path)
        code = sg_file_load(path, MODEL_MAX, &bytes, err);
    else
        sg_buf_put(&bytes, langtag_embedded, (size_t)(langtag_embedded_end - langtag_embedded));
    if (code == SG_OK && prior) code = set_priors(&bytes, prior, err);
    const char *output = sg_opts_text(opts, "output");
    if (code == SG_OK) code = measure(&bytes, sg_opts_text(opts, "dev"), output != NULL, err);
    if (code == SG_OK && output) code = sg_publish_bytes(output, bytes.data, bytes.len, err);
    sg_buf_free(&bytes);
    return code;
}

static enum sg_code check_options(struct training *t, const struct sg_opts *opts,
                                  struct sg_err *err) {
    t->seed = sg_opts_count(opts, "seed");
    t->effort = sg_opts_number(opts, "effort");
    if (!(t->effort >= 0.0001 && t->effort <= 100))
        return sg_err_set(err, SG_USAGE, "--effort wants a number from 0.0001 to 100");
    if (sg_opts_text(opts, "model"))
        return sg_err_set(err, SG_USAGE, "--model is for measuring with --dev, without --train");
    if (!sg_opts_text(opts, "output"))
        return sg_err_set(err, SG_USAGE, "--train wants -o MODEL, the file to write");
    return SG_OK;
}

static void free_training(struct training *t) {
    sparse_free(t->model);
    lessons_free(&t->lessons);
    free(t->tasks);
    free(t->order);
    pthread_mutex_destroy(&t->lock);
}

static enum sg_code train_new(struct training *t, struct sg_buf *bytes, struct sg_err *err) {
    const struct sg_opts *opts = t->run->opts;
    struct sg_budget budget;
    enum sg_code code = sg_budget_init(&budget, sg_opts_count(opts, "memory"),
                                       (unsigned)sg_opts_count(opts, "threads"), err);
    if (code == SG_OK) code = read_lessons(t, sg_opts_text(opts, "train"), err);
    if (code == SG_OK) code = plan_all(t, budget.usable_bytes, err);
    if (code != SG_OK) return code;
    order_groups(t);
    name_labels(t);
    code = train_all(t, budget.threads, err);
    return code == SG_OK ? sparse_save(t->model, bytes, err) : code;
}

enum sg_code train_run(struct sg_run *run, struct sg_err *err) {
    struct training t = {.run = run};
    const struct sg_opts *opts = run->opts;
    const char *dev = sg_opts_text(opts, "dev"), *prior = sg_opts_text(opts, "prior");
    struct sg_buf bytes = {0};
    if (!sg_opts_text(opts, "train")) return measure_only(opts, err);
    pthread_mutex_init(&t.lock, NULL);
    enum sg_code code = check_options(&t, opts, err);
    const char *old = sg_opts_text(opts, "extend");
    if (code == SG_OK) code = old ? extend_model(&t, old, &bytes, err) : train_new(&t, &bytes, err);
    if (code == SG_OK && prior) code = set_priors(&bytes, prior, err);
    if (code == SG_OK && dev) code = measure(&bytes, dev, true, err);
    if (code == SG_OK)
        code = sg_publish_bytes(sg_opts_text(opts, "output"), bytes.data, bytes.len, err);
    sg_buf_free(&bytes);
    free_training(&t);
    return code;
}
