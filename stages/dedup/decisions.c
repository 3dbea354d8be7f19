#include "decisions.h"

static enum sg_code advance(struct dedup_decisions *decisions, int partition, struct sg_err *err) {
    enum sg_code code = dedup_rows_next(&decisions->rows[partition], &decisions->heads[partition], err);
    if (code == SG_END) decisions->heads[partition] = NULL;
    return code == SG_END ? SG_OK : code;
}

static void choose(struct dedup_decisions *decisions) {
    decisions->next = NULL;
    for (int i = 0; i < DEDUP_PARTITIONS; i++) {
        const void *head = decisions->heads[i];
        if (!head || (decisions->next && memcmp(head, decisions->next, 16) >= 0)) continue;
        decisions->next = head;
        decisions->at = i;
    }
}

enum sg_code dedup_decisions_open(struct dedup_decisions *decisions, const struct dedup_job *job,
                                  const struct dedup_rows_kind *kind, const char *suffix, uint64_t document,
                                  struct sg_err *err) {
    *decisions = (struct dedup_decisions){0};
    enum sg_code code = SG_OK;
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        char name[DEDUP_NAME];
        dedup_partition_name(name, i, suffix);
        code = dedup_job_open(job, &decisions->rows[i], kind, name, err);
        if (code == SG_OK) code = dedup_rows_find(&decisions->rows[i], document, err);
        if (code == SG_OK) code = advance(decisions, i, err);
    }
    if (code == SG_OK) choose(decisions);
    return code;
}

enum sg_code dedup_decisions_step(struct dedup_decisions *decisions, struct sg_err *err) {
    enum sg_code code = advance(decisions, decisions->at, err);
    choose(decisions);
    return code;
}

void dedup_decisions_close(struct dedup_decisions *decisions) {
    for (int i = 0; i < DEDUP_PARTITIONS; i++) dedup_rows_close(&decisions->rows[i]);
}
