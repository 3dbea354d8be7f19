/*
 * Who stays, as far as sketches can tell. The rows of a partition, whole components, are sorted by text and equal texts are
 * folded into their first; then each component is judged by the leader rule.
 *
 *     pp.mem --sort by (component, text)--> first of each text --sort by (component, survivor order)--> judge
 *                                      \-> copies: they share the fate of their first
 *
 * What the sketches leave in doubt waits in pp.opn for recheck.
 * Components above --hot members are first cut by sharper bands of the stored sketches (hot.c).
 * Memory: shares of the budget for the sorts; one component of at most --hot rows. Threads: one.
 */
#include <stdlib.h>

#include "base/num.h"
#include "graph.h"
#include "run/signals.h"
#include "settle.h"

/* ---- rows together ---- */

static enum sg_code fill(const struct dedup_settle *settle, struct sg_extsort *sort, struct sg_err *err) {
    const struct dedup_rows_kind kind = dedup_member_kind(settle->job);
    struct dedup_rows members = {0};
    const void *row;
    enum sg_code code = dedup_settle_open(settle, &members, &kind, ".mem", err);
    while (code == SG_OK && (code = dedup_rows_next(&members, &row, err)) == SG_OK) code = sg_extsort_put(sort, row, err);
    dedup_rows_close(&members);
    return code == SG_END ? sg_extsort_sort(sort, err) : code;
}

static enum sg_code put_copy(struct dedup_rows *copies, const struct dedup_member *first,
                             const struct dedup_member *copy, struct sg_err *err) {
    char row[DEDUP_COPY_WIDTH];
    dedup_put_word(row, first->document);
    dedup_put_word(row + 8, copy->document);
    sg_num_put_u64(row + 16, copy->id_key.lo);
    sg_num_put_u64(row + 24, copy->text_key.lo);
    return dedup_rows_put(copies, row, err);
}

/* from: by text. The first of each text goes to `to`, by survivor order, with the number of its copies. */
static enum sg_code fold_copies(struct dedup_job *job, struct sg_extsort *from, struct sg_extsort *to,
                                struct dedup_rows *copies, struct sg_err *err) {
    unsigned sketch_bytes = job->settings.near ? job->settings.minhash.sketch_bytes : 0;
    struct dedup_member first = {0}, member;
    uint8_t sketch[DEDUP_SKETCH];
    char row[DEDUP_MEMBER_MOST];
    const void *next;
    bool any = false;
    enum sg_code code;
    while ((code = sg_extsort_next(from, &next, err)) == SG_OK) {
        dedup_member_get(next, true, &member);
        if (any && member.component == first.component && sg_hash_compare(member.text_key, first.text_key) == 0) {
            first.copies += first.copies < UINT32_MAX;
            code = put_copy(copies, &first, &member, err);
        } else {
            if (any) {
                dedup_member_put(&first, false, sketch_bytes, row);
                code = sg_extsort_put(to, row, err);
            }
            any = true;
            first = member;
            memcpy(sketch, member.sketch, sketch_bytes);
            first.sketch = sketch;
        }
        if (code != SG_OK) return code;
    }
    if (code == SG_END && any) {
        dedup_member_put(&first, false, sketch_bytes, row);
        code = sg_extsort_put(to, row, err);
    }
    return code == SG_END || code == SG_OK ? sg_extsort_sort(to, err) : code;
}

/* ---- components ---- */

/* What sketches cannot decide waits for texts: the rows, under a running number, and the documents to read. */
static enum sg_code leave_open(struct dedup_settle *settle, const char *rows, size_t count, struct sg_err *err) {
    uint32_t width = dedup_member_width(settle->job);
    enum sg_code code = SG_OK;
    for (size_t i = 0; code == SG_OK && i < count; i++) {
        char row[DEDUP_MEMBER_MOST], border[DEDUP_BORDER_WIDTH];
        memcpy(row, rows + i * width, width);
        dedup_put_word(row, settle->open_components);
        if (dedup_judge_needs_text(&settle->judge, i)) {
            struct dedup_member member;
            dedup_member_get(row, false, &member);
            dedup_put_word(border, member.document);
            dedup_put_word(border + 8, settle->open.records);
            code = sg_extsort_put(settle->borders, border, err);
        }
        if (code == SG_OK) code = dedup_rows_put(&settle->open, row, err);
    }
    settle->open_components++;
    return code;
}

static enum sg_code judge_group(struct dedup_settle *settle, struct sg_err *err) {
    size_t count = settle->group.len / dedup_member_width(settle->job);
    bool clear;
    if (count == 0) return SG_OK;
    dedup_judge_sift(&settle->judge, settle->group.data, count, &clear);
    return clear ? dedup_judge_write(&settle->judge, err) : leave_open(settle, settle->group.data, count, err);
}

/* The component is too large for one judgement: what has been gathered of it goes to the hot file. */
static enum sg_code divert(struct dedup_settle *settle, struct sg_err *err) {
    uint32_t width = dedup_member_width(settle->job);
    enum sg_code code = SG_OK;
    for (size_t at = 0; code == SG_OK && at < settle->group.len; at += width)
        code = dedup_rows_put(&settle->hot, settle->group.data + at, err);
    settle->group.len = 0;
    return code;
}

/* A component ends: judge it, or leave it to the next level. */
static enum sg_code end_component(struct dedup_settle *settle, bool hot, struct sg_err *err) {
    enum sg_code code = hot ? divert(settle, err) : judge_group(settle, err);
    settle->group.len = 0;
    return code == SG_OK ? sg_signals_check(err) : code;
}

/* The first row of a component: at level 0 it gives the component its name. */
static struct sg_hash128 name_of(const void *row, unsigned level) {
    struct dedup_member member;
    dedup_member_get(row, false, &member);
    return level == 0 ? dedup_cluster_id(&member) : member.first;
}

/* members: sorted rows. */
static enum sg_code each_component(struct dedup_settle *settle, struct sg_extsort *members, unsigned level,
                                   struct sg_err *err) {
    struct dedup_job *job = settle->job;
    uint32_t width = dedup_member_width(job);
    uint64_t most = dedup_hot_rows(job, level + 1) ? job->hot : UINT64_MAX; /* the sharpest bands cut no further */
    uint64_t component = 0;
    struct sg_hash128 name = {0};
    bool any = false, hot = false;
    const void *row;
    enum sg_code code;
    while ((code = sg_extsort_next(members, &row, err)) == SG_OK) {
        if (!any || dedup_member_component(row) != component) {
            if (any) code = end_component(settle, hot, err);
            any = true;
            hot = false;
            component = dedup_member_component(row);
            name = name_of(row, level);
            settle->counts.components += level == 0;
        }
        char *at = sg_buf_room(&settle->group, width);
        memcpy(at, row, width);
        sg_num_put_u64(at + 80, name.lo);
        sg_num_put_u64(at + 88, name.hi);
        settle->group.len += width;
        if (!hot && settle->group.len / width > most) {
            hot = true;
            settle->counts.hot_components++;
        }
        if (code == SG_OK && hot) code = divert(settle, err);
        if (code != SG_OK) return code;
    }
    return code == SG_END ? end_component(settle, hot, err) : code;
}

static enum sg_code open_files(struct dedup_settle *settle, struct sg_err *err) {
    const struct dedup_rows_kind member_kind = dedup_member_kind(settle->job);
    enum sg_code code = dedup_settle_create(settle, &settle->decided, &dedup_decision_kind, ".dec", err);
    if (code == SG_OK) code = dedup_settle_create(settle, &settle->copies, &dedup_copy_kind, ".cpy", err);
    if (code == SG_OK) code = dedup_settle_create(settle, &settle->open, &member_kind, ".opn", err);
    if (code == SG_OK) code = dedup_sort_new(settle->job, DEDUP_BORDER_WIDTH, 8, &settle->borders, err);
    settle->judge = (struct dedup_judge){.job = settle->job, .counts = &settle->counts, .decided = &settle->decided};
    return code;
}

static enum sg_code write_borders(struct dedup_settle *settle, struct sg_err *err) {
    struct dedup_rows borders = {0};
    const void *border;
    enum sg_code code = dedup_settle_create(settle, &borders, &dedup_border_kind, ".brd", err);
    if (code == SG_OK) code = sg_extsort_sort(settle->borders, err);
    while (code == SG_OK && (code = sg_extsort_next(settle->borders, &border, err)) == SG_OK)
        code = dedup_rows_put(&borders, border, err);
    settle->counts.border_documents = borders.records;
    if (code == SG_END) code = dedup_rows_finish(&borders, err);
    dedup_rows_close(&borders);
    return code;
}

static void free_settle(struct dedup_settle *settle) {
    dedup_rows_close(&settle->decided);
    dedup_rows_close(&settle->copies);
    dedup_rows_close(&settle->open);
    dedup_rows_close(&settle->hot);
    sg_extsort_free(settle->borders);
    sg_buf_free(&settle->group);
    dedup_judge_free(&settle->judge);
}

/* The first of each text, sorted by component and survivor order. */
static enum sg_code first_level(struct dedup_settle *settle, struct sg_extsort **members, struct sg_err *err) {
    struct dedup_job *job = settle->job;
    struct sg_extsort *by_text = NULL;
    enum sg_code code = dedup_sort_new(job, dedup_member_width(job), 8, &by_text, err);
    if (code == SG_OK) code = dedup_sort_new(job, dedup_member_width(job), 8, members, err);
    if (code == SG_OK) code = fill(settle, by_text, err);
    if (code == SG_OK) code = fold_copies(job, by_text, *members, &settle->copies, err);
    sg_extsort_free(by_text);
    return code;
}

static enum sg_code each_level(struct dedup_settle *settle, struct sg_extsort **members, struct sg_err *err) {
    struct dedup_job *job = settle->job;
    const struct dedup_rows_kind member_kind = dedup_member_kind(job);
    for (unsigned level = 0;; level++) {
        enum sg_code code = dedup_settle_create(settle, &settle->hot, &member_kind, ".hot", err);
        if (code == SG_OK) code = each_component(settle, *members, level, err);
        sg_extsort_free(*members);
        *members = NULL;
        uint64_t hot = settle->hot.records;
        if (code == SG_OK) code = dedup_rows_finish(&settle->hot, err);
        if (code != SG_OK || hot == 0) return code;
        code = dedup_sort_new(job, dedup_member_width(job), 8, members, err);
        if (code == SG_OK) code = dedup_hot_cut(settle, level + 1, hot, *members, err);
        if (code != SG_OK) return code;
    }
}

enum sg_code dedup_settle_sketches(struct dedup_settle *settle, struct sg_err *err) {
    struct sg_extsort *members = NULL;
    enum sg_code code = open_files(settle, err);
    if (code == SG_OK) code = first_level(settle, &members, err);
    if (code == SG_OK) code = each_level(settle, &members, err);
    if (code == SG_OK) code = write_borders(settle, err);
    if (code == SG_OK) code = dedup_rows_finish(&settle->decided, err);
    if (code == SG_OK) code = dedup_rows_finish(&settle->copies, err);
    if (code == SG_OK) code = dedup_rows_finish(&settle->open, err);
    sg_extsort_free(members);
    free_settle(settle);
    return code;
}
