#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/signals.h"

#define CAPTURE_MAX (16u << 20)
#define LINE_MAX_BYTES 65536 /* a longer line is logged in pieces */
#define POLL_MS 200          /* how late a signal that came between two calls is passed on */

/* What stands on which descriptor of a new child; -1: /dev/null. */
struct ends {
    int in, out, err, keep;
};

static void put_in_place(int fd, int place) {
    if (fd == place)
        fcntl(fd, F_SETFD, 0);
    else if (fd >= 0)
        dup2(fd, place);
    else {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null >= 0 && null != place) dup2(null, place);
    }
}

/* Between fork and exec: only calls that are safe there. */
static void become(char *const *argv, const struct ends *ends, pid_t parent, int report) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(SG_SYSTEM); /* the parent died before the line above */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    put_in_place(ends->in, STDIN_FILENO);
    put_in_place(ends->out, STDOUT_FILENO);
    put_in_place(ends->err, STDERR_FILENO);
    if (ends->keep >= 0) fcntl(ends->keep, F_SETFD, 0);
    execv(argv[0], argv);
    int cause = errno;
    if (write(report, &cause, sizeof cause) < 0) _exit(SG_SYSTEM);
    _exit(SG_SYSTEM);
}

/* Start; an exec that fails is reported through a pipe that exec closes. */
static enum sg_code start(char *const *argv, const struct ends *ends, pid_t *child,
                          struct sg_err *err) {
    int report[2], cause = 0;
    if (pipe2(report, O_CLOEXEC) != 0) return sg_err_sys(err, "cannot make a pipe");
    pid_t parent = getpid();
    *child = fork();
    if (*child == 0) become(argv, ends, parent, report[1]);
    if (*child < 0) sg_err_sys(err, "cannot start a process");
    close(report[1]);
    ssize_t got = 0;
    if (*child > 0) {
        do got = read(report[0], &cause, sizeof cause);
        while (got < 0 && errno == EINTR);
    }
    close(report[0]);
    if (*child < 0) return SG_SYSTEM;
    if (got != sizeof cause) return SG_OK;
    while (waitpid(*child, NULL, 0) < 0 && errno == EINTR) {
    }
    char name[256];
    errno = cause;
    return sg_err_sys(err, "cannot start %s", sg_err_quote(argv[0], name, sizeof name));
}

/* Wait for the end, handing on a signal that came to us (once). */
static void finish(pid_t child, bool *told, struct child_end *end) {
    int status = 0;
    for (;;) {
        if (sg_signals_caught() && !*told) {
            kill(child, sg_signals_caught());
            *told = true;
        }
        pid_t got = waitpid(child, &status, WNOHANG);
        if (got == child || (got < 0 && errno != EINTR)) break;
        poll(NULL, 0, 20);
    }
    end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : SG_SYSTEM;
}

/* One read that wakes up for signals. False at the end. */
static bool take(int fd, pid_t child, bool *told, char *room, size_t size, ssize_t *got) {
    for (;;) {
        if (sg_signals_caught() && !*told) {
            kill(child, sg_signals_caught());
            *told = true;
        }
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, POLL_MS);
        if (ready < 0 && errno != EINTR) return false;
        if (ready <= 0) continue;
        *got = read(fd, room, size);
        if (*got >= 0) return *got > 0;
        if (errno != EINTR) return false;
    }
}

enum sg_code child_capture(char *const *argv, struct sg_buf *out, struct child_end *end,
                           struct sg_err *err) {
    int ends[2];
    pid_t child;
    bool told = false;
    char room[16384];
    ssize_t got;
    if (pipe2(ends, O_CLOEXEC) != 0) return sg_err_sys(err, "cannot make a pipe");
    enum sg_code code = start(argv, &(struct ends){-1, ends[1], STDERR_FILENO, -1}, &child, err);
    close(ends[1]);
    if (code == SG_OK) {
        while (out->len < CAPTURE_MAX && take(ends[0], child, &told, room, sizeof room, &got))
            sg_buf_put(out, room, (size_t)got);
    }
    close(ends[0]); /* a child that has more to say than anybody reads ends by SIGPIPE */
    if (code == SG_OK) finish(child, &told, end);
    return code;
}

/* Append whole lines to the log, each from behind its last carriage return on: what a live line
 * wrote is left out. */
static void keep_lines(int log, struct sg_buf *line, const char *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) {
        bool erased = line->len >= 3 && memcmp(line->data + line->len - 3, "\r\033[", 3) == 0 &&
                      bytes[i] == 'K';
        if (erased) {
            line->len = 0;
            continue;
        }
        sg_buf_putc(line, bytes[i]);
        if (bytes[i] != '\n' && line->len < LINE_MAX_BYTES) continue;
        if (write(log, line->data, line->len) < 0) { /* the log is a help, not the work */
        }
        line->len = 0;
    }
}

enum sg_code child_run(char *const *argv, const struct child_options *options,
                       struct child_end *end, struct sg_err *err) {
    int ends[2], log = -1;
    pid_t child;
    bool told = false;
    char room[16384];
    ssize_t got;
    struct sg_buf line = {0};
    if (options->log_path &&
        (log = open(options->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0) {
        sg_err_sys(err, "cannot write");
        return sg_err_at(err, options->log_path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    enum sg_code code = pipe2(ends, O_CLOEXEC) == 0 ? SG_OK : sg_err_sys(err, "cannot make a pipe");
    if (code == SG_OK) {
        struct ends wanted = {options->standard_input ? STDIN_FILENO : -1,
                              options->standard_output ? STDOUT_FILENO : ends[1], ends[1],
                              options->keep_fd};
        code = start(argv, &wanted, &child, err);
        close(ends[1]);
        while (code == SG_OK && take(ends[0], child, &told, room, sizeof room, &got)) {
            if (write(STDERR_FILENO, room, (size_t)got) < 0) { /* nobody listens; the log does */
            }
            if (log >= 0) keep_lines(log, &line, room, (size_t)got);
        }
        close(ends[0]);
        if (code == SG_OK) finish(child, &told, end);
    }
    if (log >= 0 && line.len) keep_lines(log, &line, "\n", 1);
    if (log >= 0) close(log);
    sg_buf_free(&line);
    return code;
}
