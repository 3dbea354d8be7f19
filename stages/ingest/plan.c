#include "plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"

#define RECORD_BYTES 512 /* of a record around its text */

static struct plan_job *add_job(struct plan *plan, char *name) {
    plan->jobs = sg_realloc(plan->jobs, (plan->count + 1) * sizeof *plan->jobs);
    plan->jobs[plan->count] = (struct plan_job){.name = name};
    return &plan->jobs[plan->count++];
}

static void add_file(struct plan_job *job, const struct sg_input *input) {
    if ((job->count & (job->count - 1)) == 0)
        job->files = sg_realloc(job->files, (job->count ? 2 * job->count : 1) * sizeof *job->files);
    job->files[job->count++] = (struct plan_file){.input = input};
}

static int by_name(const void *a, const void *b) {
    const struct plan_job *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

/* Two containers of one name from two INPUT folders, or one named text-00000 beside the packs.
 * Texts may share a name: they are packed. */
static enum sg_code check_names(const struct plan *plan, struct sg_err *err) {
    enum sg_code code = SG_OK;
    const struct plan_job **jobs = sg_zalloc(plan->count + 1, sizeof *jobs);
    for (size_t i = 0; i < plan->count; i++) jobs[i] = &plan->jobs[i];
    if (plan->count) qsort(jobs, plan->count, sizeof *jobs, by_name);
    for (size_t i = 1; i < plan->count && code == SG_OK; i++) {
        const struct plan_job *one = jobs[i - 1], *two = jobs[i];
        if (strcmp(one->name, two->name) != 0) continue;
        code = sg_err_set(err, SG_USAGE,
                          "two inputs would give one output '%s': '%s' and '%s'; give their common "
                          "parent folder instead",
                          one->name, one->count ? one->files[0].input->path : "texts",
                          two->count ? two->files[0].input->path : "texts");
    }
    free(jobs);
    return code;
}

static enum sg_code plan_folder(struct plan *plan, const struct sg_run *run, struct sg_err *err) {
    const struct sg_inputs *inputs = &run->inputs;
    bool *leaf = sg_zalloc(inputs->count + 1, sizeof *leaf);
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < inputs->count && code == SG_OK; i++)
        if (inputs->items[i].regular) code = reader_is_leaf(inputs->items[i].path, &leaf[i], err);
    struct plan_job *pack = NULL;
    uint64_t bytes = 0;
    for (size_t i = 0; i < inputs->count && code == SG_OK; i++) {
        if (!leaf[i]) continue;
        if (!pack) pack = add_job(plan, sg_printf_dup("text-%05zu.jsonl.zst", plan->count));
        add_file(pack, &inputs->items[i]);
        bytes += inputs->items[i].bytes + RECORD_BYTES;
        if (bytes >= PLAN_PACK_BYTES) pack = NULL, bytes = 0;
    }
    if (code == SG_OK && plan->count == 0 && inputs->skipped_count)
        add_job(plan, sg_strdup("text-00000.jsonl.zst"));
    plan->packs = plan->count;
    if (plan->count > 0) plan->jobs[0].tells_skipped = inputs->skipped_count > 0;
    for (size_t i = 0; i < inputs->count && code == SG_OK; i++) {
        if (leaf[i]) continue;
        const char *name = inputs->items[i].name;
        add_file(
            add_job(plan, sg_printf_dup("%s.jsonl.zst", strcmp(name, "-") == 0 ? "stdin" : name)),
            &inputs->items[i]);
    }
    free(leaf);
    return code == SG_OK ? check_names(plan, err) : code;
}

enum sg_code plan_make(struct plan *plan, const struct sg_run *run, struct sg_err *err) {
    *plan = (struct plan){0};
    if (run->output_is_folder) return plan_folder(plan, run, err);
    struct plan_job *job = add_job(plan, sg_strdup(run->output));
    job->tells_skipped = run->inputs.skipped_count > 0;
    for (size_t i = 0; i < run->inputs.count; i++) add_file(job, &run->inputs.items[i]);
    return SG_OK;
}

enum sg_code plan_tell(struct sg_run *run, struct sg_buf *out, struct sg_err *err) {
    struct plan plan;
    enum sg_code code = plan_make(&plan, run, err);
    for (size_t i = 0; i < plan.count && code == SG_OK; i++) {
        const struct plan_job *job = &plan.jobs[i];
        char *path = run->output_is_folder ? sg_printf_dup("%s/%s", run->output, job->name)
                                           : sg_strdup(run->output);
        for (size_t k = 0; k < job->count; k++) {
            const struct sg_input *input = job->files[k].input;
            char from[300], to[300], size[SG_NUM_TEXT];
            sg_buf_printf(out, "%s (%s) -> %s\n", sg_err_quote(input->path, from, sizeof from),
                          input->regular ? sg_num_bytes(input->bytes, size) : "a pipe",
                          sg_err_quote(path, to, sizeof to));
        }
        free(path);
    }
    plan_free(&plan);
    return code;
}

char *plan_left_over(const struct plan *plan, const struct sg_run *run) {
    char *name = sg_printf_dup("text-%05zu.jsonl.zst", plan->packs);
    char *path = sg_printf_dup("%s/%s", run->output, name);
    bool there = run->output_is_folder && access(path, F_OK) == 0;
    for (size_t i = plan->packs; i < plan->count; i++) there &= strcmp(plan->jobs[i].name, name) != 0;
    free(name);
    if (there) return path;
    free(path);
    return NULL;
}

void plan_free(struct plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->jobs[i].name);
        free(plan->jobs[i].files);
    }
    free(plan->jobs);
    *plan = (struct plan){0};
}
