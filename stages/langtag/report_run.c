/* `sangam-langtag --report INPUT`: reads tagged records, writes report.h's sheet to standard output. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/frames.h"
#include "io/publish.h"
#include "report.h"
#include "run/inputs.h"
#include "run/signals.h"
#include "text/record.h"
#include "train_run.h"

/* clang-format off */
const struct sg_option report_options[] = {
    {"report", 0, SG_OPTION_TEXT,  "INPUT", NULL, "tell of this folder or file of tagged records"},
    {"seed",   0, SG_OPTION_COUNT, "N",     "1",  "another seed shows other lines"},
    {0}};
/* clang-format on */

struct reading {
    struct report *report;
    struct sg_record record;
    struct sg_buf text, language, script, second;
};

/* The second of top_langs, "" when there is none. */
static void second_of(const struct sg_record *record, struct sg_buf *out) {
    const struct sg_member *member = sg_record_find(record, "top_langs");
    struct sg_json item;
    out->len = 0;
    size_t at = 0;
    bool there = member && sg_json_each(sg_record_value(record, member), &at, NULL, &item) &&
                 sg_json_each(sg_record_value(record, member), &at, NULL, &item);
    if (there && !sg_json_string(item, out, NULL)) out->len = 0;
    sg_buf_str(out);
}

static double score_of(const struct sg_record *record) {
    const struct sg_member *member = sg_record_find(record, "language_score");
    double score = 0;
    return member && sg_json_double(sg_record_value(record, member), &score) ? score : 0;
}

static enum sg_code add_line(struct reading *r, const char *line, size_t len, struct sg_err *err) {
    size_t text_len, language_len, script_len, lone;
    if (sg_record_blank(line, len)) return SG_OK;
    enum sg_code code = sg_record_scan(&r->record, line, len, err);
    if (code != SG_OK) return code;
    const char *text = sg_record_string(&r->record, "text", &r->text, &text_len, &lone),
               *language =
                   sg_record_string(&r->record, "language", &r->language, &language_len, &lone),
               *script =
                   sg_record_string(&r->record, "language_script", &r->script, &script_len, &lone);
    if (!text || !language || !script)
        return sg_err_set(err, SG_DATA,
                          "a record without text, language or language_script: tag it first");
    char label[64];
    snprintf(label, sizeof label, "%.*s_%.*s", (int)language_len, language, (int)script_len,
             script);
    second_of(&r->record, &r->second);
    const struct report_record record = {.label = label,
                                         .second = r->second.data,
                                         .score = score_of(&r->record),
                                         .text = text,
                                         .text_len = text_len};
    report_add(r->report, &record);
    return SG_OK;
}

static enum sg_code add_batch(struct reading *r, const struct sg_frames_batch *batch,
                              struct sg_err *err) {
    const char *at = batch->lines.data, *end = at + batch->lines.len;
    while (at < end) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        enum sg_code code = add_line(r, at, (size_t)(lf - at), err);
        if (code != SG_OK) return code;
        at = lf + 1;
    }
    return sg_signals_check(err);
}

static enum sg_code add_file(struct reading *r, const char *path, struct sg_err *err) {
    struct sg_frames *frames = NULL;
    struct sg_frames_batch batch = {0};
    const struct sg_frames_options options = {.stream = true};
    enum sg_code code = sg_frames_open(&frames, path, &options, err);
    while (code == SG_OK && (code = sg_frames_next(frames, &batch, err)) == SG_OK)
        code = add_batch(r, &batch, err);
    if (code == SG_END) code = SG_OK;
    if (code != SG_OK) sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    sg_frames_batch_free(&batch);
    sg_frames_close(frames);
    return code;
}

enum sg_code report_run(struct sg_run *run, struct sg_err *err) {
    struct reading r = {.report = report_new(sg_opts_count(run->opts, "seed"))};
    char *path = sg_strdup(sg_opts_text(run->opts, "report"));
    const struct sg_inputs_options options = {.want = SG_INPUTS_CHAIN};
    struct sg_inputs inputs = {0};
    struct sg_buf out = {0};
    enum sg_code code = sg_inputs_find(&inputs, 1, &path, &options, err);
    for (size_t i = 0; code == SG_OK && i < inputs.count; i++)
        code = add_file(&r, inputs.items[i].path, err);
    if (code == SG_OK) {
        report_write(r.report, &out);
        code = sg_publish_bytes("-", out.data, out.len, err);
    }
    sg_inputs_free(&inputs);
    sg_buf_free(&out);
    sg_buf_free(&r.text);
    sg_buf_free(&r.language);
    sg_buf_free(&r.script);
    sg_buf_free(&r.second);
    sg_record_free(&r.record);
    report_free(r.report);
    free(path);
    return code;
}
