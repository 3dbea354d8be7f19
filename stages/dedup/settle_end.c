/* The second half of settle: components that needed texts, and the merge of all decisions into t0.map. */
#include <stdlib.h>

#include "base/num.h"
#include "run/signals.h"
#include "settle.h"

/* ---- with texts ---- */

struct open_reader {
    struct dedup_rows members, sets;
    const void *set; /* the next row of set.idx, NULL after the last */
    uint64_t number; /* of the next row of open.set */
    struct sg_buf group, offsets;
};

static enum sg_code next_set(struct open_reader *reader, struct sg_err *err) {
    enum sg_code code = dedup_rows_next(&reader->sets, &reader->set, err);
    if (code == SG_END) reader->set = NULL;
    return code == SG_END ? SG_OK : code;
}

/* One more row of the component at hand, and where its windows are. */
static enum sg_code gather(struct open_reader *reader, const void *row, struct sg_err *err) {
    uint64_t offset = UINT64_MAX;
    enum sg_code code = SG_OK;
    sg_buf_put(&reader->group, row, reader->members.width);
    if (reader->set && dedup_get_word(reader->set) == reader->number) {
        offset = dedup_get_word((const char *)reader->set + 8);
        code = next_set(reader, err);
    }
    sg_buf_put(&reader->offsets, &offset, sizeof offset);
    reader->number++;
    return code;
}

static enum sg_code judge_group(struct dedup_judge *judge, struct open_reader *reader, struct sg_err *err) {
    uint32_t width = dedup_member_width(judge->job);
    bool clear;
    if (reader->group.len == 0) return SG_OK;
    dedup_judge_sift(judge, reader->group.data, reader->group.len / width, &clear);
    enum sg_code code = dedup_judge_texts(judge, (const uint64_t *)(const void *)reader->offsets.data, err);
    if (code == SG_OK) code = dedup_judge_write(judge, err);
    reader->group.len = reader->offsets.len = 0;
    return code == SG_OK ? sg_signals_check(err) : code;
}

enum sg_code dedup_settle_open(struct dedup_job *job, struct sg_err *err) {
    const struct dedup_rows_kind member_kind = dedup_member_kind(job);
    struct open_reader reader = {0};
    struct dedup_rows decided = {0};
    struct dedup_judge judge = {.job = job, .decided = &decided};
    uint64_t component = 0;
    const void *row;
    enum sg_code code = dedup_job_open(job, &reader.members, &member_kind, "open.set", err);
    if (code == SG_OK) code = dedup_job_open(job, &reader.sets, &dedup_set_kind, "set.idx", err);
    if (code == SG_OK) code = next_set(&reader, err);
    if (code == SG_OK) code = dedup_job_create(job, &decided, &dedup_decision_kind, "decided-text.map", err);
    while (code == SG_OK && (code = dedup_rows_next(&reader.members, &row, err)) == SG_OK) {
        if (dedup_member_component(row) != component) code = judge_group(&judge, &reader, err);
        component = dedup_member_component(row);
        if (code == SG_OK) code = gather(&reader, row, err);
    }
    if (code == SG_END) code = judge_group(&judge, &reader, err);
    if (code == SG_OK) code = dedup_rows_finish(&decided, err);
    dedup_rows_close(&decided);
    dedup_rows_close(&reader.members);
    dedup_rows_close(&reader.sets);
    sg_buf_free(&reader.group);
    sg_buf_free(&reader.offsets);
    dedup_judge_free(&judge);
    dedup_job_drop(job, "open.set");
    dedup_job_drop(job, "set.idx");
    return code;
}

/* ---- all decisions ---- */

static enum sg_code fill(const struct dedup_job *job, const struct dedup_rows_kind *kind, const char *name,
                         struct sg_extsort *sort, struct sg_err *err) {
    struct dedup_rows rows = {0};
    const void *row;
    enum sg_code code = dedup_job_open(job, &rows, kind, name, err);
    while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK) code = sg_extsort_put(sort, row, err);
    dedup_rows_close(&rows);
    dedup_job_drop(job, name);
    return code == SG_END ? SG_OK : code;
}

/* A copy of `first` goes where first goes; when first stays, it is an exact copy of a survivor. */
static enum sg_code put_copy(const struct dedup_decision *first, const char *copy, struct sg_extsort *out,
                             struct sg_err *err) {
    struct dedup_decision decision = *first;
    char row[DEDUP_DECISION_WIDTH];
    decision.document = dedup_get_word(copy + 8);
    decision.id_low = sg_num_get_u64(copy + 16);
    decision.text_low = sg_num_get_u64(copy + 24);
    if (first->verdict == DEDUP_KEEP) {
        decision.verdict = DEDUP_DROP_EXACT;
        decision.method = DEDUP_BY_KEY;
    }
    dedup_decision_put(&decision, row);
    return sg_extsort_put(out, row, err);
}

/* decisions and copies, both sorted by the first document, to `out`. */
static enum sg_code merge(struct sg_extsort *decisions, struct sg_extsort *copies, struct sg_extsort *out,
                          struct sg_err *err) {
    const void *row, *copy = NULL;
    enum sg_code code, more = sg_extsort_next(copies, &copy, err);
    while ((code = sg_extsort_next(decisions, &row, err)) == SG_OK && (more == SG_OK || more == SG_END)) {
        struct dedup_decision first;
        dedup_decision_get(row, &first);
        code = sg_extsort_put(out, row, err);
        while (code == SG_OK && more == SG_OK && dedup_get_word(copy) == first.document) {
            code = put_copy(&first, copy, out, err);
            more = sg_extsort_next(copies, &copy, err);
        }
        if (code != SG_OK) return code;
    }
    if (more != SG_OK && more != SG_END) return more;
    return code == SG_END ? sg_extsort_sort(out, err) : code;
}

static enum sg_code write_map(struct dedup_job *job, struct sg_extsort *sorted, struct sg_err *err) {
    struct dedup_rows map = {0};
    const void *row;
    enum sg_code code = dedup_job_create(job, &map, &dedup_decision_kind, "t0.map", err);
    while (code == SG_OK && (code = sg_extsort_next(sorted, &row, err)) == SG_OK) code = dedup_rows_put(&map, row, err);
    if (code == SG_END) code = dedup_rows_finish(&map, err);
    dedup_rows_close(&map);
    return code;
}

enum sg_code dedup_settle_end(struct dedup_job *job, struct sg_err *err) {
    struct sg_extsort *decisions = NULL, *copies = NULL, *out = NULL;
    enum sg_code code = dedup_sort_new(job, DEDUP_DECISION_WIDTH, 8, &decisions, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_COPY_WIDTH, 8, &copies, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_DECISION_WIDTH, 8, &out, err);
    if (code == SG_OK) code = fill(job, &dedup_decision_kind, "decided.map", decisions, err);
    if (code == SG_OK && job->counts.border_documents)
        code = fill(job, &dedup_decision_kind, "decided-text.map", decisions, err);
    if (code == SG_OK) code = fill(job, &dedup_copy_kind, "copies.cpy", copies, err);
    if (code == SG_OK) code = sg_extsort_sort(decisions, err);
    if (code == SG_OK) code = sg_extsort_sort(copies, err);
    if (code == SG_OK) code = merge(decisions, copies, out, err);
    sg_extsort_free(decisions);
    sg_extsort_free(copies);
    if (code == SG_OK) code = write_map(job, out, err);
    sg_extsort_free(out);
    return code;
}
