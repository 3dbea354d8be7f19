/*
 * What is said, of a folder with lij_Latn.txt, vec_Latn.txt and others/ita_Latn.txt, and the shipped model:
 *
 *   lij_Latn is added; vec_Latn is strengthened; 1 other to compare with
 *   Latn: no text of 246 of the model's 249 labels: what is written in them may be taken for lij_Latn or vec_Latn; ...
 *   learning lij_Latn, 1 of 2
 *   learning vec_Latn, 2 of 2
 */
#include "extend_run.h"

#include <stdlib.h>
#include <string.h>

#include "io/file.h"

#define MODEL_MAX ((size_t)1 << 30)

/* A line that is under way: the program, the lessons, and what each label of these is for. */
struct work {
    struct sparse_model *model;
    const struct lessons *lessons;
    enum extend_plan *plans;
    struct sg_progress *progress;
};

static size_t count_of(const struct work *w, enum extend_plan plan) {
    size_t count = 0;
    for (size_t i = 0; i < w->lessons->label_count; i++) count += w->plans[i] == plan;
    return count;
}

static bool is_learned(enum extend_plan plan) {
    return plan == EXTEND_ADD || plan == EXTEND_STRENGTHEN;
}

/* ", aaa_Latn bbb_Latn are added"; nothing when there are none. */
static void put_names(const struct work *w, enum extend_plan plan, const char *one,
                      const char *many, struct sg_buf *line) {
    size_t count = count_of(w, plan);
    if (count == 0) return;
    sg_buf_puts(line, line->len ? ";" : "");
    for (size_t i = 0; i < w->lessons->label_count; i++)
        if (w->plans[i] == plan)
            sg_buf_printf(line, "%s%s", line->len ? " " : "", w->lessons->labels[i].name);
    sg_buf_printf(line, " %s", count == 1 ? one : many);
}

static void tell_plan(const struct work *w) {
    struct sg_buf line = {0};
    put_names(w, EXTEND_ADD, "is added", "are added", &line);
    put_names(w, EXTEND_STRENGTHEN, "is in the model and is strengthened",
              "are in the model and are strengthened", &line);
    put_names(w, EXTEND_ALONE, "stays as it is, its script alone tells it",
              "stay as they are, their scripts alone tell them", &line);
    size_t others = count_of(w, EXTEND_COMPARE);
    if (others) sg_buf_printf(&line, "; %zu in %s to compare with", others, LESSONS_OTHERS);
    sg_buf_str(&line);
    sg_log_line(w->progress, SG_LOG_INFO, "%s", line.data);
    sg_buf_free(&line);
}

/* Labels without text are not taught to stand back, so a column takes what resembles it of theirs. */
static void warn_missing(const struct work *w) {
    for (size_t g = 0; g < w->lessons->group_count; g++) {
        const struct lessons_group *group = &w->lessons->groups[g];
        struct extend_known known = extend_known(w->model, w->lessons, group->script);
        bool learns = false;
        for (size_t l = 0; l < group->count; l++) learns |= is_learned(w->plans[group->labels[l]]);
        if (!learns || known.with_text == known.labels) continue;
        sg_log_line(
            w->progress, SG_LOG_WARNING,
            "%s: no text of %zu of the model's %zu labels. Text in those that resemble what is "
            "learned may be taken for it; 200 lines of each in the folder '%s' prevent it",
            w->lessons->scripts.names[group->script], known.labels - known.with_text, known.labels,
            LESSONS_OTHERS);
    }
}

static enum sg_code learn_all(struct work *w, const struct extend_settings *settings,
                              struct sg_err *err) {
    const struct lessons *lessons = w->lessons;
    size_t wanted = count_of(w, EXTEND_ADD) + count_of(w, EXTEND_STRENGTHEN), number = 0;
    enum sg_code code = SG_OK;
    if (wanted == 0)
        code = sg_err_set(err, SG_USAGE,
                          "nothing to learn: the folder has no label that is new, or that another "
                          "is written in the same script as");
    for (size_t i = 0; code == SG_OK && i < lessons->label_count; i++) {
        if (!is_learned(w->plans[i])) continue;
        number++;
        /* a label of a script that was trained with another one is there by now */
        if (extend_plan(w->model, lessons, i) != w->plans[i]) continue;
        sg_log_line(w->progress, SG_LOG_INFO, "learning %s, %zu of %zu", lessons->labels[i].name,
                    number, wanted);
        code = extend_label(w->model, lessons, i, settings, err);
    }
    return code;
}

enum sg_code extend_run(const char *path, const struct lessons *lessons,
                        const struct extend_settings *settings, struct sg_progress *progress,
                        struct sg_buf *out, struct sg_err *err) {
    struct work w = {.lessons = lessons, .progress = progress};
    struct sg_buf old = {0};
    enum sg_code code = sg_file_load(path, MODEL_MAX, &old, err);
    if (code == SG_OK) {
        code = sparse_load(&w.model, old.data, old.len, err);
        if (code != SG_OK) sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    if (code == SG_OK) {
        w.plans = sg_alloc(lessons->label_count * sizeof *w.plans);
        for (size_t i = 0; i < lessons->label_count; i++)
            w.plans[i] = extend_plan(w.model, lessons, i);
        tell_plan(&w);
        warn_missing(&w);
        code = learn_all(&w, settings, err);
    }
    if (code == SG_OK) code = sparse_save(w.model, out, err);
    sparse_free(w.model);
    free(w.plans);
    sg_buf_free(&old);
    return code;
}
