/*
 * signals: a polite stop.
 *
 * Shape   SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGXCPU set a flag (and SIGUSR1 only where a scheduler sends it as a warning);
 *         long loops look at it between batches. SIGPIPE keeps its default for standard output's reader.
 * Calls   sg_signals_init once, sg_signals_stop anywhere, sg_signals_raise last.
 * Errors  none.
 */
#ifndef SANGAM_RUN_SIGNALS_H
#define SANGAM_RUN_SIGNALS_H

#include "base/err.h"

void sg_signals_init(void);
int sg_signals_caught(void); /* the signal number, 0 when none */
/* SG_SYSTEM "stopped by SIGTERM" when a signal came, else SG_OK: for loops. */
enum sg_code sg_signals_check(struct sg_err *err) SG_MUST_CHECK;
/* Restore the default action and send the signal to ourselves: the parent sees the truth. */
void sg_signals_raise(int number);

#endif
