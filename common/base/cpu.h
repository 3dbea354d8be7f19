/*
 * cpu: which SIMD kernel to run; chosen once by the caller, equal results on all.
 *
 * Shape   an ordered level; a kernel table picks the highest it has that is not above the level.
 * Calls   sg_cpu_level() is cheap after the first call of a process and thread-safe.
 * Source  SANGAM_CPU=portable|avx2|avx512|neon lowers the level for tests; it never raises it.
 */
#ifndef SANGAM_BASE_CPU_H
#define SANGAM_BASE_CPU_H

#include <stdbool.h>

enum sg_cpu { SG_CPU_PORTABLE = 0, SG_CPU_NEON = 1, SG_CPU_AVX2 = 2, SG_CPU_AVX512 = 3 };

enum sg_cpu sg_cpu_level(void);
const char *sg_cpu_name(enum sg_cpu level);
bool sg_cpu_sha(void); /* SHA-256 instructions; false under SANGAM_CPU=portable */

#endif
