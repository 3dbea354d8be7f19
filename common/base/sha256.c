/*
 * SHA-256 (FIPS 180-4): the message is cut into blocks of 64 bytes; each stirs eight words of state in 64 rounds.
 * The last block ends in 0x80, zeros, and the length in bits (big-endian).
 *
 * Example: "abc" -> ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad
 * Memory: the 112 bytes of struct sg_sha256. Threads: one per struct.
 */
#include "base/sha256.h"

#include <string.h>

#include "base/cpu.h"
#include "base/hash.h"

const uint32_t sg_sha256_rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int by) {
    return x >> by | x << (32 - by);
}

static uint32_t big_endian(const unsigned char *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void one_block(uint32_t state[8], const unsigned char *bytes) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++) w[i] = big_endian(bytes + 4 * i);
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; i++) {
        uint32_t choose = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choose +
                      sg_sha256_rounds[i] + w[i];
        uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void sg_sha256_blocks_portable(uint32_t state[8], const unsigned char *bytes, size_t blocks) {
    for (; blocks; blocks--, bytes += 64) one_block(state, bytes);
}

static void take_blocks(struct sg_sha256 *sha, const unsigned char *bytes, size_t blocks) {
#ifdef sg_sha256_blocks_fast
    if (sg_cpu_sha()) {
        sg_sha256_blocks_fast(sha->state, bytes, blocks);
        return;
    }
#endif
    sg_sha256_blocks_portable(sha->state, bytes, blocks);
}

void sg_sha256_init(struct sg_sha256 *sha) {
    *sha = (struct sg_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                        0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void sg_sha256_add(struct sg_sha256 *sha, const void *bytes, size_t len) {
    if (len == 0) return;
    const unsigned char *p = bytes;
    sha->bytes += len;
    if (sha->used) {
        size_t take = 64 - sha->used < len ? 64 - sha->used : len;
        memcpy(sha->block + sha->used, p, take);
        sha->used += take;
        p += take;
        len -= take;
        if (sha->used < 64) return;
        take_blocks(sha, sha->block, 1);
        sha->used = 0;
    }
    if (len >= 64) take_blocks(sha, p, len / 64);
    sha->used = len % 64;
    memcpy(sha->block, p + len - sha->used, sha->used);
}

char *sg_sha256_hex(struct sg_sha256 *sha, char out[SG_SHA256_HEX]) {
    static const unsigned char padding[64] = {0x80};
    uint64_t bits = sha->bytes * 8;
    unsigned char size[8];
    for (int i = 0; i < 8; i++) size[i] = (unsigned char)(bits >> (56 - 8 * i));
    sg_sha256_add(sha, padding,
                  1 + (119 - sha->used) % 64); /* up to 8 bytes before a block's end */
    sg_sha256_add(sha, size, sizeof size);
    for (int i = 0; i < 64; i++)
        out[i] = "0123456789abcdef"[sha->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    out[64] = 0;
    return out;
}
