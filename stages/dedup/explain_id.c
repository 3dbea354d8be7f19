/*
 * explain ID --plan DIR: the way of one document through the files between verbs. Each is read from its start to its end,
 * so an answer takes about as long as reading DIR once.
 *
 *     t*.doc -> the document -> t*.bnd -> its keys -> t*.bnd -> who shares them
 *     component.cmp -> how many are connected;  pp.map -> the decision -> the survivor -> t*.doc -> what both sketches say
 *
 * Files that --consume has deleted are named, and what they would have told is left out.
 */
#include "explain_id.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "cross.h"
#include "decisions.h"
#include "io/file.h"
#include "parts.h"
#include "plan.h"
#include "run.h"
#include "text/json.h"

#define KEYS (DEDUP_LANES + 1)

enum sg_code dedup_explain_nowhere(const char *id, const char *place, struct sg_err *err) {
    char shown[80], where[200];
    return sg_err_set(err, SG_SYSTEM, "%s is no id of a document in %s", sg_err_quote(id, shown, sizeof shown),
                      sg_err_quote(place, where, sizeof where));
}

/* A document as map saw it. */
struct facts {
    uint64_t number, part;
    struct dedup_doc doc;
    uint8_t sketch[DEDUP_SKETCH];
    uint64_t keys[KEYS];
    unsigned key_count;
};

struct explain {
    struct dedup_job job;
    const char *id;
    struct facts document, survivor;
    bool has_document, has_survivor, has_decision, has_map, has_bands, has_components;
    struct dedup_decision decision;
    struct sg_buf survivor_id;
    unsigned shared;                       /* keys of the document that others have */
    uint64_t same_text, others;            /* documents: with its text key; met in its band keys (once for each key) */
    unsigned with_survivor;                /* keys that both have */
    uint64_t component_documents;          /* 0: none is connected with it */
    unsigned matches;                      /* of the two sketches */
};

static bool is_there(const struct explain *explain, const char *name) {
    char *path = dedup_job_path(&explain->job, "%s", name);
    bool there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* ---- the document ---- */

/* The first document of my inputs that `is` says yes to. */
typedef bool is_document(const struct explain *explain, size_t part, const struct dedup_doc *doc);

static bool has_id(const struct explain *explain, size_t part, const struct dedup_doc *doc) {
    const struct dedup_document document = {.id = explain->id, .id_len = strlen(explain->id)};
    bool mine = part < explain->job.part_count - explain->job.cross.count;
    return mine && sg_hash_compare(doc->id_key, dedup_id_key(&explain->job.settings, &document)) == 0;
}

static bool is_survivor(const struct explain *explain, size_t part, const struct dedup_doc *doc) {
    return ((uint64_t)part << DEDUP_PLACE_BITS | doc->id_offset) == explain->decision.survivor;
}

static enum sg_code find_document(struct explain *explain, is_document *is, struct facts *facts, bool *found,
                                  struct sg_err *err) {
    struct dedup_job *job = &explain->job;
    struct dedup_parts_rows docs = {.job = job, .kind = dedup_doc_kind(job), .suffix = ".doc"};
    const void *row;
    enum sg_code code = SG_OK;
    *found = false;
    if (!is_there(explain, "t0.doc")) return SG_OK;
    for (uint64_t number = 0; (code = dedup_parts_next(&docs, &row, err)) == SG_OK; number++) {
        dedup_doc_get(row, &facts->doc);
        if (!is(explain, docs.part, &facts->doc)) continue;
        facts->number = number;
        facts->part = docs.part;
        if (job->settings.near) memcpy(facts->sketch, (const char *)row + DEDUP_DOC_WIDTH, job->settings.minhash.sketch_bytes);
        *found = true;
        break;
    }
    dedup_parts_close(&docs);
    return code == SG_END ? SG_OK : code;
}

/* ---- keys ---- */

typedef void visit_band(struct explain *explain, uint64_t key, uint64_t document);

static enum sg_code each_band(struct explain *explain, visit_band *visit, struct sg_err *err) {
    struct dedup_job *job = &explain->job;
    enum sg_code code = SG_OK;
    for (size_t part = 0; code == SG_OK && part < job->part_count; part++) {
        for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
            struct dedup_rows bands = {0};
            const void *band;
            char name[DEDUP_NAME];
            dedup_band_name(name, part, i);
            code = dedup_job_open(job, &bands, &dedup_band_kind, name, err);
            while (code == SG_OK && (code = dedup_rows_next(&bands, &band, err)) == SG_OK)
                visit(explain, sg_num_get_u64(band), sg_num_get_u64((const char *)band + 8) + job->parts[part].first);
            dedup_rows_close(&bands);
            if (code == SG_END) code = SG_OK;
        }
    }
    return code;
}

static void add_key(struct facts *facts, uint64_t key, uint64_t document) {
    if (document == facts->number && facts->key_count < KEYS) facts->keys[facts->key_count++] = key;
}

static void gather(struct explain *explain, uint64_t key, uint64_t document) {
    add_key(&explain->document, key, document);
    if (explain->has_survivor) add_key(&explain->survivor, key, document);
}

static bool has_key(const struct facts *facts, uint64_t key) {
    for (unsigned i = 0; i < facts->key_count; i++)
        if (facts->keys[i] == key) return true;
    return false;
}

static void meet(struct explain *explain, uint64_t key, uint64_t document) {
    if (document == explain->document.number || !has_key(&explain->document, key)) return;
    if (key == explain->document.doc.text_key.lo) explain->same_text++;
    else explain->others++;
}

static enum sg_code look_at_keys(struct explain *explain, struct sg_err *err) {
    explain->has_bands = is_there(explain, "t0-00.bnd");
    if (!explain->has_bands || !explain->has_document) return SG_OK;
    enum sg_code code = each_band(explain, gather, err);
    if (code == SG_OK) code = each_band(explain, meet, err);
    for (unsigned i = 0; explain->has_survivor && i < explain->document.key_count; i++)
        explain->with_survivor += has_key(&explain->survivor, explain->document.keys[i]);
    return code;
}

/* ---- component and decision ---- */

static enum sg_code count_component(struct explain *explain, struct sg_err *err) {
    struct dedup_rows rows = {0};
    const void *row;
    uint64_t component = UINT64_MAX;
    enum sg_code code = SG_OK;
    explain->has_components = is_there(explain, "component.cmp");
    if (!explain->has_components || !explain->has_document) return SG_OK;
    for (int pass = 0; code == SG_OK && pass < 2; pass++) {
        code = dedup_job_open(&explain->job, &rows, &dedup_component_kind, "component.cmp", err);
        while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK) {
            uint64_t of = sg_num_get_u64((const char *)row + 8);
            if (pass == 0 && sg_num_get_u64(row) == explain->document.number) component = of;
            if (pass == 1) explain->component_documents += of == component;
        }
        dedup_rows_close(&rows);
        if (code == SG_END) code = SG_OK;
    }
    return code;
}

static bool all_maps(const struct explain *explain) {
    for (int i = 0; i < DEDUP_PARTITIONS; i++) {
        char name[DEDUP_NAME];
        dedup_partition_name(name, i, ".map");
        if (!is_there(explain, name)) return false;
    }
    return true;
}

/* By the document's number; where map's rows are gone, by its id key. */
static enum sg_code find_decision(struct explain *explain, struct sg_err *err) {
    struct dedup_decisions map;
    const struct dedup_document document = {.id = explain->id, .id_len = strlen(explain->id)};
    uint64_t id_low = dedup_id_key(&explain->job.settings, &document).lo;
    explain->has_map = all_maps(explain);
    if (!explain->has_map) return SG_OK;
    uint64_t number = explain->has_document ? explain->document.number : 0;
    enum sg_code code = dedup_decisions_open(&map, &explain->job, &dedup_decision_kind, ".map", number, err);
    while (code == SG_OK && map.next && !explain->has_decision) {
        dedup_decision_get(map.next, &explain->decision);
        if (explain->has_document && explain->decision.document != number) break;
        explain->has_decision = explain->has_document || explain->decision.id_low == id_low;
        code = dedup_decisions_step(&map, err);
    }
    dedup_decisions_close(&map);
    if (code == SG_OK && explain->has_decision)
        code = dedup_job_id(&explain->job, explain->decision.survivor, &explain->survivor_id, err);
    return code;
}

/* ---- telling ---- */

static const char *const methods[] = {"key", "sketch", "text", "band"};

static double similarity_of(const struct explain *explain) {
    return explain->decision.similarity / 10000.0;
}

static void tell_missing(const struct explain *explain, struct sg_buf *out) {
    if (!explain->has_document)
        sg_buf_puts(out, "  the files of map (t*.doc) were deleted (--consume): keys and windows cannot be told\n");
    else if (!explain->has_bands)
        sg_buf_puts(out, "  the band keys (t*.bnd) were deleted (--consume): who shares them cannot be told\n");
    if (explain->has_document && !explain->has_components)
        sg_buf_puts(out, "  component.cmp is not there: cluster has not run, or --consume deleted it\n");
    if (explain->job.units.unit != DEDUP_UNIT_NONE)
        sg_buf_puts(out, "  what this mode cuts out of documents stands in their ledgers: explain ID OUTPUT\n");
    else if (!explain->has_map) sg_buf_puts(out, "  pp.map is not there: settle has not finished, so nothing is decided\n");
}

static void tell_keys(const struct explain *explain, struct sg_buf *out) {
    const struct facts *facts = &explain->document;
    const struct dedup_settings *settings = &explain->job.settings;
    const bool few = settings->near && facts->doc.windows < settings->min_shingles;
    char text[SG_HASH_HEX], id[SG_HASH_HEX];
    sg_buf_printf(out, "  text key %s, id key %s; %u bytes of text, %u windows%s\n", sg_hash_hex(facts->doc.text_key, text),
                  sg_hash_hex(facts->doc.id_key, id), facts->doc.bytes, facts->doc.windows,
                  few ? " (too few: compared exactly only)" : "");
    if (!explain->has_bands) return;
    sg_buf_printf(out, "  %u band keys; other documents with its text key: %llu; met in its band keys, each once a key: %llu\n",
                  facts->key_count ? facts->key_count - 1 : 0, (unsigned long long)explain->same_text,
                  (unsigned long long)explain->others);
}

static void tell_fate(const struct explain *explain, struct sg_buf *out) {
    const struct dedup_decision *decision = &explain->decision;
    char cluster[SG_HASH_HEX], similarity[SG_NUM_TEXT], tau[SG_NUM_TEXT];
    if (!explain->has_map) return;
    if (!explain->has_decision || (decision->verdict == DEDUP_KEEP && decision->size < 2)) {
        bool met = explain->same_text + explain->others > 0 || explain->component_documents > 0;
        sg_buf_puts(out, met ? "  stays, alone: of those it was compared with, no one that stays is similar enough\n"
                             : "  stays, alone\n");
        return;
    }
    sg_hash_hex(decision->cluster, cluster);
    if (decision->verdict == DEDUP_KEEP) {
        sg_buf_printf(out, "  stays: first in survivor order of its cluster %s, and stands for %u documents\n", cluster,
                      decision->size);
        return;
    }
    bool theirs = dedup_cross_theirs(&explain->job, decision->survivor);
    sg_buf_printf(out, "  goes: %s duplicate of %s%.*s%s, similarity %s by %s (threshold %s)\n",
                  decision->verdict == DEDUP_DROP_EXACT ? "exact" : "near", theirs ? "their text " : "'",
                  theirs ? 32 : (int)explain->survivor_id.len, explain->survivor_id.data, theirs ? "" : "'",
                  sg_num_double(similarity_of(explain), similarity), methods[decision->method],
                  sg_num_double(explain->job.tau, tau));
    sg_buf_printf(out, "  cluster %s of %u documents\n", cluster, decision->size);
}

static void tell_survivor(const struct explain *explain, struct sg_buf *out) {
    const struct dedup_settings *settings = &explain->job.settings;
    if (!explain->has_survivor || explain->decision.verdict == DEDUP_KEEP) return;
    if (explain->has_bands)
        sg_buf_printf(out, "  both have %u of the %u keys; a chain of shared keys is enough to be compared\n",
                      explain->with_survivor, explain->document.key_count);
    if (!settings->near || explain->job.rule.rows) return;
    char estimate[SG_NUM_TEXT];
    double similarity = dedup_sketch_similarity(explain->matches, settings->minhash.sketch_bytes);
    sg_buf_printf(out, "  sketches: %u of %u values equal, an estimate of %s\n", explain->matches,
                  settings->minhash.sketch_bytes, sg_num_double((double)(int)(similarity * 10000 + 0.5) / 10000, estimate));
}

static void tell(const struct explain *explain, struct sg_buf *out) {
    const struct dedup_job *job = &explain->job;
    sg_buf_puts(out, explain->id);
    for (size_t i = 0; explain->has_document && i < job->input_count; i++) {
        uint64_t first = job->inputs[i].first, at = explain->document.number;
        if (at >= first && at - first < job->inputs[i].documents)
            sg_buf_printf(out, "  (document %llu of '%s')", (unsigned long long)(at - first + 1), job->inputs[i].given->path);
    }
    sg_buf_putc(out, '\n');
    if (explain->has_document) tell_keys(explain, out);
    if (explain->component_documents)
        sg_buf_printf(out, "  component of %llu documents that shared keys connect\n",
                      (unsigned long long)explain->component_documents);
    tell_fate(explain, out);
    tell_survivor(explain, out);
    tell_missing(explain, out);
}

static void put_count(struct sg_buf *out, const char *name, uint64_t count) {
    sg_json_name(out, name);
    sg_json_put_u64(out, count);
}

static void put_hash(struct sg_buf *out, const char *name, struct sg_hash128 hash) {
    char hex[SG_HASH_HEX];
    sg_json_name(out, name);
    sg_json_put_str(out, sg_hash_hex(hash, hex));
}

static void put_document(const struct explain *explain, struct sg_buf *out) {
    const struct facts *facts = &explain->document;
    put_hash(out, "text_key", facts->doc.text_key);
    put_hash(out, "id_key", facts->doc.id_key);
    put_count(out, "bytes", facts->doc.bytes);
    put_count(out, "windows", facts->doc.windows);
    if (explain->has_bands) {
        put_count(out, "keys", facts->key_count);
        put_count(out, "same_text_key", explain->same_text);
        put_count(out, "same_band_keys", explain->others);
    }
    if (explain->has_components) put_count(out, "component_documents", explain->component_documents);
}

static void put_fate(const struct explain *explain, struct sg_buf *out) {
    static const char *const verdicts[] = {"keep", "exact", "near"};
    const struct dedup_decision *decision = &explain->decision;
    bool clustered = explain->has_decision && decision->size > 1, goes = clustered && decision->verdict != DEDUP_KEEP;
    bool theirs = goes && dedup_cross_theirs(&explain->job, decision->survivor);
    sg_json_name(out, "verdict");
    sg_json_put_str(out, theirs ? "cross" : clustered ? verdicts[decision->verdict] : "keep");
    put_count(out, "cluster_size", clustered ? decision->size : 1);
    if (clustered) put_hash(out, "cluster", decision->cluster);
    if (!goes) return;
    sg_json_name(out, theirs ? "their_text_key" : "survivor_id");
    sg_json_put_strn(out, explain->survivor_id.data, theirs ? 32 : explain->survivor_id.len);
    sg_json_name(out, "similarity");
    sg_json_put_double(out, similarity_of(explain));
    sg_json_name(out, "method");
    sg_json_put_str(out, methods[decision->method]);
    if (explain->has_survivor && explain->has_bands) put_count(out, "keys_of_both", explain->with_survivor);
    if (explain->has_survivor && explain->job.settings.near) {
        put_count(out, "sketch_values", explain->job.settings.minhash.sketch_bytes);
        put_count(out, "sketch_values_equal", explain->matches);
    }
}

static void put_json(const struct explain *explain, struct sg_buf *out) {
    sg_json_open(out, '{');
    sg_json_name(out, "id");
    sg_json_put_str(out, explain->id);
    if (explain->has_document) put_document(explain, out);
    if (explain->has_map) put_fate(explain, out);
    sg_json_name(out, "deleted");
    sg_json_open(out, '[');
    if (!explain->has_document) sg_json_put_str(out, "t*.doc");
    if (!explain->has_bands) sg_json_put_str(out, "t*.bnd");
    if (!explain->has_components) sg_json_put_str(out, "component.cmp");
    if (!explain->has_map) sg_json_put_str(out, "pp.map");
    sg_json_close(out, ']');
    sg_json_close(out, '}');
    sg_buf_putc(out, '\n');
}

/* ---- the verb ---- */

/* Whether the id is in the corpus, when map's rows are gone: the ids themselves stay. */
static enum sg_code find_id(const struct explain *explain, bool *found, struct sg_err *err) {
    const struct dedup_job *job = &explain->job;
    struct sg_buf id = {0};
    enum sg_code code = SG_OK;
    for (size_t part = 0; code == SG_OK && !*found && part < job->part_count - job->cross.count; part++) {
        uint64_t offset = 0;
        for (uint64_t i = 0; code == SG_OK && !*found && i < job->parts[part].documents; i++) {
            code = dedup_blob_get(&job->parts[part].ids, offset, &id, err);
            offset += 8 + id.len;
            *found = id.len == strlen(explain->id) && memcmp(id.data, explain->id, id.len) == 0;
        }
    }
    sg_buf_free(&id);
    return code;
}

static enum sg_code look(struct explain *explain, const char *plan, struct sg_err *err) {
    struct dedup_job *job = &explain->job;
    bool found = false;
    enum sg_code code = dedup_parts_load(job, err);
    if (code == SG_OK) code = find_document(explain, has_id, &explain->document, &explain->has_document, err);
    found = explain->has_document;
    if (code == SG_OK && !found && !is_there(explain, "t0.doc")) code = find_id(explain, &found, err);
    if (code == SG_OK && !found) return dedup_explain_nowhere(explain->id, plan, err);
    if (code == SG_OK) code = find_decision(explain, err);
    if (code == SG_OK && explain->has_decision && explain->has_document)
        code = find_document(explain, is_survivor, &explain->survivor, &explain->has_survivor, err);
    if (code == SG_OK) code = look_at_keys(explain, err);
    if (code == SG_OK) code = count_component(explain, err);
    if (explain->has_survivor && job->settings.near)
        explain->matches =
            dedup_sketch_matches(explain->document.sketch, explain->survivor.sketch, job->settings.minhash.sketch_bytes);
    return code;
}

enum sg_code dedup_explain_plan(struct sg_run *run, const char *id, const char *plan, struct sg_buf *out,
                                struct sg_err *err) {
    struct explain *explain = sg_zalloc(1, sizeof *explain);
    bool json = run->log.json;
    explain->id = id;
    enum sg_code code = dedup_plan_load(run, plan, err);
    if (code == SG_OK) code = dedup_job_init(&explain->job, run, err);
    explain->job.folder = sg_strdup(plan);
    if (code == SG_OK) code = look(explain, plan, err);
    if (code == SG_OK && json) put_json(explain, out);
    else if (code == SG_OK) tell(explain, out);
    sg_buf_free(&explain->survivor_id);
    dedup_job_free(&explain->job);
    free(explain);
    return code;
}

enum sg_code dedup_run_explain(struct sg_run *run, struct sg_err *err) {
    char *const *operands;
    struct sg_buf out = {0};
    const char *plan = sg_opts_text(run->opts, "plan");
    size_t count = sg_opts_operands(run->opts, &operands);
    if (count != (plan ? 1 : 2)) return sg_err_set(err, SG_USAGE, "explain ID --plan DIR, or explain ID OUTPUT");
    enum sg_code code = plan ? dedup_explain_plan(run, operands[0], plan, &out, err)
                             : dedup_explain_output(run, operands[0], operands[1], &out, err);
    if (code == SG_OK) code = sg_file_write(STDOUT_FILENO, "standard output", out.data, out.len, err);
    sg_buf_free(&out);
    return code;
}
