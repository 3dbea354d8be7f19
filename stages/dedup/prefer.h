/*
 * prefer: which document of a cluster stays: the rule of --prefer as one number a document.
 *
 * Shape   RULE: parts with commas between, the most significant first:
 *           len[:desc|asc]             bytes of text: 32 bits, 64 when alone
 *           date[:desc|asc]            member date, YYYY-MM-DD and anything after it: 24 bits of days; none comes last
 *           MEMBER:desc|asc[@LO..HI]   a number: 16 bits between LO and HI (0..1), held to them; none comes last
 *           MEMBER:FILE                a line of FILE a value, the best first: 8 bits; values not listed come last
 *         The smaller number stays. All parts together have at most 64 bits.
 * Calls   dedup_prefer_parse once, read-only afterwards; dedup_prefer_of on any thread.
 * Owns    its parts and lists; free accepts {0}.
 * Errors  SG_USAGE: a rule that is none, too many bits, a FILE with more than 255 lines. SG_SYSTEM: FILE cannot be read.
 * Source  dedup.md section 6.
 *
 * Example source:rank.tsv,language_score:desc,len:desc     8 + 16 + 32 bits
 */
#ifndef SANGAM_DEDUP_PREFER_H
#define SANGAM_DEDUP_PREFER_H

#include "base/hash.h"
#include "text/record.h"

#define DEDUP_PREFER_PARTS 8

struct dedup_prefer_part {
    enum { DEDUP_PREFER_LENGTH, DEDUP_PREFER_DATE, DEDUP_PREFER_NUMBER, DEDUP_PREFER_RANK } kind;
    char *member;
    bool descending;
    double low, high;
    struct sg_buf values; /* RANK: value after value, each with a NUL behind it */
};

struct dedup_prefer {
    struct dedup_prefer_part parts[DEDUP_PREFER_PARTS];
    size_t count;
    struct sg_hash128 files; /* of what the FILEs hold: part of what decides an answer */
};

enum sg_code dedup_prefer_parse(struct dedup_prefer *prefer, const char *rule, struct sg_err *err) SG_MUST_CHECK;
/* scratch is the caller's, reused. */
uint64_t dedup_prefer_of(const struct dedup_prefer *prefer, const struct sg_record *record, size_t text_bytes,
                         struct sg_buf *scratch);
void dedup_prefer_free(struct dedup_prefer *prefer);

#endif
