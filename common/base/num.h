/*
 * num: numbers as people and files write them, whatever the locale and the libm.
 *
 * Shape   plain functions; text comes and goes as UTF-8 bytes.
 * Errors  parsers return false and leave *out alone; nothing else fails.
 * Source  sizes: contract.md section 1 (K M G T = 1024^n, kB MB GB TB = 1000^n).
 */
#ifndef SANGAM_BASE_NUM_H
#define SANGAM_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool sg_num_parse_u64(const char *text, uint64_t *out); /* digits only, no sign, no space */
bool sg_num_parse_double(const char *text,
                         double *out); /* decimal point, never the locale's comma */
bool sg_num_parse_bytes(const char *text, uint64_t *out); /* 512M, 1.5GiB, 100MB, 4096 */

#define SG_NUM_TEXT 40
/* Shortest decimal that reads back as the same double / float, always with a point: 1.0, 0.25, 1.0e-07. */
char *sg_num_double(double value, char out[SG_NUM_TEXT]);
char *sg_num_float(float value, char out[SG_NUM_TEXT]);
/* For people: "1.5 GiB", "12 KiB"; and 1234567 as "1,234,567". */
char *sg_num_bytes(uint64_t bytes, char out[SG_NUM_TEXT]);
char *sg_num_count(uint64_t count, char out[SG_NUM_TEXT]);

/* exp and natural log by own tables: the same bits on every CPU and libc (relative error below 1e-14). */
double sg_num_exp(double x);
double sg_num_log(double x);

/* Little-endian on disk, whatever the host. */
static inline void sg_num_put_u32(void *at, uint32_t v) {
    unsigned char *p = at;
    for (int i = 0; i < 4; i++) p[i] = (unsigned char)(v >> (8 * i));
}
static inline void sg_num_put_u64(void *at, uint64_t v) {
    unsigned char *p = at;
    for (int i = 0; i < 8; i++) p[i] = (unsigned char)(v >> (8 * i));
}
static inline uint32_t sg_num_get_u32(const void *at) {
    const unsigned char *p = at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
static inline uint64_t sg_num_get_u64(const void *at) {
    return sg_num_get_u32(at) | (uint64_t)sg_num_get_u32((const char *)at + 4) << 32;
}

#endif
