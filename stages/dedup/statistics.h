/*
 * statistics: what deduplication found in each language: how much, how large the clusters are, how alike their members.
 *
 * Shape   documents, kept and removed ones -> a table by language_Script -> dedup.statistics.json: canonical JSON, "languages"
 *         by name and one sum over "all"; the ten largest clusters; and of the run, candidates for
 *         removal and those that verification kept.
 * Units   bytes of lines. cluster_sizes: clusters of 2, 3, 4, 5-9, 10-99, 100-999 and 1000 or more documents.
 *         similarities: removed documents by similarity to their survivor, steps of 0.05: the last one is 0.95 to 1.
 * Calls   dedup_statistics_document for every document, then _kept or _removed for it; add sums two tables; write.
 * Owns    its table; free accepts {0}.
 * Errors  write: SG_SYSTEM.
 * Source  dedup.md section 12.
 */
#ifndef SANGAM_DEDUP_STATISTICS_H
#define SANGAM_DEDUP_STATISTICS_H

#include "base/hash.h"
#include "text/record.h"

#define DEDUP_SIZES 7
#define DEDUP_SIMILARITIES 20
#define DEDUP_LARGEST 10
#define DEDUP_REASONS 6

struct dedup_language {
    char name[40];
    uint64_t documents, bytes, kept, kept_bytes;
    uint64_t removed[DEDUP_REASONS]; /* by dedup_reasons */
    uint64_t sizes[DEDUP_SIZES], similarities[DEDUP_SIMILARITIES];
};

struct dedup_large {
    struct sg_hash128 cluster;
    uint32_t size; /* 0: none */
    char *id;      /* the survivor's */
};

struct dedup_statistics {
    struct dedup_language *languages;
    size_t count, cap, last; /* last: the one that was asked for last */
    struct dedup_large largest[DEDUP_LARGEST];
};

/* exact near para line substr cross */
extern const char *const dedup_reasons[DEDUP_REASONS];

/* The table's row of a record; valid until the next call. */
struct dedup_language *dedup_statistics_document(struct dedup_statistics *statistics, const struct sg_record *record,
                                                 size_t bytes, struct sg_buf *scratch);
void dedup_statistics_kept(struct dedup_language *language, size_t bytes);
/* The survivor of a cluster of two or more. */
void dedup_statistics_cluster(struct dedup_statistics *statistics, struct dedup_language *language,
                              const struct dedup_large *cluster);
/* similarity in 1/10000 */
void dedup_statistics_removed(struct dedup_language *language, const char *reason, unsigned similarity);

void dedup_statistics_add(struct dedup_statistics *sum, const struct dedup_statistics *more);
void dedup_statistics_clear(struct dedup_statistics *statistics);
/* Appends members, comma in front of each but the first: "all", "languages", "largest". */
void dedup_statistics_json(const struct dedup_statistics *statistics, struct sg_buf *out);
void dedup_statistics_free(struct dedup_statistics *statistics);

#endif
