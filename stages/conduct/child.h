/*
 * child: other programs of sangam as child processes that never outlive us.
 *
 * Shape   argv is NULL-ended; its first word is the path. A child gets SIGTERM when we die
 * (PR_SET_PDEATHSIG), and every signal that asks us to stop is passed on to it. Calls   any of the
 * two, from the main thread. Owns    nothing after return: the child has ended. Errors  SG_SYSTEM:
 * the program cannot be started. A child that starts and fails is no error here: *end tells.
 */
#ifndef SANGAM_CONDUCT_CHILD_H
#define SANGAM_CONDUCT_CHILD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct child_end {
    int exit_code; /* when signal is 0 */
    int signal;
};

/* Standard output is collected (at most 16 MiB); standard error is ours, standard input /dev/null. */
enum sg_code child_capture(char *const *argv, struct sg_buf *out, struct child_end *end,
                           struct sg_err *err) SG_MUST_CHECK;

struct child_options {
    const char *log_path; /* what the child says is shown live and also kept here (less its live
                             line); NULL: shown only */
    int keep_fd;          /* stays open in the child: the lock; -1: none */
    bool standard_input;  /* give it ours, else /dev/null */
    bool standard_output; /* give it ours, else what it prints goes the way of its messages */
};
enum sg_code child_run(char *const *argv, const struct child_options *options,
                       struct child_end *end, struct sg_err *err) SG_MUST_CHECK;

#endif
