#include "run/progress.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "run/budget.h"
#include "text/json.h"

#define LIVE_MS 200
#define LOG_SECONDS 30

struct sg_progress {
    struct sg_log log;
    bool live, off;
    pthread_t thread;
    bool running;
    pthread_mutex_t lock; /* phase, shown, stop; and who writes to standard error */
    pthread_cond_t wake;
    bool stop, shown; /* shown: the cursor stands behind a live line */
    char phase[64];
    uint64_t total_bytes, begin_ns, logged_ns;
    atomic_uint_fast64_t bytes, documents;
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const char *const level_names[] = {"error", "warning", "info", "detail"};

/* One message to standard error in one write, so that lines of several processes do not mix. */
static void say(const struct sg_log *log, enum sg_log_level level, const char *text) {
    struct sg_buf out = {0};
    if (log->json) {
        sg_json_open(&out, '{');
        sg_json_name(&out, "level");
        sg_json_put_str(&out, level_names[level]);
        sg_json_name(&out, "message");
        sg_json_put_str(&out, text);
        sg_json_name(&out, "program");
        sg_json_put_str(&out, log->program);
        sg_json_close(&out, '}');
        sg_buf_putc(&out, '\n');
    } else if (level <= SG_LOG_WARNING) {
        sg_buf_printf(&out, "%s: %s: %s\n", log->program, level_names[level], text);
    } else {
        sg_buf_printf(&out, "%s: %s\n", log->program, text);
    }
    if (write(STDERR_FILENO, out.data, out.len) < 0) { /* nobody listens */
    }
    sg_buf_free(&out);
}

static void wipe(struct sg_progress *progress) {
    if (!progress->shown) return;
    if (write(STDERR_FILENO, "\r\033[K", 4) < 0) { /* nobody listens */
    }
    progress->shown = false;
}

static void rest_of_time(double seconds, char out[32]) {
    unsigned long left = (unsigned long)(seconds + 0.5);
    if (left >= 3600)
        snprintf(out, 32, "%luh%02lum", left / 3600, left / 60 % 60);
    else
        snprintf(out, 32, "%lum%02lus", left / 60, left % 60);
}

/* "map: 120 MiB of 1.0 GiB, 81.2 MB/s, 23,000 documents/s, 0m11s left, 140 MiB memory" */
static void describe(struct sg_progress *progress, char *out, size_t size) {
    uint64_t bytes = atomic_load(&progress->bytes), documents = atomic_load(&progress->documents);
    double seconds = (double)(now_ns() - progress->begin_ns) / 1e9;
    if (seconds < 1e-3) seconds = 1e-3;
    double rate = (double)bytes / seconds;
    char done[SG_NUM_TEXT], total[SG_NUM_TEXT], peak[SG_NUM_TEXT], docs[SG_NUM_TEXT],
        left[32] = "", of[64] = "", rest[48] = "";
    if (progress->total_bytes) {
        snprintf(of, sizeof of, " of %s", sg_num_bytes(progress->total_bytes, total));
        if (rate > 0 && progress->total_bytes > bytes) {
            rest_of_time((double)(progress->total_bytes - bytes) / rate, left);
            snprintf(rest, sizeof rest, ", %s left", left);
        }
    }
    snprintf(out, size, "%s: %s%s, %.1f MB/s, %s documents/s%s, %s memory", progress->phase,
             sg_num_bytes(bytes, done), of, rate / 1e6,
             sg_num_count((uint64_t)((double)documents / seconds), docs), rest,
             sg_num_bytes(sg_budget_peak(), peak));
}

static void show(struct sg_progress *progress) {
    char text[320];
    if (!progress->phase[0]) return;
    describe(progress, text, sizeof text);
    if (progress->live) {
        char line[360];
        int len = snprintf(line, sizeof line, "\r\033[K%.79s", text);
        if (write(STDERR_FILENO, line, (size_t)len) < 0) { /* nobody listens */
        }
        progress->shown = true;
    } else if (now_ns() - progress->logged_ns >= LOG_SECONDS * 1000000000ull) {
        progress->logged_ns = now_ns();
        say(&progress->log, SG_LOG_INFO, text);
    }
}

static void *tick(void *argument) {
    struct sg_progress *progress = argument;
    pthread_mutex_lock(&progress->lock);
    while (!progress->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LIVE_MS * 1000000l;
        until.tv_sec += until.tv_nsec / 1000000000l;
        until.tv_nsec %= 1000000000l;
        pthread_cond_timedwait(&progress->wake, &progress->lock, &until);
        if (!progress->stop) show(progress);
    }
    wipe(progress);
    pthread_mutex_unlock(&progress->lock);
    return NULL;
}

struct sg_progress *sg_progress_new(const struct sg_log *log, bool live, bool off) {
    struct sg_progress *progress = sg_zalloc(1, sizeof *progress);
    progress->log = *log;
    progress->live = live;
    progress->off = off || log->quiet;
    pthread_mutex_init(&progress->lock, NULL);
    pthread_cond_init(&progress->wake, NULL);
    return progress;
}

void sg_progress_free(struct sg_progress *progress) {
    if (!progress) return;
    if (progress->running) {
        pthread_mutex_lock(&progress->lock);
        progress->stop = true;
        pthread_cond_signal(&progress->wake);
        pthread_mutex_unlock(&progress->lock);
        pthread_join(progress->thread, NULL);
    }
    pthread_cond_destroy(&progress->wake);
    pthread_mutex_destroy(&progress->lock);
    free(progress);
}

void sg_progress_phase(struct sg_progress *progress, const char *name, uint64_t total_bytes) {
    pthread_mutex_lock(&progress->lock);
    snprintf(progress->phase, sizeof progress->phase, "%s", name);
    progress->total_bytes = total_bytes;
    progress->begin_ns = progress->logged_ns = now_ns();
    atomic_store(&progress->bytes, 0);
    atomic_store(&progress->documents, 0);
    if (!progress->running && !progress->off) {
        sigset_t all, old;
        sigfillset(&all); /* signals belong to the thread that reads */
        pthread_sigmask(SIG_SETMASK, &all, &old);
        progress->running = pthread_create(&progress->thread, NULL, tick, progress) == 0;
        pthread_sigmask(SIG_SETMASK, &old, NULL);
    }
    pthread_mutex_unlock(&progress->lock);
}

void sg_progress_add(struct sg_progress *progress, uint64_t bytes, uint64_t documents) {
    atomic_fetch_add_explicit(&progress->bytes, bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&progress->documents, documents, memory_order_relaxed);
}

void sg_log_line(struct sg_progress *progress, enum sg_log_level level, const char *format, ...) {
    if (level == SG_LOG_INFO && progress->log.quiet) return;
    if (level == SG_LOG_DETAIL && (!progress->log.verbose || progress->log.quiet)) return;
    va_list args;
    va_start(args, format);
    char *text = NULL;
    if (vasprintf(&text, format, args) >= 0) {
        pthread_mutex_lock(&progress->lock);
        wipe(progress);
        say(&progress->log, level, text);
        pthread_mutex_unlock(&progress->lock);
        free(text);
    }
    va_end(args);
}

void sg_log_text(struct sg_progress *progress, const char *text, size_t len) {
    pthread_mutex_lock(&progress->lock);
    wipe(progress);
    for (size_t at = 0; at < len;) {
        ssize_t written = write(STDERR_FILENO, text + at, len - at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break; /* nobody listens */
        at += (size_t)written;
    }
    pthread_mutex_unlock(&progress->lock);
}

void sg_log_error(const struct sg_log *log, const struct sg_err *err) {
    char text[1024];
    say(log, SG_LOG_ERROR, sg_err_format(err, text, sizeof text));
}
