#include "run/signals.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

/* The one mutable global of the program: a handler has no other way to speak. */
static volatile sig_atomic_t caught;

static void tick_every(suseconds_t us) {
    struct itimerval timer = {.it_interval.tv_usec = us, .it_value.tv_usec = us};
    setitimer(ITIMER_REAL, &timer, NULL);
}

/* A signal may come just before a read that then waits for ever, so from the first one on a timer
 * interrupts whatever waits. */
static void remember(int number) {
    if (number != SIGALRM && !caught) caught = number;
    if (number != SIGALRM) tick_every(100000);
}

static const int polite[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGXCPU};

void sg_signals_init(void) {
    struct sigaction action = {.sa_handler =
                                   remember}; /* no SA_RESTART: a blocked read must wake up */
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof polite / sizeof *polite; i++) {
        struct sigaction old;
        if (sigaction(polite[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue; /* nohup */
        sigaction(polite[i], &action, NULL);
    }
    sigaction(SIGALRM, &action, NULL);
    signal(
        SIGPIPE,
        SIG_IGN); /* a write then says EPIPE, and sg_signals_raise ends us by SIGPIPE where it is due */
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is then EFBIG, a plain error with a name */
}

int sg_signals_caught(void) {
    return caught;
}

enum sg_code sg_signals_check(struct sg_err *err) {
    if (!caught) return SG_OK;
    return sg_err_set(err, SG_SYSTEM,
                      "stopped by SIG%s; what is published stays, run the same command to continue",
                      sigabbrev_np(caught));
}

void sg_signals_raise(int number) {
    tick_every(0);
    signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number); /* only when the default action is to go on */
}
