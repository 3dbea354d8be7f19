#include "run/budget.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/num.h"

/* Code, ICU's data as it is touched, stacks, the allocator's slack. */
#define RESERVE_BYTES (24u << 20)

/* A number in a small file of /proc or /sys; false for "max" and absent files. */
static bool number_in(const char *path, uint64_t *out) {
    char text[64] = "";
    FILE *file = fopen(path, "re");
    if (!file) return false;
    bool got = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    text[strcspn(text, "\n")] = 0;
    return got && sg_num_parse_u64(text, out);
}

/* The smallest memory limit on the way from our cgroup (version 2, or 1's memory controller) up to the root. */
static uint64_t cgroup_limit(void) {
    uint64_t least = UINT64_MAX, value;
    char line[512], path[640];
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (!file) return least;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        bool v2 = strncmp(line, "0::", 3) == 0;
        char *v1 = strstr(line, ":memory:");
        if (!v2 && !v1) continue;
        char *group = v2 ? line + 3 : v1 + 8;
        for (;;) {
            snprintf(path, sizeof path,
                     v2 ? "/sys/fs/cgroup%s/memory.max"
                        : "/sys/fs/cgroup/memory%s/memory.limit_in_bytes",
                     strcmp(group, "/") == 0 ? "" : group);
            if (number_in(path, &value) && value < least) least = value;
            char *slash = strrchr(group, '/');
            if (!slash || group[1] == 0) break;
            slash[slash == group] = 0;
        }
    }
    fclose(file);
    return least;
}

static uint64_t rlimit_of(int which) {
    struct rlimit limit;
    if (getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
    return limit.rlim_cur;
}

static void take_smaller(struct sg_budget *budget, uint64_t bytes, const char *source) {
    if (bytes < budget->limit_bytes) {
        budget->limit_bytes = bytes;
        budget->source = source;
    }
}

enum sg_code sg_budget_init(struct sg_budget *budget, uint64_t memory_bytes, unsigned threads,
                            struct sg_err *err) {
    *budget =
        (struct sg_budget){.limit_bytes = UINT64_MAX, .source = "machine", .threads = threads};
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) take_smaller(budget, (uint64_t)pages * (uint64_t)page, "machine");
    take_smaller(budget, cgroup_limit(), "cgroup");
    take_smaller(budget, rlimit_of(RLIMIT_AS), "rlimit");
    take_smaller(budget, rlimit_of(RLIMIT_DATA), "rlimit");
    if (memory_bytes == 0)
        budget->limit_bytes -=
            budget->limit_bytes / 4; /* leave room for the page cache and others */
    else
        take_smaller(budget, memory_bytes, "--memory");
    if (budget->limit_bytes < RESERVE_BYTES + (8u << 20)) {
        char needed[SG_NUM_TEXT];
        return sg_err_set(err, SG_BUDGET,
                          "a memory limit of %llu bytes (%s) is too small: %s is the least",
                          (unsigned long long)budget->limit_bytes, budget->source,
                          sg_num_bytes(RESERVE_BYTES + (8u << 20), needed));
    }
    budget->usable_bytes = budget->limit_bytes - RESERVE_BYTES;
    if (budget->threads == 0) {
        cpu_set_t set;
        budget->threads =
            sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    }
    return SG_OK;
}

enum sg_code sg_budget_fit(struct sg_budget *budget, uint64_t fixed_bytes, uint64_t worker_bytes,
                           struct sg_err *err) {
    if (fixed_bytes + worker_bytes > budget->usable_bytes) {
        char needed[SG_NUM_TEXT], have[SG_NUM_TEXT];
        return sg_err_set(
            err, SG_BUDGET,
            "%s of memory are needed with one thread, the limit is %s (%s): give --memory %lluM or "
            "more",
            sg_num_bytes(fixed_bytes + worker_bytes + RESERVE_BYTES, needed),
            sg_num_bytes(budget->limit_bytes, have), budget->source,
            (unsigned long long)((fixed_bytes + worker_bytes + RESERVE_BYTES + (1u << 20) - 1) >>
                                 20));
    }
    uint64_t most =
        worker_bytes ? (budget->usable_bytes - fixed_bytes) / worker_bytes : budget->threads;
    if (most < budget->threads) budget->threads = (unsigned)most;
    return SG_OK;
}

uint64_t sg_budget_peak(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}
