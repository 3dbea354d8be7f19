#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "conduct.h"
#include "funnel.h"
#include "receipts.h"
#include "release.h"
#include "work.h"

#define ERROR_LINES 3

/* How many files a first stage has to read; false for what cannot be counted: a pipe, a lost folder. */
static bool count_inputs(const struct record *record, uint64_t *out) {
    struct sg_inputs inputs = {0};
    struct sg_err err = {0};
    bool ingest = strcmp(record->stages[0].stage, "ingest") == 0;
    struct sg_inputs_options options = {.want = ingest ? SG_INPUTS_ANY : SG_INPUTS_CHAIN};
    bool known =
        sg_inputs_find(&inputs, record->input_count, record->inputs, &options, &err) == SG_OK;
    for (size_t i = 0; i < inputs.count; i++) known = known && inputs.items[i].regular;
    *out = inputs.count;
    sg_inputs_free(&inputs);
    return known;
}

/* The last error lines of a log, oldest first. */
static void put_errors(struct sg_buf *out, const char *path) {
    char *kept[ERROR_LINES] = {0}, *line = NULL, shown[600];
    size_t size = 0, count = 0;
    FILE *file = fopen(path, "re");
    if (!file) return;
    while (getline(&line, &size, file) > 0) {
        if (!strstr(line, ": error: ") && !strstr(line, "\"level\":\"error\"")) continue;
        line[strcspn(line, "\n")] = 0;
        free(kept[count % ERROR_LINES]);
        kept[count++ % ERROR_LINES] = sg_strdup(line);
    }
    fclose(file);
    free(line);
    for (size_t i = count < ERROR_LINES ? 0 : count - ERROR_LINES; i < count; i++) {
        sg_err_quote(kept[i % ERROR_LINES], shown, sizeof shown);
        sg_buf_printf(out, "    %.*s\n", (int)strlen(shown) - 2, shown + 1);
    }
    for (size_t i = 0; i < ERROR_LINES; i++) free(kept[i]);
}

struct progress {
    uint64_t total; /* files this stage has to read */
    bool total_known;
    bool failed; /* the run ended with an error: show the last ones of the stage that is not done */
};

static enum sg_code put_stage(struct sg_buf *out, const char *work,
                              const struct record_stage *stage, struct progress *progress,
                              struct sg_err *err) {
    struct receipts_sum sum;
    char done[SG_NUM_TEXT], total[SG_NUM_TEXT] = "?", documents[SG_NUM_TEXT];
    bool release = release_is(stage->folder);
    struct stage_count count = {0};
    enum sg_code code = receipts_sum(stage->folder, &sum, err);
    if (code != SG_OK) return code;
    if (release) code = stage_count_load(stage->folder, &count, err);
    uint64_t read = release ? progress->total : sum.inputs,
             kept = release ? count.records_out : sum.all.records_out;
    if (progress->total_known) sg_num_count(progress->total, total);
    sg_buf_printf(out, "%-16s %10s of %-10s %14s\n", stage->label, sg_num_count(read, done), total,
                  sg_num_count(kept, documents));
    bool finished = progress->total_known && read >= progress->total && read > 0;
    if (!finished && progress->failed) {
        char *log = sg_printf_dup("%s/logs/%s.log", work, stage->label);
        put_errors(out, log);
        free(log);
    }
    progress->total_known = finished;
    progress->total = sum.outputs;
    stage_count_free(&count);
    receipts_sum_free(&sum);
    return code;
}

enum sg_code conduct_status(struct sg_run *run, struct sg_err *err) {
    char *const *words, owner[160];
    struct record record = {0};
    struct sg_buf out = {0};
    if (sg_opts_operands(run->opts, &words) != 1)
        return sg_err_set(err, SG_USAGE, "name one folder: sangam status WORK");
    enum sg_code code = record_load(words[0], &record, err);
    if (code != SG_OK) return code;
    bool busy = work_busy(words[0], owner);
    const char *state = record.state;
    if (!busy && strcmp(state, "running") == 0)
        state = "stopped; give the same 'sangam run' again to continue";
    sg_buf_printf(&out, "%s: %s%s%s\n\n", record.pipeline, busy ? "running (" : state,
                  busy ? owner : "", busy ? ")" : "");
    sg_buf_printf(&out, "%-16s %24s %14s\n", "stage", "files done", "documents");
    struct progress progress = {.failed = !busy && strcmp(record.state, "done") != 0};
    progress.total_known = count_inputs(&record, &progress.total);
    for (size_t i = 0; i < record.stage_count && code == SG_OK; i++)
        code = put_stage(&out, words[0], &record.stages[i], &progress, err);
    if (code == SG_OK) code = conduct_print(&out, err);
    sg_buf_free(&out);
    record_free(&record);
    return code;
}
