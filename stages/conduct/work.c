#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/process.h"
#include "io/publish.h"
#include "run/signals.h"
#include "text/json.h"
#include "text/utf8.h"

#define RECORD_MAX (64u << 20)
#define WAIT_MS 10000 /* for stages whose sangam was killed: they have a second to stop */
#define STEP_MS 50

/* ---- the lock ---- */

struct owner {
    char host[96];
    long process;
};

static void own_host(char host[96]) {
    if (gethostname(host, 95) != 0) strcpy(host, "localhost");
    host[95] = 0;
}

static bool read_owner(int fd, struct owner *out) {
    char text[160] = "";
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    return got > 0 && sscanf(text, "%95s %ld", out->host, &out->process) == 2;
}

/* The process that took the lock is gone from this very host: what still holds it are its stages,
 * on their way out. */
static bool owner_died(const struct owner *owner) {
    char host[96] = "";
    own_host(host);
    return strcmp(host, owner->host) == 0 && sg_process_gone(owner->process);
}

static enum sg_code in_use(const char *folder, const struct owner *owner, struct sg_err *err) {
    char name[200];
    if (owner_died(owner))
        return sg_err_set(err, SG_SYSTEM,
                          "in %s a stage of a run that was killed (process %ld) is still at work: "
                          "end it, or try again",
                          sg_err_quote(folder, name, sizeof name), owner->process);
    return sg_err_set(
        err, SG_SYSTEM,
        "another run is at work in %s (host %s, process %ld): wait for it, or take another folder",
        sg_err_quote(folder, name, sizeof name), owner->host, owner->process);
}

/* Take the lock, waiting while a dead owner's stages end. */
static enum sg_code take_lock(int fd, const char *folder, struct sg_err *err) {
    for (int waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STEP_MS) {
        struct owner owner = {"unknown", 0};
        if (errno != EWOULDBLOCK && errno != EINTR)
            return sg_err_sys(err, "cannot lock %s", folder);
        if (sg_signals_check(err) != SG_OK) return SG_SYSTEM;
        if ((read_owner(fd, &owner) && !owner_died(&owner)) || waited >= WAIT_MS)
            return in_use(folder, &owner, err);
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000l}, NULL);
    }
    char host[96] = "", text[160];
    own_host(host);
    int len = snprintf(text, sizeof text, "%s %ld\n", host, (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return sg_err_sys(err, "cannot write the lock of %s", folder);
    return SG_OK;
}

enum sg_code work_lock(const char *folder, int *fd, struct sg_err *err) {
    *fd = -1;
    enum sg_code code = sg_file_make_folder(folder, err);
    if (code != SG_OK) return code;
    char *path = sg_printf_dup("%s/.lock", folder);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0) {
        sg_err_sys(err, "cannot write into this folder");
        code = sg_err_at(err, folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    } else {
        code = take_lock(*fd, folder, err);
    }
    if (code != SG_OK && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    free(path);
    return code;
}

bool work_busy(const char *folder, char owner[160]) {
    char *path = sg_printf_dup("%s/.lock", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct owner who = {"unknown", 0};
    bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (busy) {
        (void)!read_owner(fd, &who);
        snprintf(owner, 160, "host %s, process %ld", who.host, who.process);
    }
    if (fd >= 0) close(fd);
    free(path);
    return busy;
}

/* ---- the record ---- */

/* JSON is UTF-8, paths are bytes: a name that is not UTF-8 is written for people, quoted. */
static void put_path(struct sg_buf *out, const char *path) {
    size_t len = strlen(path);
    if (sg_utf8_valid(path, len) == len) {
        sg_json_put_strn(out, path, len);
        return;
    }
    char *shown = sg_alloc(4 * len + 3);
    sg_json_put_str(out, sg_err_quote(path, shown, 4 * len + 3));
    free(shown);
}

/* Absolute, so that verify and status work from anywhere; globs, lists and "-" as they are given,
 * behind the folder. */
static void put_input(struct sg_buf *out, const char *input) {
    char *real = realpath(input, NULL), here[PATH_MAX];
    bool list = input[0] == '@' && input[1] != '/' && input[1] != '-';
    if (real) {
        put_path(out, real);
    } else if (input[0] == '/' || strcmp(input, "-") == 0 || strcmp(input, "@-") == 0 ||
               !getcwd(here, sizeof here)) {
        put_path(out, input);
    } else {
        char *full = list              ? sg_printf_dup("@%s/%s", here, input + 1)
                     : input[0] == '@' ? sg_strdup(input)
                                       : sg_printf_dup("%s/%s", here, input);
        put_path(out, full);
        free(full);
    }
    free(real);
}

static void put_str(struct sg_buf *out, const char *name, const char *value) {
    sg_json_name(out, name);
    put_path(out, value);
}

static void put_stage(struct sg_buf *out, const struct pipeline *pipeline,
                      const struct step *step) {
    sg_json_open(out, '{');
    sg_json_name(out, "arguments");
    sg_json_open(out, '[');
    for (size_t i = 0; i < step->count; i++) {
        char *pair =
            sg_printf_dup("%s=%s", step->settings[i].option->name, step->settings[i].value);
        put_path(out, pair);
        free(pair);
    }
    sg_json_close(out, ']');
    put_str(out, "folder", step->folder + strlen(pipeline->work) + 1);
    put_str(out, "label", step->label);
    put_str(out, "stage", step->stage);
    sg_json_close(out, '}');
}

static void put_time(struct sg_buf *out) {
    char text[40];
    time_t now = time(NULL);
    struct tm utc;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    put_str(out, "time", text);
}

enum sg_code record_publish(const struct pipeline *pipeline, const char *state,
                            struct sg_err *err) {
    struct sg_buf out = {0};
    char host[96] = "";
    own_host(host);
    sg_json_open(&out, '{');
    put_str(&out, "host", host);
    sg_json_name(&out, "inputs");
    sg_json_open(&out, '[');
    for (size_t i = 0; i < pipeline->input_count; i++) put_input(&out, pipeline->inputs[i]);
    sg_json_close(&out, ']');
    put_str(&out, "name", pipeline->name ? pipeline->name : "");
    put_str(&out, "pipeline", pipeline->file);
    sg_json_name(&out, "process");
    sg_json_put_u64(&out, (uint64_t)getpid());
    sg_json_name(&out, "sangam_run");
    sg_json_put_u64(&out, 1);
    sg_json_name(&out, "stages");
    sg_json_open(&out, '[');
    for (size_t i = 0; i < pipeline->step_count; i++)
        put_stage(&out, pipeline, &pipeline->steps[i]);
    sg_json_close(&out, ']');
    put_str(&out, "state", state);
    put_time(&out);
    put_str(&out, "version", SANGAM_VERSION);
    sg_json_close(&out, '}');
    sg_buf_putc(&out, '\n');
    char *path = sg_printf_dup("%s/run.json", pipeline->work);
    enum sg_code code = sg_publish_bytes(path, out.data, out.len, err);
    free(path);
    sg_buf_free(&out);
    return code;
}

static char *text_of(struct sg_json object, const char *name) {
    struct sg_json value;
    return sg_json_member(object, name, &value) ? sg_json_strdup(value) : NULL;
}

static bool read_stage(struct sg_json item, const char *work, struct record *out) {
    out->stages = sg_realloc(out->stages, (out->stage_count + 1) * sizeof *out->stages);
    struct record_stage *stage = &out->stages[out->stage_count++];
    char *folder = text_of(item, "folder");
    *stage = (struct record_stage){.stage = text_of(item, "stage"),
                                   .label = text_of(item, "label"),
                                   .folder = folder ? sg_printf_dup("%s/%s", work, folder) : NULL};
    free(folder);
    return stage->stage && stage->label && stage->folder;
}

static bool read_record(struct sg_json all, const char *work, struct record *out) {
    struct sg_json value, item;
    uint64_t format;
    if (!sg_json_member(all, "sangam_run", &value) || !sg_json_u64(value, &format) || format != 1)
        return false;
    out->pipeline = text_of(all, "pipeline");
    out->state = text_of(all, "state");
    if (!out->pipeline || !out->state || !sg_json_member(all, "inputs", &value)) return false;
    for (size_t at = 0; sg_json_each(value, &at, NULL, &item);) {
        char *input = sg_json_strdup(item);
        if (!input) return false;
        out->inputs = sg_realloc(out->inputs, (out->input_count + 1) * sizeof *out->inputs);
        out->inputs[out->input_count++] = input;
    }
    if (!sg_json_member(all, "stages", &value)) return false;
    for (size_t at = 0; sg_json_each(value, &at, NULL, &item);)
        if (!read_stage(item, work, out)) return false;
    return out->stage_count > 0;
}

enum sg_code record_load(const char *folder, struct record *out, struct sg_err *err) {
    struct sg_buf text = {0};
    struct sg_json all;
    struct sg_err cause = {0};
    char *path = sg_printf_dup("%s/run.json", folder), name[200];
    enum sg_code code = SG_OK;
    *out = (struct record){0};
    if (access(folder, F_OK) != 0) {
        sg_err_sys(err, "cannot read");
        code = sg_err_at(err, folder, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    } else if (access(path, F_OK) != 0 && errno == ENOENT) {
        code = sg_err_set(err, SG_USAGE, "%s is not the folder of a run: it has no run.json",
                          sg_err_quote(folder, name, sizeof name));
    } else {
        code = sg_file_load(path, RECORD_MAX, &text, err);
    }
    if (code == SG_OK &&
        (sg_json_check(text.data ? text.data : "", text.len, &all, &cause) != SG_OK ||
         !read_record(all, folder, out))) {
        sg_err_set(err, SG_DATA, "not the record of a run of this version");
        code = sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    sg_buf_free(&text);
    free(path);
    if (code != SG_OK) record_free(out);
    return code;
}

void record_free(struct record *record) {
    for (size_t i = 0; i < record->input_count; i++) free(record->inputs[i]);
    for (size_t i = 0; i < record->stage_count; i++) {
        free(record->stages[i].stage);
        free(record->stages[i].label);
        free(record->stages[i].folder);
    }
    free(record->inputs);
    free(record->stages);
    free(record->pipeline);
    free(record->state);
    *record = (struct record){0};
}
