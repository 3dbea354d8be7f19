/*
 * receipts: what stands in a stage's folder, and what its receipts say together.
 *
 * Shape   paths below a folder, in byte order; names that begin with a dot are left out.
 * Calls   files_below, receipts_each, receipts_sum in any order; files_free.
 * Owns    struct files owns its paths; a receipt given to a callback is the caller's to read, not
 * to keep. Errors  SG_SYSTEM: a folder cannot be read. A receipt that is none, or whose sum is
 * wrong, goes to the callback as an error.
 */
#ifndef SANGAM_CONDUCT_RECEIPTS_H
#define SANGAM_CONDUCT_RECEIPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "run/receipt.h"

struct files {
    char **paths;
    size_t count;
};
enum sg_code files_below(const char *folder, struct files *out,
                         struct sg_err *err) SG_MUST_CHECK; /* none when it does not exist */
void files_free(struct files *files);                       /* accepts {0} */

bool file_is_receipt(const char *path);
bool file_is_named(const char *path); /* one that a receipt must speak of */
bool file_is_records(
    const char *path); /* a chain file that a next stage reads: no ledger, no bad list */

/* receipt is NULL when it cannot be loaded: cause says why. A code other than SG_OK stops the walk
 * and is returned. */
typedef enum sg_code receipts_seen(void *context, const char *path,
                                   const struct sg_receipt *receipt, struct sg_err *cause);
enum sg_code receipts_each(const char *folder, receipts_seen *seen, void *context,
                           struct sg_err *err) SG_MUST_CHECK;

/* All receipts of a folder as one: counts and reasons added up; its lists of files stay empty. */
struct receipts_sum {
    struct sg_receipt all;
    size_t receipts, inputs, outputs; /* outputs: record files */
    uint64_t bytes;                   /* of record files */
    uint64_t ledgers, bad_lists;      /* files */
};
enum sg_code receipts_sum(const char *folder, struct receipts_sum *out,
                          struct sg_err *err) SG_MUST_CHECK;
void receipts_sum_free(struct receipts_sum *sum); /* accepts {0} */

#endif
