/*
 * budget: how much memory and how many threads this run may use.
 *
 * Shape   total = min(--memory, cgroup limit, RLIMIT_AS/DATA) less a reserve for code, ICU data and stacks.
 * Units   bytes.
 * Calls   sg_budget_init, then sg_budget_threads when the need per worker is known.
 * Errors  SG_BUDGET with the needed figure when not even one worker fits.
 */
#ifndef SANGAM_RUN_BUDGET_H
#define SANGAM_RUN_BUDGET_H

#include <stdint.h>

#include "base/err.h"

struct sg_budget {
    uint64_t limit_bytes;  /* what the process may use in all */
    uint64_t usable_bytes; /* less the reserve */
    const char *source;    /* "--memory", "cgroup", "rlimit", "machine" */
    unsigned threads;
};

/* memory 0: three quarters of the smallest of cgroup, rlimit and the machine's memory. threads 0: the CPUs we may use. */
enum sg_code sg_budget_init(struct sg_budget *budget, uint64_t memory_bytes, unsigned threads,
                            struct sg_err *err) SG_MUST_CHECK;

/* Fewer threads when they do not fit: fixed + threads x worker <= usable. Says so through budget->threads. */
enum sg_code sg_budget_fit(struct sg_budget *budget, uint64_t fixed_bytes, uint64_t worker_bytes,
                           struct sg_err *err) SG_MUST_CHECK;

uint64_t sg_budget_peak(void); /* peak resident bytes of this process so far */

#endif
