/*
 * cross: the report of two indexes: who of mine meets one of theirs, and what the policy would do with it.
 *
 *     {"text_key":"..","id_key":"..","reason":"cross","cluster":"..","survivor_id":"","similarity":0.91,"method":"sketch",
 *      "cluster_size":2,"their_text_key":"..","verdict":"drop"}
 */
#include <stdlib.h>
#include <time.h>

#include "base/num.h"
#include "cross.h"
#include "decisions.h"
#include "io/file.h"
#include "outputs.h"
#include "run/receipt.h"
#include "run/sink.h"

#define NAMES 64 /* hex digits of an imported document: text key, id key */
#define BATCH (1u << 20)

void dedup_cross_put(const struct dedup_cross_hit *hit, struct sg_buf *out) {
    static const char *const methods[] = {"key", "sketch", "text", "band"};
    const struct dedup_decision *decision = hit->decision;
    char hex[SG_HASH_HEX], similarity[SG_NUM_TEXT];
    sg_buf_printf(out, ",\"cluster\":\"%s\",\"survivor_id\":\"\",\"similarity\":%s,\"method\":\"%s\",\"cluster_size\":%u",
                  sg_hash_hex(decision->cluster, hex), sg_num_double(decision->similarity / 10000.0, similarity),
                  methods[decision->method], decision->size);
    sg_buf_printf(out, ",\"their_text_key\":\"%.32s\"", hit->survivor);
}

struct report {
    struct dedup_job *job;
    struct dedup_decisions map;
    struct sg_sink sink;
    struct sg_parts parts;
    struct sg_frames_packer *lines, *ledger;
    struct sg_buf mine, theirs;
};

/* Where the names of a document of an index stand: all pieces are of one length. */
static uint64_t place_of(const struct dedup_job *job, uint64_t document) {
    size_t part = job->part_count - 1;
    while (document < job->parts[part].first) part--;
    return (uint64_t)part << DEDUP_PLACE_BITS | (document - job->parts[part].first) * (8 + NAMES);
}

/* Of each pair of documents one is of mine and one of theirs, or the report does not tell of it. */
static enum sg_code one_decision(struct report *report, const struct dedup_decision *decision, struct sg_err *err) {
    struct dedup_job *job = report->job;
    uint64_t place = place_of(job, decision->document);
    bool loser_is_theirs = dedup_cross_theirs(job, place), winner_is_theirs = dedup_cross_theirs(job, decision->survivor);
    if (decision->verdict == DEDUP_KEEP || loser_is_theirs == winner_is_theirs) return SG_OK;
    enum sg_code code = dedup_job_id(job, loser_is_theirs ? decision->survivor : place, &report->mine, err);
    if (code == SG_OK) code = dedup_job_id(job, loser_is_theirs ? place : decision->survivor, &report->theirs, err);
    if (code != SG_OK) return code;
    const struct dedup_cross_hit hit = {decision, report->theirs.data};
    struct sg_buf *out = &report->parts.lines;
    bool drops = winner_is_theirs && job->cross.policy != DEDUP_MINE;
    sg_buf_printf(out, "{\"text_key\":\"%.32s\",\"id_key\":\"%.*s\",\"reason\":\"cross\"", report->mine.data,
                  job->cross.slim ? 0 : NAMES / 2, report->mine.data + NAMES / 2);
    dedup_cross_put(&hit, out);
    sg_buf_printf(out, ",\"verdict\":\"%s\"}\n", drops ? "drop" : "keep");
    report->parts.records_out++;
    job->counts.removed_cross += drops;
    return SG_OK;
}

static enum sg_code flush(struct report *report, struct sg_err *err) {
    enum sg_code code = sg_parts_pack(&report->parts, report->lines, report->ledger, err);
    if (code == SG_OK) code = sg_sink_put(&report->sink, &report->parts, err);
    sg_parts_reset(&report->parts);
    return code;
}

static enum sg_code each_decision(struct report *report, struct sg_err *err) {
    enum sg_code code = dedup_decisions_open(&report->map, report->job, &dedup_decision_kind, ".map", 0, err);
    while (code == SG_OK && report->map.next) {
        struct dedup_decision decision;
        dedup_decision_get(report->map.next, &decision);
        code = one_decision(report, &decision, err);
        if (code == SG_OK && report->parts.lines.len >= BATCH) code = flush(report, err);
        if (code == SG_OK) code = dedup_decisions_step(&report->map, err);
    }
    dedup_decisions_close(&report->map);
    return code == SG_OK ? flush(report, err) : code;
}

static enum sg_code publish_receipt(const struct report *report, const char *path, struct sg_err *err) {
    const struct dedup_job *job = report->job;
    const struct sg_run *run = job->run;
    const struct sg_sink_file *lines = &report->sink.lines;
    struct sg_receipt receipt = {.stage = sg_strdup(run->stage->name),
                                 .version = sg_strdup(SANGAM_VERSION),
                                 .settings = sg_strndup(run->settings.data, run->settings.len),
                                 .settings_hash = run->settings_hash,
                                 .threads = run->budget.threads,
                                 .peak_bytes = sg_budget_peak()};
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < job->cross.count; i++) {
        struct sg_hash128 hash;
        uint64_t bytes;
        code = sg_file_hash(job->cross.paths[i], &bytes, &hash, err);
        if (code == SG_OK) sg_receipt_input(&receipt, job->cross.paths[i], bytes, job->cross.records[i], hash);
    }
    sg_receipt_output(&receipt, "records", lines->path, lines->bytes, lines->records, lines->hash);
    receipt.records_in = job->cross.records[0];
    receipt.records_out = lines->records;
    if (code == SG_OK) code = sg_receipt_publish(&receipt, path, err);
    sg_receipt_free(&receipt);
    return code;
}

enum sg_code dedup_cross_report(struct dedup_job *job, struct sg_err *err) {
    const struct sg_run *run = job->run;
    const bool pipe = strcmp(run->output, "-") == 0;
    struct report report = {.job = job};
    const struct sg_sink_options options = {
        .path = run->output, .compression = dedup_outputs_compression(job), .level = run->level};
    report.lines = sg_frames_packer_new(options.compression, run->level);
    report.ledger = sg_frames_packer_new(SG_ZST, run->level);
    enum sg_code code = sg_sink_open(&report.sink, &options, err);
    if (code == SG_OK) code = each_decision(&report, err);
    if (code == SG_OK) code = sg_sink_commit(&report.sink, err);
    char *beside = run->receipt_path ? sg_strdup(run->receipt_path) : pipe ? NULL : sg_sink_beside(run->output, ".receipt.json");
    if (code == SG_OK && beside) code = publish_receipt(&report, beside, err);
    job->counts.kept = report.sink.lines.records;
    sg_sink_abort(&report.sink);
    free(beside);
    sg_frames_packer_free(report.lines);
    sg_frames_packer_free(report.ledger);
    sg_parts_free(&report.parts);
    sg_buf_free(&report.mine);
    sg_buf_free(&report.theirs);
    return code;
}
