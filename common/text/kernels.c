#include "text/kernels.h"

static const struct sg_kernels portable = {
    .level = SG_CPU_PORTABLE,
    .valid = sg_utf8_valid_portable,
    .count = sg_utf8_count_portable,
    .clean = sg_scan_clean_portable,
    .copy_clean = sg_scan_copy_portable,
};

#if defined(__x86_64__)
static const struct sg_kernels avx2 = {
    .level = SG_CPU_AVX2,
    .valid = sg_utf8_valid_avx2,
    .count = sg_utf8_count_avx2,
    .clean = sg_scan_clean_avx2,
    .copy_clean = sg_scan_copy_avx2,
};
#elif defined(__aarch64__)
static const struct sg_kernels neon = {
    .level = SG_CPU_NEON,
    .valid = sg_utf8_valid_neon,
    .count = sg_utf8_count_neon,
    .clean = sg_scan_clean_neon,
    .copy_clean = sg_scan_copy_neon,
};
#endif

const struct sg_kernels *sg_kernels_at(enum sg_cpu level) {
#if defined(__x86_64__)
    if (level >= SG_CPU_AVX2) return &avx2;
#elif defined(__aarch64__)
    if (level >= SG_CPU_NEON) return &neon;
#endif
    (void)level;
    return &portable;
}

const struct sg_kernels *sg_kernels(void) {
    return sg_kernels_at(sg_cpu_level());
}
