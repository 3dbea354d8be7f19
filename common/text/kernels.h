/*
 * kernels: the inner loops of text/, one version per kind of CPU, all with the same answers.
 *
 * Shape   a table of functions per CPU level; callers in text/ fetch it once per line or text and call through it.
 * Units   bytes. A *stop byte* is what a JSON string cannot hold as it is: '"', '\', and 00..1F.
 * Calls   sg_kernels() anywhere; sg_kernels_at for tests that compare the versions.
 * Owns    nothing; all read-only.
 * Errors  none.
 * Source  see utf8_avx2.c and scan_avx2.c; architecture.md section 8 (a kernel stands beside its portable twin).
 */
#ifndef SANGAM_TEXT_KERNELS_H
#define SANGAM_TEXT_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cpu.h"

struct sg_kernels {
    enum sg_cpu level;
    size_t (*valid)(const char *bytes, size_t len);   /* longest prefix of well-formed UTF-8 */
    uint64_t (*count)(const char *bytes, size_t len); /* bytes that are not 80..BF */
    size_t (*clean)(const char *bytes,
                    size_t len); /* bytes before the first stop byte, len when there is none */
    /* The same, and these bytes are copied. All of to[0..len) may be written; the ranges do not overlap. */
    size_t (*copy_clean)(char *to, const char *bytes, size_t len);
};

const struct sg_kernels *sg_kernels(void); /* the best for this CPU */
const struct sg_kernels *
sg_kernels_at(enum sg_cpu level); /* the best not above level; level not above the CPU's */

size_t sg_utf8_valid_portable(const char *bytes, size_t len);
uint64_t sg_utf8_count_portable(const char *bytes, size_t len);
size_t sg_scan_clean_portable(const char *bytes, size_t len);
size_t sg_scan_copy_portable(char *to, const char *bytes, size_t len);

#if defined(__x86_64__)
size_t sg_utf8_valid_avx2(const char *bytes, size_t len);
uint64_t sg_utf8_count_avx2(const char *bytes, size_t len);
size_t sg_scan_clean_avx2(const char *bytes, size_t len);
size_t sg_scan_copy_avx2(char *to, const char *bytes, size_t len);
#elif defined(__aarch64__)
size_t sg_utf8_valid_neon(const char *bytes, size_t len);
uint64_t sg_utf8_count_neon(const char *bytes, size_t len);
size_t sg_scan_clean_neon(const char *bytes, size_t len);
size_t sg_scan_copy_neon(char *to, const char *bytes, size_t len);
#endif

#endif
