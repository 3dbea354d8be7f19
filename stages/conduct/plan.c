#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "conduct.h"
#include "io/file.h"
#include "run/budget.h"

enum sg_code conduct_print(const struct sg_buf *text, struct sg_err *err) {
    return sg_file_write(STDOUT_FILENO, "standard output", text->data, text->len, err);
}

enum sg_code conduct_load(const struct sg_run *run, struct pipeline *pipeline, struct sg_err *err) {
    char *const *words;
    size_t count = sg_opts_operands(run->opts, &words);
    if (count == 0)
        return sg_err_set(err, SG_USAGE,
                          "which pipeline? Give a .yaml file, or the name of one that comes with "
                          "sangam, such as web");
    struct wish wish = {.pipeline = words[0],
                        .inputs = words + 1,
                        .input_count = count - 1,
                        .work = sg_opts_text(run->opts, "output")};
    wish.set_count = sg_opts_list(run->opts, "set", &wish.sets);
    return pipeline_load(&wish, pipeline, err);
}

/* True when path is folder itself or lies in it; both are real paths. */
static bool lies_in(const char *path, const char *folder) {
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 &&
           (path[len] == 0 || path[len] == '/' || strcmp(folder, "/") == 0);
}

/* WORK inside an INPUT folder would be read as input by the next run. */
static enum sg_code work_outside(const struct pipeline *pipeline, struct sg_err *err) {
    struct sg_buf parent = {0};
    enum sg_code code = SG_OK;
    sg_buf_puts(&parent, pipeline->work);
    char *work = NULL;
    for (sg_buf_str(&parent); !work && parent.len;) { /* the part of WORK that exists already */
        work = realpath(parent.data, NULL);
        while (!work && parent.len && parent.data[--parent.len] != '/') {
        }
        if (!work && parent.len) sg_buf_str(&parent);
    }
    if (!work) work = realpath(pipeline->work[0] == '/' ? "/" : ".", NULL);
    for (size_t i = 0; work && i < pipeline->input_count && code == SG_OK; i++) {
        char *input =
            sg_file_is_folder(pipeline->inputs[i]) ? realpath(pipeline->inputs[i], NULL) : NULL;
        if (input && lies_in(work, input))
            code = sg_err_set(
                err, SG_USAGE,
                "the folder to work in, '%s', lies inside the input '%s': take one outside of it",
                pipeline->work, pipeline->inputs[i]);
        free(input);
    }
    free(work);
    sg_buf_free(&parent);
    return code;
}

enum sg_code conduct_find_inputs(const struct pipeline *pipeline, struct sg_inputs *inputs,
                                 struct sg_err *err) {
    bool ingest = strcmp(pipeline->steps[0].stage, "ingest") == 0;
    struct sg_inputs_options options = {.want = ingest ? SG_INPUTS_ANY : SG_INPUTS_CHAIN};
    enum sg_code code = work_outside(pipeline, err);
    for (size_t i = 0; i < pipeline->steps[0].count; i++)
        if (strcmp(pipeline->steps[0].settings[i].option->name, "follow") == 0)
            options.follow = strcmp(pipeline->steps[0].settings[i].value, "true") == 0;
    if (code == SG_OK)
        code = sg_inputs_find(inputs, pipeline->input_count, pipeline->inputs, &options, err);
    if (code == SG_OK && inputs->count == 0)
        code = sg_err_set(err, SG_SYSTEM, "no file to read in the input folders%s",
                          inputs->ignored ? " (of the kind this stage reads)" : "");
    return code;
}

/* ---- the plan ---- */

static void put_step(struct sg_buf *out, const struct pipeline *pipeline, size_t i) {
    const struct step *step = &pipeline->steps[i];
    sg_buf_printf(out, "\n%s  (%s)\n", step->label, step->program.path);
    sg_buf_printf(out, "    reads    %s\n", i ? pipeline->steps[i - 1].folder : "the inputs");
    sg_buf_printf(out, "    writes   %s\n", step->folder);
    const char *lead = "options";
    for (size_t k = 0; k < step->count; k++) {
        const struct setting *setting = &step->settings[k];
        const char *initial = setting->option->initial;
        bool flag = setting->option->type == SG_OPTION_FLAG;
        if (strcmp(setting->value, initial ? initial : flag ? "false" : "") == 0)
            continue; /* as it is anyway */
        char shown[300];
        sg_buf_printf(out, "    %-8s %s = %s", lead, setting->option->name,
                      sg_err_quote(setting->value, shown, sizeof shown));
        if (initial && *initial) sg_buf_printf(out, "  (default %s)", initial);
        sg_buf_putc(out, '\n');
        lead = "";
    }
    if (*lead) sg_buf_printf(out, "    %-8s as they are by default\n", lead);
}

static void put_head(struct sg_buf *out, const struct pipeline *pipeline,
                     const struct sg_inputs *inputs, const struct sg_budget *budget) {
    uint64_t bytes = 0;
    size_t pipes = 0;
    char size[SG_NUM_TEXT], count[SG_NUM_TEXT], memory[SG_NUM_TEXT], text[SG_NUM_TEXT];
    for (size_t i = 0; i < inputs->count; i++) {
        bytes += inputs->items[i].bytes;
        pipes += !inputs->items[i].regular;
    }
    sg_buf_printf(out, "pipeline  %s%s%s\n", pipeline->file, pipeline->name ? ", " : "",
                  pipeline->name ? pipeline->name : "");
    for (size_t i = 0; i < pipeline->input_count; i++)
        sg_buf_printf(out, "%-9s %s\n", i ? "" : "input", pipeline->inputs[i]);
    sg_buf_printf(out, "          %s files, %s%s\n", sg_num_count(inputs->count, count),
                  sg_num_bytes(bytes, size), pipes ? " and what comes through a pipe" : "");
    if (inputs->skipped_count)
        sg_buf_printf(out, "          %zu links or special files are not read\n",
                      inputs->skipped_count);
    sg_buf_printf(out, "work      %s\n", pipeline->work);
    sg_buf_printf(out, "threads   %s, for one stage after the other\n",
                  sg_num_count(budget->threads, text));
    sg_buf_printf(out, "memory    %s (%s), all of it for the stage that runs\n",
                  sg_num_bytes(budget->limit_bytes, memory), budget->source);
}

enum sg_code conduct_print_plan(const struct sg_run *run, const struct pipeline *pipeline,
                                struct sg_err *err) {
    struct sg_inputs inputs = {0};
    struct sg_budget budget;
    struct sg_buf out = {0};
    enum sg_code code = conduct_find_inputs(pipeline, &inputs, err);
    if (code == SG_OK)
        code = sg_budget_init(&budget, sg_opts_count(run->opts, "memory"),
                              (unsigned)sg_opts_count(run->opts, "threads"), err);
    if (code == SG_OK) {
        put_head(&out, pipeline, &inputs, &budget);
        for (size_t i = 0; i < pipeline->step_count; i++) put_step(&out, pipeline, i);
        code = conduct_print(&out, err);
    }
    sg_buf_free(&out);
    sg_inputs_free(&inputs);
    return code;
}

enum sg_code conduct_plan(struct sg_run *run, struct sg_err *err) {
    struct pipeline pipeline;
    enum sg_code code = conduct_load(run, &pipeline, err);
    if (code != SG_OK) return code;
    code = conduct_print_plan(run, &pipeline, err);
    pipeline_free(&pipeline);
    return code;
}
