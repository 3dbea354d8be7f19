/*
 * release: what a folder of shards says of itself in manifest.json.
 *
 * Shape   documents in and out, dropped by reason, documents by language.
 * Calls   release_load, then read-only, release_free.
 * Owns    all names.
 * Errors  SG_DATA: no manifest as contract.md section 7 has it. SG_SYSTEM: it cannot be read.
 */
#ifndef SANGAM_CONDUCT_RELEASE_H
#define SANGAM_CONDUCT_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct release_count {
    char *name; /* "hin_Deva", or a reason */
    uint64_t documents;
};

struct release {
    uint64_t documents_in, documents, bytes, raw_bytes, shards, dropped;
    struct release_count *languages; /* most documents first */
    size_t language_count;
    struct release_count *reasons; /* by name */
    size_t reason_count;
};

bool release_is(const char *folder); /* it has a manifest.json */
enum sg_code release_load(const char *folder, struct release *out,
                          struct sg_err *err) SG_MUST_CHECK;
void release_free(struct release *release); /* accepts {0} */

#endif
