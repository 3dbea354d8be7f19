/* The second half of settle: components that needed texts, and the merge of all decisions into pp.map. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cluster_fields.h"
#include "run/signals.h"
#include "settle.h"

/* ---- with texts ---- */

struct open_reader {
    struct dedup_rows members;
    struct sg_extsort *sets;
    const void *set; /* the next row of the partition's sets, NULL after the last */
    uint64_t number; /* partition << 48 | the next row of pp.opn */
    struct sg_buf group, offsets;
};

static enum sg_code next_set(struct open_reader *reader, struct sg_err *err) {
    enum sg_code code = sg_extsort_next(reader->sets, &reader->set, err);
    if (code == SG_END) reader->set = NULL;
    return code == SG_END ? SG_OK : code;
}

/* The partition's rows of all si.idx. */
static enum sg_code sort_sets(const struct dedup_settle *settle, struct open_reader *reader, struct sg_err *err) {
    const struct dedup_job *job = settle->job;
    enum sg_code code = dedup_sort_new(job, DEDUP_BORDER_WIDTH, 8, &reader->sets, err);
    for (size_t i = 0; code == SG_OK && i < job->set_count; i++) {
        struct dedup_rows index = {0};
        const void *row;
        char name[DEDUP_NAME];
        snprintf(name, sizeof name, "s%zu.idx", i);
        code = dedup_job_open(job, &index, &dedup_set_kind, name, err);
        if (code == SG_OK) code = dedup_rows_find(&index, (uint64_t)settle->partition << DEDUP_ROW_BITS, err);
        while (code == SG_OK && (code = dedup_rows_next(&index, &row, err)) == SG_OK) {
            if (dedup_get_word(row) >> DEDUP_ROW_BITS != (uint64_t)settle->partition) break;
            code = sg_extsort_put(reader->sets, row, err);
        }
        dedup_rows_close(&index);
        if (code == SG_END) code = SG_OK;
    }
    return code == SG_OK ? sg_extsort_sort(reader->sets, err) : code;
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

enum sg_code dedup_settle_texts(struct dedup_settle *settle, struct sg_err *err) {
    const struct dedup_rows_kind member_kind = dedup_member_kind(settle->job);
    struct open_reader reader = {.number = (uint64_t)settle->partition << DEDUP_ROW_BITS};
    struct dedup_rows decided = {0};
    struct dedup_judge judge = {.job = settle->job, .counts = &settle->counts, .decided = &decided};
    uint64_t component = 0;
    const void *row;
    enum sg_code code = dedup_settle_open(settle, &reader.members, &member_kind, ".opn", err);
    if (code == SG_OK) code = sort_sets(settle, &reader, err);
    if (code == SG_OK) code = next_set(&reader, err);
    if (code == SG_OK) code = dedup_settle_create(settle, &decided, &dedup_decision_kind, ".txt", err);
    while (code == SG_OK && (code = dedup_rows_next(&reader.members, &row, err)) == SG_OK) {
        if (dedup_member_component(row) != component) code = judge_group(&judge, &reader, err);
        component = dedup_member_component(row);
        if (code == SG_OK) code = gather(&reader, row, err);
    }
    if (code == SG_END) code = judge_group(&judge, &reader, err);
    if (code == SG_OK) code = dedup_rows_finish(&decided, err);
    dedup_rows_close(&decided);
    dedup_rows_close(&reader.members);
    sg_extsort_free(reader.sets);
    sg_buf_free(&reader.group);
    sg_buf_free(&reader.offsets);
    dedup_judge_free(&judge);
    return code;
}

/* ---- all decisions ---- */

static enum sg_code fill(const struct dedup_settle *settle, const struct dedup_rows_kind *kind, const char *suffix,
                         struct sg_extsort *sort, struct sg_err *err) {
    struct dedup_rows rows = {0};
    const void *row;
    enum sg_code code = dedup_settle_open(settle, &rows, kind, suffix, err);
    while (code == SG_OK && (code = dedup_rows_next(&rows, &row, err)) == SG_OK) code = sg_extsort_put(sort, row, err);
    dedup_rows_close(&rows);
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

static enum sg_code write_map(const struct dedup_settle *settle, struct sg_extsort *sorted, struct sg_err *err) {
    struct dedup_rows map = {0};
    const void *row;
    enum sg_code code = dedup_settle_create(settle, &map, &dedup_decision_kind, ".map", err);
    while (code == SG_OK && (code = sg_extsort_next(sorted, &row, err)) == SG_OK) code = dedup_rows_put(&map, row, err);
    if (code == SG_END) code = dedup_rows_finish(&map, err);
    dedup_rows_close(&map);
    return code;
}

enum sg_code dedup_settle_merge(struct dedup_settle *settle, bool texts, struct sg_err *err) {
    const struct dedup_job *job = settle->job;
    struct sg_extsort *decisions = NULL, *copies = NULL, *out = NULL;
    enum sg_code code = dedup_sort_new(job, DEDUP_DECISION_WIDTH, 8, &decisions, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_COPY_WIDTH, 8, &copies, err);
    if (code == SG_OK) code = dedup_sort_new(job, DEDUP_DECISION_WIDTH, 8, &out, err);
    if (code == SG_OK) code = fill(settle, &dedup_decision_kind, ".dec", decisions, err);
    if (code == SG_OK && texts) code = fill(settle, &dedup_decision_kind, ".txt", decisions, err);
    if (code == SG_OK) code = fill(settle, &dedup_copy_kind, ".cpy", copies, err);
    if (code == SG_OK) code = sg_extsort_sort(decisions, err);
    if (code == SG_OK) code = sg_extsort_sort(copies, err);
    if (code == SG_OK) code = merge(decisions, copies, out, err);
    sg_extsort_free(decisions);
    sg_extsort_free(copies);
    if (code == SG_OK && job->parameters.cluster_fields) {
        struct sg_extsort *plain = out;
        out = NULL;
        code = dedup_fields_sum(settle, plain, &out, err);
        sg_extsort_free(plain);
    }
    if (code == SG_OK) code = write_map(settle, out, err);
    sg_extsort_free(out);
    return code;
}
