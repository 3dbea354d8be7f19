/*
 * Any bytes: every kernel this CPU has gives the portable one's answers at every alignment; repaired bytes are
 * well-formed, stay so when repaired again, and well-formed bytes are left alone.
 */
#include <stdint.h>
#include <stdlib.h>

#include "text/kernels.h"
#include "text/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth) {
    if (!truth) abort();
}

static void compare_kernels(const char *bytes, size_t len) {
    const struct sg_kernels *portable = sg_kernels_at(SG_CPU_PORTABLE);
    size_t valid = portable->valid(bytes, len), clean = portable->clean(bytes, len);
    uint64_t count = portable->count(bytes, len);
    char *to = sg_alloc(len);
    for (int level = SG_CPU_PORTABLE; level <= (int)sg_cpu_level(); level++) {
        const struct sg_kernels *kernels = sg_kernels_at((enum sg_cpu)level);
        demand(kernels->valid(bytes, len) == valid);
        demand(kernels->count(bytes, len) == count);
        demand(kernels->clean(bytes, len) == clean);
        demand(kernels->copy_clean(to, bytes, len) == clean);
        demand(clean == 0 || memcmp(to, bytes, clean) == 0);
    }
    free(to);
}

static void repair(const char *bytes, size_t len) {
    struct sg_buf once = {0}, twice = {0};
    sg_buf_room(&once, 1); /* its data is not NULL even when nothing comes */
    size_t repairs = sg_utf8_repair(bytes, len, &once);
    demand((repairs == 0) == (sg_utf8_valid(bytes, len) == len));
    demand(repairs || (once.len == len && (len == 0 || memcmp(once.data, bytes, len) == 0)));
    demand(sg_utf8_valid(once.data, once.len) == once.len);
    demand(sg_utf8_repair(once.data, once.len, &twice) == 0 && twice.len == once.len);

    uint64_t count = 0;
    char spelled[4];
    for (const char *p = once.data, *end = p + once.len, *from = p; p < end; from = p, count++) {
        uint32_t c = sg_utf8_next(&p);
        demand(sg_utf8_encode(c, spelled) == (size_t)(p - from) &&
               memcmp(spelled, from, (size_t)(p - from)) == 0);
    }
    demand(count == sg_utf8_count(once.data, once.len));
    sg_buf_free(&once);
    sg_buf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t skip = size ? data[0] % 70 : 0; /* move the rest against the blocks of 32 and 64 */
    if (skip > size) skip = size;
    size_t len = size - skip;
    char *bytes = sg_alloc(len);
    if (len) memcpy(bytes, data + skip, len);
    compare_kernels(bytes, len);
    repair(bytes, len);
    free(bytes);
    return 0;
}
