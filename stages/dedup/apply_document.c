#include "apply_document.h"

#include <stdlib.h>

#include "base/num.h"
#include "cluster_fields.h"
#include "cross.h"
#include "dates.h"
#include "records.h"

#define CERTAIN 10000          /* similarity of a text to its copy */
#define NO_SURVIVOR UINT64_MAX /* of a document without a decision */

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
static void set_fields(const struct dedup_job *job, struct dedup_apply_place *place,
                       const struct dedup_decision *decision) {
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
static void count_kept(const struct dedup_apply_place *place, struct dedup_apply_batch *batch,
                       struct dedup_language *language, const struct dedup_decision *decision) {
    const struct dedup_document *document = &place->base.line.document;
    dedup_statistics_kept(language, place->bytes);
    if (decision->size < 2) return;
    char *id = sg_strndup(document->id, document->id_len);
    const struct dedup_large cluster = {.cluster = decision->cluster, .size = decision->size, .id = id};
    dedup_statistics_cluster(&batch->statistics, language, &cluster);
    free(id);
    batch->tally.survivors++;
}

static void keep(const struct dedup_job *job, struct dedup_apply_place *place, struct dedup_apply_batch *batch,
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
static void report(struct dedup_apply_place *place, struct dedup_apply_batch *batch) {
    const struct dedup_document *document = &place->base.line.document;
    struct sg_buf *out = &batch->parts.lines;
    sg_buf_puts(out, "{\"id\":");
    sg_json_quote(out, document->id, document->id_len);
    sg_buf_printf(out, ",\"reason\":\"cross\"%.*s,\"verdict\":\"keep\"}\n", (int)place->detail.len, place->detail.data);
    batch->parts.records_out++;
    batch->tally.cross++;
}

/* The document that stays for this one is theirs. */
static void put_cross(const struct dedup_job *job, struct dedup_apply_place *place, struct dedup_apply_batch *batch,
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

static enum sg_code drop(const struct dedup_job *job, struct dedup_apply_place *place, struct dedup_apply_batch *batch,
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
static bool belongs(const struct dedup_job *job, struct dedup_apply_place *place,
                    const struct dedup_decision *decision) {
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
static enum sg_code cut(const struct dedup_job *job, struct dedup_apply_place *place, struct dedup_apply_batch *batch,
                        struct sg_err *err) {
    const struct dedup_document *document = &place->base.line.document;
    dedup_line_open(&place->base.line, job->by_language);
    enum sg_code code = dedup_cut_document(job, &place->cut, &place->base.scratch, document, err);
    if (code != SG_OK) return dedup_pass_at(job, &batch->base, err);
    sg_parts_drop(&batch->parts, document->id, document->id_len, dedup_unit_name_of(job->units.unit),
                  &place->cut.detail);
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

enum sg_code dedup_apply_document(const struct dedup_job *job, struct dedup_apply_place *place,
                                  struct dedup_apply_batch *batch, struct dedup_apply_cursor *cursor,
                                  struct sg_err *err) {
    struct dedup_decision decision = {.size = 1, .verdict = DEDUP_KEEP, .survivor = NO_SURVIVOR};
    uint64_t document = cursor->document++;
    struct dedup_language *language =
        dedup_statistics_document(&batch->statistics, &place->base.line.record, place->bytes, &place->detail);
    batch->parts.records_in++;
    if (job->units.unit != DEDUP_UNIT_NONE) {
        if (dedup_cut_find(&place->cut, &cursor->decision, cursor->last, document)) {
            enum sg_code code = cut(job, place, batch, err);
            if (code == SG_OK && place->cut.removed)
                dedup_statistics_removed(language, dedup_unit_name_of(job->units.unit), CERTAIN);
            if (code != SG_OK || place->cut.removed) return code;
        }
    } else if (cursor->decision < cursor->last && dedup_get_word(cursor->decision) == document) {
        dedup_decision_get(cursor->decision, &decision);
        cursor->decision += DEDUP_DECISION_WIDTH;
        dedup_line_open(&place->base.line, job->by_language); /* of others nobody asks what they say */
        if (!belongs(job, place, &decision)) return dedup_pass_changed(job, &batch->base, err);
    }
    bool reported = job->cross.policy == DEDUP_MINE; /* nothing goes, and no line is written */
    if (decision.verdict != DEDUP_KEEP) {
        if (!reported)
            dedup_statistics_removed(language, reason_of(job, &decision), decision.similarity);
        else
            dedup_statistics_kept(language, place->bytes);
        return drop(job, place, batch, &decision, err);
    }
    count_kept(place, batch, language, &decision);
    if (!reported) keep(job, place, batch, &decision);
    return SG_OK;
}
