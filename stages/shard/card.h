/*
 * card: the two small files for people beside the manifest: README.md and SHA256SUMS.
 *
 * Shape   plain text, a function of the release alone.
 * Units   as manifest.h.
 * Errors  none.
 * Source  shard.md section 7; loaders.md section 3 (what readers must be told: count the documents).
 */
#ifndef SANGAM_SHARD_CARD_H
#define SANGAM_SHARD_CARD_H

#include "manifest.h"

void shard_card_write(const struct shard_release *release, struct sg_buf *out);

/* For `sha256sum -c`: README.md, manifest.json and every shard. */
void shard_sums_write(const struct shard_release *release, const struct sg_buf *card, const struct sg_buf *manifest,
                      struct sg_buf *out);

#endif
