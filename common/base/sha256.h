/*
 * sha256: the compression function of SHA-256, one version per kind of CPU; hash.h is the public door.
 *
 * Shape   state (8 words) takes in whole blocks of 64 bytes; equal results from every version.
 * Calls   sg_sha256_blocks_fast only where sg_cpu_sha() says yes; it is not defined on other architectures.
 * Source  FIPS 180-4 section 6.2.2; Intel, "New Instructions Supporting the Secure Hash Algorithm".
 */
#ifndef SANGAM_BASE_SHA256_H
#define SANGAM_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

extern const uint32_t sg_sha256_rounds[64]; /* the constants K */

void sg_sha256_blocks_portable(uint32_t state[8], const unsigned char *bytes, size_t blocks);
#if defined(__x86_64__)
void sg_sha256_blocks_shani(uint32_t state[8], const unsigned char *bytes, size_t blocks);
#define sg_sha256_blocks_fast sg_sha256_blocks_shani
#elif defined(__aarch64__)
void sg_sha256_blocks_armv8(uint32_t state[8], const unsigned char *bytes, size_t blocks);
#define sg_sha256_blocks_fast sg_sha256_blocks_armv8
#endif

#endif
