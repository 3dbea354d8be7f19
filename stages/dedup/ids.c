/*
 * Two different lines with one id in a corpus are a mistake of its maker, and every later stage would suffer from it: the
 * run stops and shows five. Byte-equal lines are exact duplicates and no mistake.
 *
 * link has found the documents that share 64 bits of an id key; here their rows are sorted by the whole key.
 * Memory: two sorts. Threads: one.
 */
#include "ids.h"

#include <stdlib.h>

#include "base/num.h"
#include "io/extsort.h"
#include "parts.h"
#include "records.h"
#include "settle.h"

#define WIDTH 40 /* id key, line, id offset (big-endian), document */
#define EXAMPLES 5

/* All documents of the edges, each once or more. */
static enum sg_code list_documents(const struct dedup_job *job, struct sg_extsort *documents, struct sg_err *err) {
    struct dedup_rows edges = {0};
    const void *edge;
    enum sg_code code = dedup_job_open(job, &edges, &dedup_edge_kind, "id.edg", err);
    while (code == SG_OK && (code = dedup_rows_next(&edges, &edge, err)) == SG_OK) {
        for (int i = 0; code == SG_OK && i < 2; i++) {
            char record[8];
            dedup_put_word(record, sg_num_get_u64((const char *)edge + 8 * i));
            code = sg_extsort_put(documents, record, err);
        }
    }
    dedup_rows_close(&edges);
    return code == SG_END ? sg_extsort_sort(documents, err) : code;
}

static enum sg_code join(const struct dedup_job *job, struct sg_extsort *documents, struct sg_extsort *ids,
                         struct sg_err *err) {
    struct dedup_parts_rows docs = {.job = job, .kind = dedup_doc_kind(job), .suffix = ".doc"};
    const void *record, *row = NULL;
    uint64_t read = 0, last = UINT64_MAX;
    enum sg_code code = SG_OK;
    while (code == SG_OK && (code = sg_extsort_next(documents, &record, err)) == SG_OK) {
        uint64_t document = dedup_get_word(record);
        if (document == last) continue;
        last = document;
        while (code == SG_OK && read <= document) code = dedup_parts_next(&docs, &row, err), read++;
        if (code != SG_OK) break;
        struct dedup_doc doc;
        dedup_doc_get(row, &doc);
        const uint64_t place = (uint64_t)docs.part << DEDUP_PLACE_BITS | doc.id_offset;
        const uint64_t words[] = {doc.id_key.hi, doc.id_key.lo, doc.line_low, place, document};
        char out[WIDTH];
        for (int i = 0; i < 5; i++) dedup_put_word(out + 8 * i, words[i]);
        code = sg_extsort_put(ids, out, err);
    }
    dedup_parts_close(&docs);
    return code == SG_END ? sg_extsort_sort(ids, err) : code;
}

struct findings {
    uint64_t ids;                /* that have different lines */
    uint64_t examples[EXAMPLES]; /* places of the first of them */
};

static enum sg_code look(struct sg_extsort *ids, struct findings *findings, struct sg_err *err) {
    char last[WIDTH] = {0};
    bool any = false, counted = false;
    const void *row;
    enum sg_code code;
    while ((code = sg_extsort_next(ids, &row, err)) == SG_OK) {
        bool same_id = any && memcmp(row, last, 16) == 0;
        if (!same_id) {
            counted = false;
        } else if (!counted && memcmp((const char *)row + 16, last + 16, 8) != 0) {
            if (findings->ids < EXAMPLES) findings->examples[findings->ids] = dedup_get_word((const char *)row + 24);
            findings->ids++;
            counted = true;
        }
        any = true;
        memcpy(last, row, WIDTH);
    }
    return code == SG_END ? SG_OK : code;
}

static enum sg_code report(const struct dedup_job *job, const struct findings *findings, struct sg_err *err) {
    struct sg_buf list = {0}, id = {0};
    char shown[80];
    enum sg_code code = SG_OK;
    for (uint64_t i = 0; code == SG_OK && i < findings->ids && i < EXAMPLES; i++) {
        code = dedup_job_id(job, findings->examples[i], &id, err);
        sg_buf_str(&id);
        if (id.len > 60) memcpy(id.data + 57, "...", 4);
        sg_buf_printf(&list, "%s%s", i ? ", " : "", sg_err_quote(id.data, shown, sizeof shown));
    }
    sg_buf_str(&list);
    if (code == SG_OK)
        code = sg_err_set(err, SG_DATA,
                          "%llu ids stand on two or more different lines each, for example %s; "
                          "make ids unique, or give --duplicate-ids keep",
                          (unsigned long long)findings->ids, list.data);
    sg_buf_free(&list);
    sg_buf_free(&id);
    return code;
}

enum sg_code dedup_check_ids(struct dedup_job *job, struct dedup_counts *counts, struct sg_err *err) {
    struct sg_extsort *documents = NULL, *ids = NULL;
    struct findings findings = {0};
    enum sg_code code = dedup_sort_new(job, 8, 8, &documents, err);
    if (code == SG_OK) code = dedup_sort_new(job, WIDTH, 16, &ids, err);
    if (code == SG_OK) code = list_documents(job, documents, err);
    if (code == SG_OK) code = join(job, documents, ids, err);
    if (code == SG_OK) code = look(ids, &findings, err);
    sg_extsort_free(documents);
    sg_extsort_free(ids);
    counts->duplicate_ids = findings.ids;
    if (code == SG_OK && findings.ids && !job->duplicate_ids_keep) code = report(job, &findings, err);
    return code;
}
