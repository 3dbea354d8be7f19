/*
 * secret: what --key FILE mixes into keys, so that only those who have the file can test an index for a text.
 *
 * Shape   three numbers from the file's bytes by SHA-256 under different labels: a name that may be seen (part of the
 *         parameters), a seed for the functions of the sketch, and a key for text and id keys: these become the first half
 *         of SHA-256(key, XXH3-128 of the text).
 * Units   bytes of the file as they are, a line end at its end too.
 * Calls   dedup_secret_load once; then read-only on any thread.
 * Owns    nothing: a plain struct. Neither the file's bytes nor seed or key ever go into a file.
 * Errors  SG_SYSTEM; SG_USAGE: an empty file, or one of more than 1 MiB.
 * Source  dedup.md section 10; FIPS 180-4.
 */
#ifndef SANGAM_DEDUP_SECRET_H
#define SANGAM_DEDUP_SECRET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"

struct dedup_secret {
    bool on;
    uint64_t seed;
    struct sg_hash128 name;
    unsigned char key[32];
};

enum sg_code dedup_secret_load(struct dedup_secret *secret, const char *path, struct sg_err *err) SG_MUST_CHECK;
/* The key itself when there is no secret. */
struct sg_hash128 dedup_secret_mix(const struct dedup_secret *secret, struct sg_hash128 key);

#endif
