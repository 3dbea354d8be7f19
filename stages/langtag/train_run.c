/* Options of training, and the order in which text becomes a model. */
#include "train_run.h"

#include <stdlib.h>

#include "base/num.h"
#include "extend_run.h"
#include "io/file.h"
#include "io/publish.h"
#include "langtag.h"
#include "lessons.h"
#include "measure.h"
#include "romanise.h"
#include "run/budget.h"
#include "run/progress.h"
#include "run/signals.h"
#include "train_groups.h"

#define MODEL_MAX ((size_t)16 << 30)

/* clang-format off */
const struct sg_option train_options[] = {
    {"train",   0,   SG_OPTION_TEXT,   "DIR",   NULL,
     "train a model from <label>.txt[.zst], one text a line, label as in hin_Deva"},
    {"extend",  0,   SG_OPTION_TEXT,   "MODEL", NULL,
     "keep this model and learn the labels of DIR: new ones are added, others strengthened; DIR/others is compared with"},
    {"output",  'o', SG_OPTION_TEXT,   "MODEL", NULL, "where to write it"},
    {"dev",     0,   SG_OPTION_TEXT,   "DIR",   NULL,
     "labelled text to measure the model on, and without --extend to calibrate its scores"},
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

struct training {
    struct sg_run *run;
    const char *old; /* the model to extend, or NULL */
    struct lessons lessons;
    uint64_t seed;
    double effort;
};

static enum sg_code check_options(struct training *t, struct sg_err *err) {
    const struct sg_opts *opts = t->run->opts;
    t->old = sg_opts_text(opts, "extend");
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

/* What is romanised is made for a model that begins: beside a few hundred lines of a person's own it would be too much. */
static enum sg_code read_lessons(struct training *t, struct sg_err *err) {
    struct lessons *lessons = &t->lessons;
    const char *folder = sg_opts_text(t->run->opts, "train");
    enum sg_code code = lessons_list(lessons, folder, err);
    if (code == SG_OK && t->old) code = lessons_list_others(lessons, folder, err);
    uint64_t lines = 0, units = 0;
    for (size_t i = 0; code == SG_OK && i < lessons->label_count; i++) {
        code = lessons_read(lessons, &lessons->labels[i], err);
        if (code == SG_OK) code = sg_signals_check(err);
        lines += lessons->labels[i].lines;
        units += lessons->labels[i].units_len;
    }
    if (code == SG_OK && !t->old) code = romanise_lessons(lessons, t->seed, err);
    if (code == SG_OK) code = lessons_group(lessons, err);
    char count[SG_NUM_TEXT], letters[SG_NUM_TEXT];
    if (code == SG_OK)
        sg_log_line(t->run->progress, SG_LOG_INFO,
                    "%zu labels in %zu scripts: %s lines, %s letters", lessons->label_count,
                    lessons->group_count, sg_num_count(lines, count), sg_num_count(units, letters));
    return code;
}

static enum sg_code train_new(struct training *t, struct sg_buf *bytes, struct sg_err *err) {
    const struct sg_opts *opts = t->run->opts;
    struct sparse_model *model = NULL;
    struct sg_budget budget;
    enum sg_code code = sg_budget_init(&budget, sg_opts_count(opts, "memory"),
                                       (unsigned)sg_opts_count(opts, "threads"), err);
    if (code != SG_OK) return code;
    const struct train_groups_settings settings = {.progress = t->run->progress,
                                                   .seed = t->seed,
                                                   .effort = t->effort,
                                                   .threads = budget.threads,
                                                   .usable_bytes = budget.usable_bytes};
    code = train_groups(&t->lessons, &settings, &model, err);
    if (code == SG_OK) code = sparse_save(model, bytes, err);
    sparse_free(model);
    return code;
}

static enum sg_code train_old(struct training *t, struct sg_buf *bytes, struct sg_err *err) {
    const struct extend_settings settings = {.seed = t->seed, .effort = t->effort};
    return extend_run(t->old, &t->lessons, &settings, t->run->progress, bytes, err);
}

static enum sg_code measure_only(const struct sg_opts *opts, struct sg_err *err) {
    const char *path = sg_opts_text(opts, "model"), *prior = sg_opts_text(opts, "prior");
    struct sg_buf bytes = {0};
    enum sg_code code = SG_OK;
    if (path)
        code = sg_file_load(path, MODEL_MAX, &bytes, err);
    else
        sg_buf_put(&bytes, langtag_embedded, (size_t)(langtag_embedded_end - langtag_embedded));
    if (code == SG_OK && prior) code = measure_priors(&bytes, prior, err);
    const char *output = sg_opts_text(opts, "output");
    if (code == SG_OK) code = measure_model(&bytes, sg_opts_text(opts, "dev"), output != NULL, err);
    if (code == SG_OK && output) code = sg_publish_bytes(output, bytes.data, bytes.len, err);
    sg_buf_free(&bytes);
    return code;
}

enum sg_code train_run(struct sg_run *run, struct sg_err *err) {
    struct training t = {.run = run};
    const struct sg_opts *opts = run->opts;
    const char *dev = sg_opts_text(opts, "dev"), *prior = sg_opts_text(opts, "prior");
    struct sg_buf bytes = {0};
    if (!sg_opts_text(opts, "train")) return measure_only(opts, err);
    enum sg_code code = check_options(&t, err);
    if (code == SG_OK) code = read_lessons(&t, err);
    if (code == SG_OK) code = t.old ? train_old(&t, &bytes, err) : train_new(&t, &bytes, err);
    if (code == SG_OK && prior) code = measure_priors(&bytes, prior, err);
    /* a few lines of one language would calibrate all others away */
    if (code == SG_OK && dev) code = measure_model(&bytes, dev, !t.old, err);
    if (code == SG_OK)
        code = sg_publish_bytes(sg_opts_text(opts, "output"), bytes.data, bytes.len, err);
    sg_buf_free(&bytes);
    lessons_free(&t.lessons);
    return code;
}
