/*
 * apply: the inputs once more, with t0.map beside them: kept lines gain their cluster members, removed ones go to the
 * ledger. Decisions are met in document order, so one pass merges both; each is checked against the keys of its line.
 *
 * Memory: as map, and the lines written. Threads: run/pipe; the writer keeps the order.
 */
#include <stdlib.h>

#include "base/num.h"
#include "corpus.h"
#include "line.h"
#include "outputs.h"
#include "records.h"
#include "run/pipe.h"
#include "run/sink.h"

struct batch {
    struct sg_frames_batch in;
    struct dedup_span span;
    struct sg_buf decisions; /* rows of t0.map that fall into the span */
    struct sg_parts parts;
    struct dedup_tally tally;
};

struct worker {
    struct sg_frames_decoder *decoder;
    struct sg_frames_packer *lines, *ledger;
    struct dedup_line line;
    struct dedup_scratch scratch;
    struct sg_buf detail, survivor;
};

struct apply {
    struct dedup_job *job;
    struct dedup_corpus corpus;
    struct worker *workers;
    struct dedup_rows map;
    const void *decision; /* the next one, NULL after the last */
    struct dedup_outputs outputs;
};

/* ---- reader ---- */

static enum sg_code next_decision(struct apply *apply, struct sg_err *err) {
    enum sg_code code = dedup_rows_next(&apply->map, &apply->decision, err);
    if (code == SG_END) apply->decision = NULL;
    return code == SG_END ? SG_OK : code;
}

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct batch *batch = argument;
    batch->decisions.len = 0;
    batch->tally = (struct dedup_tally){0};
    sg_parts_reset(&batch->parts);
    enum sg_code code = dedup_corpus_next(&apply->corpus, &batch->in, &batch->span, err);
    uint64_t end = batch->span.first + batch->span.documents;
    while (code == SG_OK && apply->decision && dedup_get_word(apply->decision) < end) {
        sg_buf_put(&batch->decisions, apply->decision, DEDUP_DECISION_WIDTH);
        code = next_decision(apply, err);
    }
    return code;
}

/* The line, its text, its key text, the line written, that packed. */
static uint64_t demand_of(void *context, const void *argument) {
    const struct batch *batch = argument;
    (void)context;
    return 5 * (batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len);
}

/* ---- workers ---- */

static void set_hash(struct sg_record *record, const char *name, struct sg_hash128 hash) {
    char hex[SG_HASH_HEX];
    bool none = hash.lo == 0 && hash.hi == 0;
    if (!none) sg_hash_hex(hash, hex);
    sg_record_set_string(record, name, none ? "" : hex, none ? 0 : SG_HASH_HEX - 1);
}

static void keep(const struct dedup_job *job, struct worker *worker, struct batch *batch,
                 const struct dedup_decision *decision) {
    struct sg_record *record = &worker->line.record;
    char size[24];
    int len = snprintf(size, sizeof size, "%u", decision->size);
    sg_record_set(record, "minhash_cluster_size", size, (size_t)len);
    set_hash(record, "minhash_cluster_id", decision->cluster);
    if (job->keep_components) set_hash(record, "dedup_component", decision->component);
    sg_record_write(record, &batch->parts.lines);
    sg_buf_putc(&batch->parts.lines, '\n');
    batch->parts.records_out++;
    batch->tally.survivors += decision->size > 1;
}

static enum sg_code drop(const struct dedup_job *job, struct worker *worker, struct batch *batch,
                         const struct dedup_decision *decision, struct sg_err *err) {
    static const char *const methods[] = {"key", "sketch", "text", "band"};
    const struct dedup_document *document = &worker->line.document;
    struct sg_buf *detail = &worker->detail;
    char hex[SG_HASH_HEX], similarity[SG_NUM_TEXT];
    bool exact = decision->verdict == DEDUP_DROP_EXACT;
    enum sg_code code = dedup_blob_get(&job->ids, decision->survivor, &worker->survivor, err);
    if (code != SG_OK) return code;
    detail->len = 0;
    sg_buf_printf(detail, ",\"cluster\":\"%s\",\"survivor_id\":", sg_hash_hex(decision->cluster, hex));
    sg_json_quote(detail, worker->survivor.data, worker->survivor.len);
    sg_buf_printf(detail, ",\"similarity\":%s,\"method\":\"%s\",\"cluster_size\":%u,\"bytes\":%zu",
                  sg_num_double(decision->similarity / 10000.0, similarity), methods[decision->method], decision->size,
                  document->text_len);
    if (job->run->keep_dropped) {
        sg_buf_puts(detail, ",\"text\":");
        sg_json_quote(detail, document->text, document->text_len);
    }
    sg_parts_drop(&batch->parts, document->id, document->id_len, exact ? "exact" : "near", detail);
    if (exact)
        batch->tally.exact++;
    else
        batch->tally.near++;
    return SG_OK;
}

static enum sg_code changed(const struct apply *apply, const struct batch *batch, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file changed while the run was reading it: run again");
    return dedup_corpus_at(apply->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
}

/* A decision belongs to a document, not to a number. */
static bool belongs(const struct dedup_job *job, struct worker *worker, const struct dedup_decision *decision) {
    const struct dedup_document *document = &worker->line.document;
    return sg_hash128(document->id, document->id_len, 0).lo == decision->id_low &&
           dedup_text_key(&job->settings, &worker->scratch, document).lo == decision->text_low;
}

struct cursor {
    const char *decision, *last;
    uint64_t document;
};

static enum sg_code one_document(const struct apply *apply, struct worker *worker, struct batch *batch,
                                 struct cursor *cursor, struct sg_err *err) {
    const struct dedup_job *job = apply->job;
    struct dedup_decision decision = {.size = 1, .verdict = DEDUP_KEEP};
    if (cursor->decision < cursor->last && dedup_get_word(cursor->decision) == cursor->document) {
        dedup_decision_get(cursor->decision, &decision);
        cursor->decision += DEDUP_DECISION_WIDTH;
        dedup_line_open(&worker->line, job->by_language); /* of others nobody asks what they say */
        if (!belongs(job, worker, &decision)) return changed(apply, batch, err);
    }
    cursor->document++;
    batch->parts.records_in++;
    if (decision.verdict != DEDUP_KEEP) return drop(job, worker, batch, &decision, err);
    keep(job, worker, batch, &decision);
    return SG_OK;
}

static void bad_line(struct batch *batch, const char *line, size_t len, struct sg_err *err) {
    batch->parts.records_in++;
    sg_parts_bad(&batch->parts, batch->parts.records_in, err->byte, err->text, NULL, line, len);
    sg_err_clear(err);
}

static enum sg_code each_line(const struct apply *apply, struct worker *worker, struct batch *batch,
                              struct sg_err *err) {
    struct cursor cursor = {.decision = batch->decisions.data,
                            .last = batch->decisions.data + batch->decisions.len,
                            .document = batch->span.first};
    const char *at = batch->in.lines.data, *end = at + batch->in.lines.len, *line;
    enum sg_code code = SG_OK;
    size_t len;
    while (code == SG_OK && dedup_line_cut(&at, end, &line, &len)) {
        switch (dedup_line_scan(&worker->line, line, len, err)) {
        case DEDUP_BLANK: batch->tally.blank++; break;
        case DEDUP_BAD: bad_line(batch, line, len, err); break;
        case DEDUP_DOCUMENT: code = one_document(apply, worker, batch, &cursor, err);
        }
    }
    if (code == SG_OK && cursor.document != batch->span.first + batch->span.documents)
        code = changed(apply, batch, err);
    return code;
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    const struct apply *apply = context;
    struct batch *batch = argument;
    struct worker *worker = &apply->workers[number];
    bool split = false;
    enum sg_code code = sg_frames_lines(worker->decoder, &batch->in, &split, err);
    if (code != SG_OK) return dedup_corpus_at(apply->job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
    if (batch->in.too_long) {
        struct sg_err cause = {0};
        sg_err_set(&cause, SG_DATA, "a line is longer than --max-record");
        bad_line(batch, "", 0, &cause);
    } else {
        code = each_line(apply, worker, batch, err);
    }
    if (code == SG_OK) code = sg_parts_pack(&batch->parts, worker->lines, worker->ledger, err);
    return code;
}

/* ---- writer ---- */

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct apply *apply = context;
    struct batch *batch = argument;
    batch->tally.raw_bytes = batch->in.lines.len;
    enum sg_code code = dedup_outputs_put(&apply->outputs, batch->span.input, &batch->parts, &batch->tally, err);
    sg_progress_add(apply->job->run->progress, 0, batch->span.documents);
    dedup_corpus_shrink(&batch->in.lines);
    dedup_corpus_shrink(&batch->in.packed);
    dedup_corpus_shrink(&batch->parts.lines);
    dedup_corpus_shrink(&batch->parts.packed_lines);
    return code;
}

static void *make_batch(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct batch));
}

static void free_batch(void *context, void *argument) {
    struct batch *batch = argument;
    (void)context;
    sg_frames_batch_free(&batch->in);
    sg_buf_free(&batch->decisions);
    sg_parts_free(&batch->parts);
    free(batch);
}

/* ---- the verb ---- */

static void make_workers(struct apply *apply, unsigned threads) {
    const struct dedup_job *job = apply->job;
    apply->workers = sg_zalloc(threads, sizeof *apply->workers);
    for (unsigned i = 0; i < threads; i++) {
        struct worker *worker = &apply->workers[i];
        worker->decoder = sg_frames_decoder_new();
        worker->lines = sg_frames_packer_new(dedup_outputs_compression(job), job->run->level);
        worker->ledger = sg_frames_packer_new(SG_ZST, job->run->level);
    }
}

static void free_workers(struct apply *apply, unsigned threads) {
    for (unsigned i = 0; i < threads; i++) {
        struct worker *worker = &apply->workers[i];
        sg_frames_decoder_free(worker->decoder);
        sg_frames_packer_free(worker->lines);
        sg_frames_packer_free(worker->ledger);
        dedup_line_free(&worker->line);
        dedup_scratch_free(&worker->scratch);
        sg_buf_free(&worker->detail);
        sg_buf_free(&worker->survivor);
    }
    free(apply->workers);
}

static enum sg_code pass(struct apply *apply, uint64_t batch_bytes, struct sg_err *err) {
    struct dedup_job *job = apply->job;
    const struct sg_pipe pipe = {.threads = job->run->budget.threads,
                                 .budget_bytes = batch_bytes,
                                 .context = apply,
                                 .make = make_batch,
                                 .unmake = free_batch,
                                 .read = read_batch,
                                 .demand = demand_of,
                                 .work = work_on,
                                 .write = write_batch};
    enum sg_code code = dedup_corpus_open(&apply->corpus, job, false, err);
    apply->corpus.memory_bytes = batch_bytes / 5;
    if (code == SG_OK) code = dedup_job_open(job, &apply->map, &dedup_decision_kind, "t0.map", err);
    if (code == SG_OK) code = next_decision(apply, err);
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    if (code == SG_OK) code = dedup_outputs_end(&apply->outputs, err);
    return code;
}

enum sg_code dedup_apply(struct dedup_job *job, struct sg_err *err) {
    struct apply apply = {.job = job, .outputs = {.job = job}};
    uint64_t batch_bytes = 0, total = 0;
    for (size_t i = 0; i < job->input_count; i++) total += job->inputs[i].bytes;
    enum sg_code code = dedup_corpus_fit(job, 4u << 20, &batch_bytes, err);
    unsigned threads = job->run->budget.threads;
    make_workers(&apply, threads);
    sg_progress_phase(job->run->progress, "apply", total);
    if (code == SG_OK) code = pass(&apply, batch_bytes, err);
    job->counts.kept = apply.outputs.all_kept;
    job->counts.removed_exact = apply.outputs.all.exact;
    job->counts.removed_near = apply.outputs.all.near;
    dedup_corpus_close(&apply.corpus);
    dedup_rows_close(&apply.map);
    dedup_outputs_free(&apply.outputs);
    free_workers(&apply, threads);
    return code;
}
