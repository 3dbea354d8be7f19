#include "secret.h"

#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "io/file.h"

#define MOST (1u << 20)

static struct sg_hash128 half_of(struct sg_sha256 *sha) {
    char hex[SG_SHA256_HEX];
    struct sg_hash128 half = {0};
    sg_sha256_hex(sha, hex);
    hex[SG_HASH_HEX - 1] = 0;
    (void)sg_hash_parse(hex, &half);
    return half;
}

/* SHA-256 of label, number, NUL and the file's bytes: its first half. */
static struct sg_hash128 derive(const struct sg_buf *bytes, const char *label) {
    static const char domain[] = "sangam-dedup key 1 ";
    struct sg_sha256 sha;
    sg_sha256_init(&sha);
    sg_sha256_add(&sha, domain, sizeof domain - 1);
    sg_sha256_add(&sha, label, strlen(label) + 1);
    sg_sha256_add(&sha, bytes->data, bytes->len);
    return half_of(&sha);
}

static void put_hash(unsigned char *at, struct sg_hash128 hash) {
    sg_num_put_u64(at, hash.lo);
    sg_num_put_u64(at + 8, hash.hi);
}

enum sg_code dedup_secret_load(struct dedup_secret *secret, const char *path, struct sg_err *err) {
    struct sg_buf bytes = {0};
    *secret = (struct dedup_secret){0};
    enum sg_code code = sg_file_load(path, MOST, &bytes, err);
    if (code == SG_OK && bytes.len == 0) code = sg_err_set(err, SG_USAGE, "--key '%s' is empty", path);
    if (code == SG_OK) {
        secret->on = true;
        secret->name = derive(&bytes, "name");
        secret->seed = derive(&bytes, "seed").lo;
        put_hash(secret->key, derive(&bytes, "keys a"));
        put_hash(secret->key + 16, derive(&bytes, "keys b"));
    }
    if (bytes.data) memset(bytes.data, 0, bytes.len);
    sg_buf_free(&bytes);
    return code;
}

struct sg_hash128 dedup_secret_mix(const struct dedup_secret *secret, struct sg_hash128 key) {
    unsigned char bytes[16];
    struct sg_sha256 sha;
    if (!secret->on) return key;
    put_hash(bytes, key);
    sg_sha256_init(&sha);
    sg_sha256_add(&sha, secret->key, sizeof secret->key);
    sg_sha256_add(&sha, bytes, sizeof bytes);
    return half_of(&sha);
}
