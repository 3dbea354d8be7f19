/*
 * process: is the one that left this behind still at work?
 *
 * Shape   a process number of this host in, yes or no out.
 * Calls   any time. Numbers are used again: a yes may speak of another process.
 * Errors  none: where nothing can be learned the answer is no (it is not gone).
 * Source  kill(2), proc(5).
 */
#ifndef SANGAM_IO_PROCESS_H
#define SANGAM_IO_PROCESS_H

#include <stdbool.h>

/* Gone, or dead and only waiting to be reaped: a killed process whose parent died too may stay so for a while. */
bool sg_process_gone(long process);

#endif
