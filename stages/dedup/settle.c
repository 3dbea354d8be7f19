/*
 * settle: who stays, a partition after the other. Run once it decides what sketches can decide; run again after recheck,
 * which has read the texts in doubt, it decides the rest. A partition without doubts is done at once.
 *
 * Memory: settle_sketches.c. Threads: one.
 */
#include "settle.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "parts.h"
#include "recheck.h"
#include "substr.h"
#include "sums.h"

static void drop(const struct dedup_settle *settle, const char *const *suffixes) {
    for (; *suffixes; suffixes++) dedup_settle_drop(settle, *suffixes);
}

/* ---- the verb ---- */

static struct dedup_sums sums_of(const char *verb, int partition) {
    return (struct dedup_sums){.verb = verb, .number = (uint64_t)partition, .bound = true};
}

static enum sg_code without_texts(struct dedup_job *job, int partition, struct sg_err *err) {
    static const char *const read[] = {".mem", NULL}, *const merged[] = {".dec", ".cpy", ".opn", ".brd", NULL};
    struct dedup_settle settle = {.job = job, .partition = partition};
    const struct dedup_sums first = sums_of("settle", partition), last = sums_of("merge", partition);
    const struct dedup_counts none = {0};
    enum sg_code code = dedup_settle_sketches(&settle, err);
    bool clear = settle.counts.border_documents == 0;
    if (code == SG_OK && clear) code = dedup_settle_merge(&settle, false, err);
    if (code == SG_OK && clear) code = dedup_sums_write(job, &last, 0, &none, err);
    if (code == SG_OK) code = dedup_sums_write(job, &first, 0, &settle.counts, err);
    if (code == SG_OK) drop(&settle, read);
    if (code == SG_OK && clear) drop(&settle, merged);
    return code;
}

static enum sg_code with_texts(struct dedup_job *job, int partition, struct sg_err *err) {
    static const char *const merged[] = {".dec", ".txt", ".cpy", ".opn", ".brd", NULL};
    struct dedup_settle settle = {.job = job, .partition = partition};
    const struct dedup_sums last = sums_of("merge", partition);
    enum sg_code code = dedup_settle_texts(&settle, err);
    if (code == SG_OK) code = dedup_settle_merge(&settle, true, err);
    if (code == SG_OK) code = dedup_sums_write(job, &last, 0, &settle.counts, err);
    if (code == SG_OK) drop(&settle, merged);
    return code;
}

enum sg_code dedup_settle(struct dedup_job *job, struct sg_err *err) {
    if (job->units.unit == DEDUP_UNIT_SPAN) return dedup_substr_copies(job, err);
    if (job->units.unit != DEDUP_UNIT_NONE) return SG_OK; /* link has decided */
    struct dedup_counts clustered = {0};
    const struct dedup_sums cluster = {.verb = "cluster", .bound = true};
    sg_progress_phase(job->run->progress, "settle", 0);
    enum sg_code code = dedup_parts_load(job, err);
    if (code == SG_OK) code = dedup_sums_need(job, &cluster, NULL, &clustered, err);
    for (int i = 0; code == SG_OK && i < DEDUP_PARTITIONS; i++) {
        const struct dedup_sums first = sums_of("settle", i), last = sums_of("merge", i);
        if (!dedup_task_has(job, i)) continue;
        if (!dedup_sums_done(job, &first)) code = without_texts(job, i, err);
        if (code != SG_OK || dedup_sums_done(job, &last) || !dedup_recheck_done(job)) continue;
        code = dedup_sets_load(job, err);
        if (code == SG_OK) code = with_texts(job, i, err);
    }
    return code;
}
