/*
 * place: the folder a release stands in, and what may be done to it.
 *
 * Shape   ours: it holds manifest.json of sangam-shard, or the mark ".sangam-shard" of a run that did not finish. Names
 *         that begin with a dot do not count. A folder with anything else in it is never touched.
 *         A run: claim -> (scatter) -> mark, clear -> shards -> README.md, SHA256SUMS, run.json -> manifest.json -> unmark.
 *         manifest.json goes first when an old release is replaced and comes last: with it the release is whole.
 * Calls   claim at the start, clear just before the first shard is written, unmark at the very end.
 * Owns    nothing.
 * Errors  SG_USAGE: the folder is not ours. SG_SYSTEM: I/O.
 * Source  shard.md section 8.
 */
#ifndef SANGAM_SHARD_PLACE_H
#define SANGAM_SHARD_PLACE_H

#include <stdbool.h>

#include "base/err.h"
#include "gather.h"

#define SHARD_MANIFEST "manifest.json"
#define SHARD_SUMS "SHA256SUMS"
#define SHARD_CARD "README.md"
#define SHARD_RUN "run.json"
#define SHARD_BAD "run.bad.zst"

enum sg_code shard_place_claim(const char *folder, struct sg_err *err) SG_MUST_CHECK;

/* Remove the old release's manifest, then every shard of ours that the new plan does not name. */
enum sg_code shard_place_clear(const char *folder, const struct shard_gather *plan, struct sg_err *err) SG_MUST_CHECK;

enum sg_code shard_place_unmark(const char *folder, struct sg_err *err) SG_MUST_CHECK;

/* Every file below the folder but those whose name, or whose folder's name, begins with a dot: names relative to it, in
 * byte order. */
struct shard_names {
    char **items;
    size_t count, cap;
};
enum sg_code shard_place_list(const char *folder, struct shard_names *out, struct sg_err *err) SG_MUST_CHECK;
void shard_names_free(struct shard_names *names);

#endif
