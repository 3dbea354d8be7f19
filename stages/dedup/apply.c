/*
 * apply: the inputs once more, with pp.map beside them: kept lines gain their cluster members, removed ones go to the
 * ledger. Decisions are met in document order, so one pass merges both; each is checked against the keys of its line.
 *
 * Memory: as map, and the lines written. Threads: run/pipe; the writer keeps the order.
 */
#include <stdlib.h>

#include "base/num.h"
#include "cluster_fields.h"
#include "cross.h"
#include "cut_text.h"
#include "dates.h"
#include "decisions.h"
#include "outputs.h"
#include "parts.h"
#include "pass.h"
#include "run/sink.h"
#include "statistics.h"
#include "substr.h"
#include "sums.h"

#define CERTAIN 10000 /* similarity of a text to its copy */
#define NO_SURVIVOR UINT64_MAX /* of a document without a decision */

struct batch {
    struct dedup_batch base;
    struct sg_buf decisions; /* rows of pp.map that fall into the span; of pp.cut, where only parts of texts go */
    struct sg_parts parts;
    struct dedup_tally tally;
    struct dedup_statistics statistics;
};

struct place {
    struct dedup_place base;
    struct sg_frames_packer *lines, *ledger;
    struct sg_buf detail, survivor;
    const char *line; /* at hand */
    size_t bytes; /* of the line at hand */
    struct dedup_cut_place cut;
};

struct apply {
    struct dedup_job *job;
    struct dedup_decisions map;
    bool cuts; /* map has the rows of pp.cut */
    struct dedup_outputs outputs;
    struct dedup_statistics statistics;
};

/* ---- reader ---- */

static enum sg_code begin_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct batch *batch = argument;
    uint64_t end = batch->base.span.first + batch->base.span.documents;
    enum sg_code code = SG_OK;
    batch->decisions.len = 0;
    batch->tally = (struct dedup_tally){0};
    sg_parts_reset(&batch->parts);
    dedup_statistics_clear(&batch->statistics);
    while (code == SG_OK && apply->map.next && dedup_get_word(apply->map.next) < end) {
        sg_buf_put(&batch->decisions, apply->map.next, apply->cuts ? DEDUP_CUT_WIDTH : DEDUP_DECISION_WIDTH);
        code = dedup_decisions_step(&apply->map, err);
    }
    return code;
}

/* Rows, with cuts also what is made of them, and for each a span and an id of 32 characters, twice. */
static uint64_t extra_of(const void *argument) {
    const struct batch *batch = argument;
    return 5 * batch->decisions.len;
}

/* ---- workers ---- */

static void set_hash(struct sg_record *record, const char *name, struct sg_hash128 hash) {
    char hex[SG_HASH_HEX];
    bool none = hash.lo == 0 && hash.hi == 0;
    if (!none) sg_hash_hex(hash, hex);
    sg_record_set_string(record, name, none ? "" : hex, none ? 0 : SG_HASH_HEX - 1);
}

static void set_number(struct sg_record *record, const char *name, uint32_t number) {
    char text[24];
    sg_record_set(record, name, text, (size_t)snprintf(text, sizeof text, "%u", number));
}

/* A document that has no decision tells of itself alone. */
static void set_fields(const struct dedup_job *job, struct place *place, const struct dedup_decision *decision) {
    struct sg_record *record = &place->base.line.record;
    const char *const names[] = {"dedup_first_date", "dedup_last_date"};
    struct dedup_fields own = {0};
    if (decision->survivor == NO_SURVIVOR) own = dedup_fields_of(record, job->parameters.count_by, &place->detail);
    const uint32_t days[] = {own.day ? own.day : decision->first_day, own.day ? own.day : decision->last_day};
    set_number(record, "dedup_exact", decision->exact);
    set_number(record, "dedup_near", decision->size - 1 - decision->exact);
    set_number(record, "dedup_sources", own.value ? 1 : decision->values);
    for (int i = 0; i < 2; i++) {
        char date[DEDUP_DATE_TEXT];
        const char *text = days[i] ? dedup_days_text(days[i] - 1, date) : "";
        sg_record_set_string(record, names[i], text, strlen(text));
    }
}

/* One that stays, and the cluster that it stays for. */
static void count_kept(const struct place *place, struct batch *batch, struct dedup_language *language,
                       const struct dedup_decision *decision) {
    const struct dedup_document *document = &place->base.line.document;
    dedup_statistics_kept(language, place->bytes);
    if (decision->size < 2) return;
    char *id = sg_strndup(document->id, document->id_len);
    const struct dedup_large cluster = {.cluster = decision->cluster, .size = decision->size, .id = id};
    dedup_statistics_cluster(&batch->statistics, language, &cluster);
    free(id);
    batch->tally.survivors++;
}

static void keep(const struct dedup_job *job, struct place *place, struct batch *batch,
                 const struct dedup_decision *decision) {
    struct sg_record *record = &place->base.line.record;
    char size[24];
    int len = snprintf(size, sizeof size, "%u", decision->size);
    sg_record_set(record, "minhash_cluster_size", size, (size_t)len);
    set_hash(record, "minhash_cluster_id", decision->cluster);
    if (job->keep_components) set_hash(record, "dedup_component", decision->component);
    if (job->parameters.cluster_fields) set_fields(job, place, decision);
    sg_record_write(record, &batch->parts.lines);
    sg_buf_putc(&batch->parts.lines, '\n');
    batch->parts.records_out++;
}

static const char *reason_of(const struct dedup_job *job, const struct dedup_decision *decision) {
    if (dedup_cross_theirs(job, decision->survivor)) return "cross";
    return decision->verdict == DEDUP_DROP_EXACT ? "exact" : "near";
}

/* A hit of --policy mine: the report has a line, and the document goes nowhere. */
static void report(struct place *place, struct batch *batch) {
    const struct dedup_document *document = &place->base.line.document;
    struct sg_buf *out = &batch->parts.lines;
    sg_buf_puts(out, "{\"id\":");
    sg_json_quote(out, document->id, document->id_len);
    sg_buf_printf(out, ",\"reason\":\"cross\"%.*s,\"verdict\":\"keep\"}\n", (int)place->detail.len, place->detail.data);
    batch->parts.records_out++;
    batch->tally.cross++;
}

/* The document that stays for this one is theirs. */
static void put_cross(const struct dedup_job *job, struct place *place, struct batch *batch,
                      const struct dedup_decision *decision) {
    const struct dedup_document *document = &place->base.line.document;
    const struct dedup_cross_hit hit = {decision, place->survivor.data};
    struct sg_buf *detail = &place->detail;
    detail->len = 0;
    dedup_cross_put(&hit, detail);
    sg_buf_printf(detail, ",\"bytes\":%zu", document->text_len);
    if (job->cross.policy == DEDUP_MINE) {
        report(place, batch);
        return;
    }
    if (job->run->keep_dropped) {
        sg_buf_puts(detail, ",\"text\":");
        sg_json_quote(detail, document->text, document->text_len);
    }
    sg_parts_drop(&batch->parts, document->id, document->id_len, reason_of(job, decision), detail);
    batch->tally.cross++;
}

static enum sg_code drop(const struct dedup_job *job, struct place *place, struct batch *batch,
                         const struct dedup_decision *decision, struct sg_err *err) {
    static const char *const methods[] = {"key", "sketch", "text", "band"};
    const struct dedup_document *document = &place->base.line.document;
    struct sg_buf *detail = &place->detail;
    char hex[SG_HASH_HEX], similarity[SG_NUM_TEXT];
    bool exact = decision->verdict == DEDUP_DROP_EXACT;
    enum sg_code code = dedup_job_id(job, decision->survivor, &place->survivor, err);
    if (code != SG_OK) return code;
    if (dedup_cross_theirs(job, decision->survivor)) {
        put_cross(job, place, batch, decision);
        return SG_OK;
    }
    if (job->cross.policy == DEDUP_MINE) return SG_OK;
    detail->len = 0;
    sg_buf_printf(detail, ",\"cluster\":\"%s\",\"survivor_id\":", sg_hash_hex(decision->cluster, hex));
    sg_json_quote(detail, place->survivor.data, place->survivor.len);
    sg_buf_printf(detail, ",\"similarity\":%s,\"method\":\"%s\",\"cluster_size\":%u,\"bytes\":%zu",
                  sg_num_double(decision->similarity / 10000.0, similarity), methods[decision->method], decision->size,
                  document->text_len);
    if (job->run->keep_dropped) {
        sg_buf_puts(detail, ",\"text\":");
        sg_json_quote(detail, document->text, document->text_len);
    }
    sg_parts_drop(&batch->parts, document->id, document->id_len, reason_of(job, decision), detail);
    if (exact)
        batch->tally.exact++;
    else
        batch->tally.near++;
    return SG_OK;
}

/* A decision belongs to a document, not to a number. */
static bool belongs(const struct dedup_job *job, struct place *place, const struct dedup_decision *decision) {
    const struct dedup_document *document = &place->base.line.document;
    struct dedup_doc doc = {.text_key = dedup_text_key(&job->settings, &place->base.scratch, document),
                            .id_key = dedup_id_key(&job->settings, document)};
    if (job->settings.blind) {
        doc.line_low = sg_hash128(place->line, place->bytes - 1, 0).lo;
        doc.id_key = dedup_blind_id(&job->settings, &doc);
    }
    return doc.id_key.lo == decision->id_low && doc.text_key.lo == decision->text_low;
}

/* The document loses what the rows of place->cut say: a ledger line, and all of it goes when too little is left. */
static enum sg_code cut(const struct apply *apply, struct place *place, struct batch *batch, struct sg_err *err) {
    const struct dedup_job *job = apply->job;
    const struct dedup_document *document = &place->base.line.document;
    dedup_line_open(&place->base.line, job->by_language);
    enum sg_code code = dedup_cut_document(job, &place->cut, &place->base.scratch, document, err);
    if (code != SG_OK) return dedup_pass_at(job, &batch->base, err);
    sg_parts_drop(&batch->parts, document->id, document->id_len, dedup_unit_name_of(job->units.unit), &place->cut.detail);
    batch->tally.bytes_cut += place->cut.bytes;
    batch->tally.documents_cut += !place->cut.removed;
    batch->tally.cut += place->cut.removed;
    if (!place->cut.removed && !job->units.mark)
        sg_record_set_string(&place->base.line.record, "text", place->cut.text.data, place->cut.text.len);
    dedup_corpus_shrink(&place->cut.text);
    dedup_corpus_shrink(&place->cut.detail);
    dedup_corpus_shrink(&place->cut.cuts);
    return SG_OK;
}

struct cursor {
    const char *decision, *last;
    uint64_t document;
};

static enum sg_code one_document(const struct apply *apply, struct place *place, struct batch *batch,
                                 struct cursor *cursor, struct sg_err *err) {
    const struct dedup_job *job = apply->job;
    struct dedup_decision decision = {.size = 1, .verdict = DEDUP_KEEP, .survivor = NO_SURVIVOR};
    uint64_t document = cursor->document++;
    struct dedup_language *language =
        dedup_statistics_document(&batch->statistics, &place->base.line.record, place->bytes, &place->detail);
    batch->parts.records_in++;
    if (apply->cuts) {
        if (dedup_cut_find(&place->cut, &cursor->decision, cursor->last, document)) {
            enum sg_code code = cut(apply, place, batch, err);
            if (code == SG_OK && place->cut.removed)
                dedup_statistics_removed(language, dedup_unit_name_of(job->units.unit), CERTAIN);
            if (code != SG_OK || place->cut.removed) return code;
        }
    } else if (cursor->decision < cursor->last && dedup_get_word(cursor->decision) == document) {
        dedup_decision_get(cursor->decision, &decision);
        cursor->decision += DEDUP_DECISION_WIDTH;
        dedup_line_open(&place->base.line, job->by_language); /* of others nobody asks what they say */
        if (!belongs(job, place, &decision)) return dedup_pass_changed(apply->job, &batch->base, err);
    }
    bool reported = job->cross.policy == DEDUP_MINE; /* nothing goes, and no line is written */
    if (decision.verdict != DEDUP_KEEP) {
        if (!reported) dedup_statistics_removed(language, reason_of(job, &decision), decision.similarity);
        else dedup_statistics_kept(language, place->bytes);
        return drop(job, place, batch, &decision, err);
    }
    count_kept(place, batch, language, &decision);
    if (!reported) keep(job, place, batch, &decision);
    return SG_OK;
}

static void bad_line(struct batch *batch, const char *line, size_t len, struct sg_err *err) {
    batch->parts.records_in++;
    sg_parts_bad(&batch->parts, batch->parts.records_in, err->byte, err->text, NULL, line, len);
    sg_err_clear(err);
}

static enum sg_code each_line(const struct apply *apply, struct place *place, struct batch *batch,
                              struct sg_err *err) {
    struct cursor cursor = {.decision = batch->decisions.data,
                            .last = batch->decisions.data + batch->decisions.len,
                            .document = batch->base.span.first};
    const char *at = batch->base.in.lines.data, *end = at + batch->base.in.lines.len, *line;
    enum sg_code code = SG_OK;
    size_t len;
    while (code == SG_OK && dedup_line_cut(&at, end, &line, &len)) {
        place->line = line;
        place->bytes = len + 1;
        switch (dedup_line_scan(&place->base.line, line, len, err)) {
        case DEDUP_BLANK: batch->tally.blank++; break;
        case DEDUP_BAD: bad_line(batch, line, len, err); break;
        case DEDUP_DOCUMENT: code = one_document(apply, place, batch, &cursor, err);
        }
    }
    if (code == SG_OK && cursor.document != batch->base.span.first + batch->base.span.documents)
        code = dedup_pass_changed(apply->job, &batch->base, err);
    return code;
}

static enum sg_code work_on(void *context, void *at_work, void *argument, struct sg_err *err) {
    const struct apply *apply = context;
    struct batch *batch = argument;
    struct place *place = at_work;
    enum sg_code code = SG_OK;
    if (batch->base.in.too_long) {
        struct sg_err cause = {0};
        sg_err_set(&cause, SG_DATA, "a line is longer than --max-record");
        bad_line(batch, "", 0, &cause);
    } else {
        code = each_line(apply, place, batch, err);
    }
    if (code == SG_OK) code = sg_parts_pack(&batch->parts, place->lines, place->ledger, err);
    return code;
}

static void fill_place(void *context, void *argument) {
    const struct apply *apply = context;
    struct place *place = argument;
    place->lines = sg_frames_packer_new(dedup_outputs_compression(apply->job), apply->job->run->level);
    place->ledger = sg_frames_packer_new(SG_ZST, apply->job->run->level);
}

static void empty_place(void *argument) {
    struct place *place = argument;
    sg_frames_packer_free(place->lines);
    sg_frames_packer_free(place->ledger);
    sg_buf_free(&place->detail);
    sg_buf_free(&place->survivor);
    dedup_cut_place_free(&place->cut);
}

/* ---- writer ---- */

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct batch *batch = argument;
    batch->tally.raw_bytes = batch->base.in.lines.len;
    dedup_statistics_add(&apply->statistics, &batch->statistics);
    enum sg_code code = dedup_outputs_put(&apply->outputs, batch->base.span.input, &batch->parts, &batch->tally, err);
    dedup_corpus_shrink(&batch->decisions);
    dedup_corpus_shrink(&batch->parts.lines);
    dedup_corpus_shrink(&batch->parts.ledger);
    dedup_corpus_shrink(&batch->parts.packed_ledger);
    dedup_corpus_shrink(&batch->parts.packed_lines);
    return code;
}

static void empty_batch(void *argument) {
    struct batch *batch = argument;
    sg_buf_free(&batch->decisions);
    sg_parts_free(&batch->parts);
    dedup_statistics_free(&batch->statistics);
}

/* ---- the verb ---- */

/* All that earlier verbs counted. */
static enum sg_code sum_up(struct dedup_job *job, struct sg_err *err) {
    struct dedup_counts *counts = &job->counts;
    enum sg_code code = dedup_sums_need(job, &(struct dedup_sums){.verb = "cluster", .bound = true}, NULL, counts, err);
    for (uint64_t i = 0; code == SG_OK && i <= DEDUP_PARTITIONS; i++)
        code = dedup_sums_need(job, &(struct dedup_sums){.verb = "link", .number = i, .bound = true}, NULL, counts, err);
    if (job->units.unit == DEDUP_UNIT_PARA || job->units.unit == DEDUP_UNIT_LINE) return code;
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++)
        code = dedup_sums_need(job, &(struct dedup_sums){.verb = "settle", .number = i, .bound = true}, NULL, counts, err);
    for (uint64_t i = 0; code == SG_OK && i < DEDUP_PARTITIONS && job->units.unit == DEDUP_UNIT_NONE; i++) {
        const struct dedup_sums merged = {.verb = "merge", .number = i, .bound = true};
        if (dedup_sums_done(job, &merged)) code = dedup_sums_need(job, &merged, NULL, counts, err);
        else
            code = sg_err_set(err, SG_USAGE,
                              "%llu documents are in doubt: run 'sangam-dedup recheck' with this plan (all tasks), then "
                              "'sangam-dedup settle' once more",
                              (unsigned long long)counts->border_documents);
    }
    return code;
}

/* The line, its text, its key text, the line written, that packed; with cuts what is left of the text too, twice. */
static enum sg_code write_outputs(struct apply *apply, struct sg_err *err) {
    struct dedup_job *job = apply->job;
    struct dedup_pass pass = {.job = job,
                              .name = "apply",
                              .context = apply,
                              .batch_bytes = sizeof(struct batch),
                              .place_bytes = sizeof(struct place),
                              .demand = apply->cuts ? 7 : 5,
                              .extra = extra_of,
                              .fixed_bytes = 4u << 20,
                              .begin = begin_batch,
                              .work = work_on,
                              .write = write_batch,
                              .fill_place = fill_place,
                              .empty_place = empty_place,
                              .empty_batch = empty_batch};
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    if (first == end) return SG_OK;
    char suffix[DEDUP_NAME] = ".map";
    if (apply->cuts) memcpy(suffix, ".cut", sizeof ".cut");
    enum sg_code code = job->units.unit == DEDUP_UNIT_SPAN ? dedup_substr_cuts(job, suffix, err) : SG_OK;
    if (code == SG_OK)
        code = dedup_decisions_open(&apply->map, job, apply->cuts ? &dedup_cut_kind : &dedup_decision_kind, suffix,
                                    job->inputs[first].first, err);
    dedup_outputs_start(&apply->outputs, job, first, end);
    if (code == SG_OK) code = dedup_pass_run(&pass, err);
    if (code == SG_OK) code = dedup_outputs_end(&apply->outputs, err);
    if (code == SG_OK) code = dedup_outputs_statistics(job, &apply->statistics, err);
    dedup_statistics_free(&apply->statistics);
    job->counts.kept = apply->outputs.all_kept;
    job->counts.removed_exact = apply->outputs.all.exact;
    job->counts.removed_near = apply->outputs.all.near;
    job->counts.removed_cross = apply->outputs.all.cross;
    job->counts.documents_cut = apply->outputs.all.documents_cut;
    job->counts.bytes_cut = apply->outputs.all.bytes_cut;
    dedup_decisions_close(&apply->map);
    dedup_outputs_free(&apply->outputs);
    return code;
}

enum sg_code dedup_apply(struct dedup_job *job, struct sg_err *err) {
    struct apply apply = {.job = job, .cuts = job->units.unit != DEDUP_UNIT_NONE};
    enum sg_code code = dedup_parts_load(job, err);
    if (code == SG_OK) code = sum_up(job, err);
    if (code != SG_OK) return code;
    return job->cross.report ? dedup_cross_report(job, err) : write_outputs(&apply, err);
}
