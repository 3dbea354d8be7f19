#include "extend.h"

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "column.h"
#include "train.h"

#define SAMPLES 4e6

/* What extend_label was asked for, and the script that it concerns. */
struct extending {
    struct sparse_model *model;
    const struct lessons *lessons;
    const struct lessons_group *all; /* of the lessons */
    size_t g;                        /* of the model; its number of groups: a new one */
    const struct extend_settings *settings;
};

/* ---- what is there ---- */

static int find(const struct sparse_model *model, const char *label) { /* -1: none */
    for (size_t i = 0; i < model->label_count; i++)
        if (strcmp(model->labels[i].name, label) == 0) return (int)i;
    return -1;
}

static size_t find_group(const struct sparse_model *model, const char *script) {
    size_t g = 0;
    while (g < model->group_count && strcmp(model->groups[g].script, script) != 0) g++;
    return g;
}

enum extend_plan extend_plan(const struct sparse_model *model, const struct lessons *lessons,
                             size_t label) {
    int number = find(model, lessons->labels[label].name);
    if (lessons->labels[label].other) return EXTEND_COMPARE;
    if (number < 0) return EXTEND_ADD;
    return model->groups[model->labels[number].group].count == 1 ? EXTEND_ALONE : EXTEND_STRENGTHEN;
}

struct extend_known extend_known(const struct sparse_model *model, const struct lessons *lessons,
                                 int script) {
    struct extend_known known = {0};
    size_t g = find_group(model, lessons->scripts.names[script]);
    if (g == model->group_count) return known;
    known.labels = model->groups[g].count;
    for (size_t l = 0; l < known.labels; l++)
        known.with_text +=
            lessons_find(lessons, model->labels[model->groups[g].labels[l]].name) != NULL;
    return known;
}

/* ---- a column ---- */

static uint32_t add_name(struct sparse_model *model, const struct lessons_label *label,
                         size_t group) {
    struct sparse_label *added;
    model->labels = sg_realloc(model->labels, (model->label_count + 1) * sizeof *model->labels);
    added = &model->labels[model->label_count];
    *added =
        (struct sparse_label){.lines = (uint32_t)label->source_lines, .group = (uint32_t)group};
    memcpy(added->name, label->name, SPARSE_NAME);
    return (uint32_t)model->label_count++;
}

/* The lessons of a script without one label, or of that label alone. */
static void pick(const struct lessons *lessons, const struct lessons_group *all, size_t label,
                 bool alone, struct lessons_group *out) {
    *out = (struct lessons_group){.script = all->script, .spaced = all->spaced};
    out->labels = sg_alloc(all->count * sizeof *out->labels);
    for (size_t l = 0; l < all->count; l++)
        if ((all->labels[l] == label) == alone) out->labels[out->count++] = all->labels[l];
    if (out->count > 0) lessons_share(lessons, out);
}

static void put_in(const struct extending *x, const struct column *column,
                   const struct lessons_label *label) {
    struct sparse_group *group = &x->model->groups[x->g];
    if (column->place != COLUMN_NEW) {
        uint32_t number = group->labels[column->place];
        x->model->labels[number].lines += (uint32_t)label->source_lines;
        column_put(group, column, number);
        return;
    }
    uint32_t number = add_name(x->model, label, x->g);
    column_put(group, column, number);
    x->model->labels[number].local = (uint32_t)group->count - 1;
}

static enum sg_code train_column(const struct extending *x, size_t label, struct sg_err *err) {
    const struct lessons *lessons = x->lessons;
    const struct sparse_group *group = &x->model->groups[x->g];
    const char *name = lessons->labels[label].name;
    int number = find(x->model, name);
    if (number < 0 && group->count == SPARSE_LABELS)
        return sg_err_set(err, SG_USAGE, "%s has %d labels: no room for %s", group->script,
                          SPARSE_LABELS, name);
    struct lessons_group own, rivals;
    struct column column = {0};
    struct column_task task = {.lessons = lessons,
                               .own = &own,
                               .rivals = &rivals,
                               .group = group,
                               .place = number < 0 ? COLUMN_NEW : x->model->labels[number].local,
                               .chance = chance_seed(x->settings->seed, name),
                               .samples = (uint64_t)(SAMPLES * x->settings->effort)};
    pick(lessons, x->all, label, true, &own);
    pick(lessons, x->all, label, false, &rivals);
    enum sg_code code = SG_OK;
    if (rivals.count == 0)
        code =
            sg_err_set(err, SG_USAGE,
                       "to learn %s, text of other labels in %s is needed to compare it with: 200 "
                       "lines of each, in files like its own in the folder '%s' beside it",
                       name, group->script, LESSONS_OTHERS);
    if (code == SG_OK) code = column_learn(&task, &column, err);
    if (code == SG_OK) put_in(x, &column, &lessons->labels[label]);
    column_free(&column);
    free(own.labels);
    free(own.share);
    free(rivals.labels);
    free(rivals.share);
    return code;
}

/* ---- a script ---- */

/* Lessons of labels that the model has, or is to have. */
static void pick_known(const struct extending *x, struct lessons_group *out) {
    const struct lessons_group *all = x->all;
    *out = (struct lessons_group){.script = all->script, .spaced = all->spaced};
    out->labels = sg_alloc(all->count * sizeof *out->labels);
    for (size_t l = 0; l < all->count; l++) {
        const struct lessons_label *label = &x->lessons->labels[all->labels[l]];
        if (!label->other || find(x->model, label->name) >= 0)
            out->labels[out->count++] = all->labels[l];
    }
    lessons_share(x->lessons, out);
}

static void replace_group(const struct extending *x, struct sparse_group *trained) {
    struct sparse_model *model = x->model;
    if (x->g == model->group_count) {
        model->groups = sg_realloc(model->groups, (x->g + 1) * sizeof *model->groups);
        model->group_count++;
    } else {
        sparse_group_free(&model->groups[x->g]);
    }
    for (size_t l = 0; l < trained->count; l++) {
        const struct lessons_label *label = &x->lessons->labels[trained->labels[l]];
        int number = find(model, label->name);
        trained->labels[l] = number >= 0 ? (uint32_t)number : add_name(model, label, x->g);
        model->labels[trained->labels[l]].local = (uint32_t)l;
    }
    model->groups[x->g] = *trained;
}

/* A script that is new to the model, or had one label: trained from its text alone. */
static enum sg_code train_script(const struct extending *x, struct sg_err *err) {
    const struct sparse_model *model = x->model;
    for (size_t l = 0; x->g < model->group_count && l < model->groups[x->g].count; l++) {
        const char *name = model->labels[model->groups[x->g].labels[l]].name;
        if (!lessons_find(x->lessons, name))
            return sg_err_set(err, SG_USAGE,
                              "text of %s is needed too, in a file like the others: so far its "
                              "script alone tells it",
                              name);
    }
    struct train_progress progress = {0};
    struct sparse_group trained = {0};
    struct lessons_group known;
    pick_known(x, &known);
    const struct train_task task = {.lessons = x->lessons,
                                    .group = &known,
                                    .plan = train_plan(x->lessons, &known, x->settings->effort),
                                    .seed = x->settings->seed,
                                    .progress = &progress};
    enum sg_code code = train_group(&task, &trained, err);
    if (code == SG_OK)
        replace_group(x, &trained);
    else
        sparse_group_free(&trained);
    free(known.labels);
    free(known.share);
    return code;
}

enum sg_code extend_label(struct sparse_model *model, const struct lessons *lessons, size_t label,
                          const struct extend_settings *settings, struct sg_err *err) {
    struct extending x = {
        .model = model, .lessons = lessons, .all = lessons->groups, .settings = settings};
    while (x.all->script != lessons->labels[label].script) x.all++;
    const char *script = lessons->scripts.names[x.all->script];
    x.g = find_group(model, script);
    if (x.g == SPARSE_SCRIPTS)
        return sg_err_set(err, SG_USAGE, "the model has %d scripts: no room for %s", SPARSE_SCRIPTS,
                          script);
    bool by_column = x.g < model->group_count && model->groups[x.g].count > 1;
    return by_column ? train_column(&x, label, err) : train_script(&x, err);
}
