/*
 * tally: documents by name (owners, sources, licences), with a bound on how many names are kept.
 *
 * Shape   the 1,000 names that come first in byte order, with exact counts; all others together in `other`. Which names
 *         these are depends on the set of names alone, so tallies may be filled in any order and merged in any tree.
         A name over 256 bytes is counted under `other` at once.
 * Units   documents.
 * Calls   {0}; add, merge; shard_tally_close sorts and cuts, then names may be read; free accepts {0}.
 * Owns    the names.
 * Errors  none.
 * Source  contract.md section 7.
 *
 * Why exact  a name among the first 1,000 of all is among the first 1,000 of every part it occurs in: it is never cut.
 */
#ifndef SANGAM_SHARD_TALLY_H
#define SANGAM_SHARD_TALLY_H

#include <stddef.h>
#include <stdint.h>

#define SHARD_TALLY_MAX 1000
#define SHARD_TALLY_NAME 256

struct shard_tally_name {
    char *name;
    size_t len;
    uint64_t documents;
};

struct shard_tally {
    struct shard_tally_name *names;
    size_t count, cap;
    uint32_t *slots; /* hash table of 1 + index, a power of two at least twice the names */
    size_t slot_count;
    uint64_t other;
    char *bound; /* names from here on are "other"; NULL: none yet */
    size_t bound_len;
};

void shard_tally_add(struct shard_tally *tally, const char *name, size_t len, uint64_t documents);
void shard_tally_merge(struct shard_tally *into, const struct shard_tally *from);
void shard_tally_close(struct shard_tally *tally); /* names[0..count) sorted by bytes, count <= SHARD_TALLY_MAX */
void shard_tally_free(struct shard_tally *tally);

#endif
