#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

const char *sg_cpu_name(enum sg_cpu level) {
    static const char *const names[] = {"portable", "neon", "avx2", "avx512"};
    return names[level];
}

static enum sg_cpu detect(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    /* These also ask the system whether it saves the wide registers. */
    if (!__builtin_cpu_supports("avx2")) return SG_CPU_PORTABLE;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return SG_CPU_AVX512;
    return SG_CPU_AVX2;
#elif defined(__aarch64__)
    return SG_CPU_NEON;                  /* part of the base architecture */
#else
    return SG_CPU_PORTABLE;
#endif
}

static bool detect_sha(void) {
#if defined(__x86_64__)
    unsigned a, b, c, d;
    return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
           (b & 1u << 29);
#elif defined(__aarch64__) && defined(__linux__)
    return getauxval(AT_HWCAP) >> 6 & 1; /* HWCAP_SHA2 */
#else
    return false;
#endif
}

/*
 * What was found, kept for the life of the process: 0 while nobody has asked, else 1 + level, and bit 8 for SHA.
 * Two threads that come first at once find the same and write the same.
 */
static unsigned found(void) {
    static _Atomic unsigned cached;
    unsigned value = atomic_load_explicit(&cached, memory_order_relaxed);
    if (value) return value;
    enum sg_cpu level = detect();
    bool sha = detect_sha();
    const char *wish = getenv("SANGAM_CPU");
    for (enum sg_cpu l = SG_CPU_PORTABLE; wish && l < level; l++)
        if (strcmp(wish, sg_cpu_name(l)) == 0) level = l;
    if (level == SG_CPU_PORTABLE) sha = false;
    value = 1 + (unsigned)level + (sha ? 1u << 8 : 0);
    atomic_store_explicit(&cached, value, memory_order_relaxed);
    return value;
}

enum sg_cpu sg_cpu_level(void) {
    return (enum sg_cpu)((found() & 0xFF) - 1);
}

bool sg_cpu_sha(void) {
    return found() >> 8 & 1;
}
