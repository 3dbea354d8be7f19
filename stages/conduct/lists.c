#include "lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/publish.h"

#define LIST_MAX (1u << 30)

/* The path of a list that is gone once read, or NULL. */
static const char *once_only(const char *input) {
    struct stat there;
    if (input[0] != '@') return NULL;
    const char *path = input[1] ? input + 1 : "-";
    if (path[0] == '-' && path[1] == 0) return path;
    return stat(path, &there) == 0 && S_ISFIFO(there.st_mode) ? path : NULL;
}

static enum sg_code read_all(const char *path, struct sg_buf *out, struct sg_err *err) {
    int fd;
    enum sg_code code = sg_file_open(path, &fd, err);
    if (code != SG_OK) return code;
    for (size_t got = 1; code == SG_OK && got > 0;) {
        char *room = sg_buf_room(out, 65536);
        code = sg_file_read(fd, path, room, 65536, &got, err);
        out->len += code == SG_OK ? got : 0;
        if (out->len > LIST_MAX)
            code = sg_err_set(err, SG_USAGE, "the list '%s' is over 1 GiB", path);
    }
    close(fd);
    return code;
}

static enum sg_code hold(struct lists *lists, char **input, size_t at, struct sg_err *err) {
    struct sg_buf text = {0};
    enum sg_code code = read_all(once_only(*input), &text, err);
    int fd = code == SG_OK ? memfd_create("sangam-list", MFD_CLOEXEC) : -1;
    if (code == SG_OK && fd < 0) code = sg_err_sys(err, "cannot keep a list in memory");
    if (code == SG_OK) code = sg_file_write(fd, *input, text.data, text.len, err);
    if (code == SG_OK) {
        lists->fds = sg_realloc(lists->fds, (lists->count + 1) * sizeof *lists->fds);
        lists->inputs = sg_realloc(lists->inputs, (lists->count + 1) * sizeof *lists->inputs);
        lists->fds[lists->count] = fd;
        lists->inputs[lists->count++] = at;
        free(*input);
        *input = sg_printf_dup("@/proc/self/fd/%d", fd);
    } else if (fd >= 0) {
        close(fd);
    }
    sg_buf_free(&text);
    return code;
}

enum sg_code lists_hold(struct lists *lists, char **inputs, size_t count, struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < count && code == SG_OK; i++)
        if (once_only(inputs[i])) code = hold(lists, &inputs[i], i, err);
    return code;
}

enum sg_code lists_keep(const struct lists *lists, char **inputs, const char *work,
                        struct sg_err *err) {
    enum sg_code code = SG_OK;
    for (size_t i = 0; i < lists->count && code == SG_OK; i++) {
        char **input = &inputs[lists->inputs[i]];
        struct sg_buf text = {0};
        char *path = sg_printf_dup("%s/input-%zu.list", work, i + 1);
        code = read_all(*input + 1, &text, err);
        if (code == SG_OK) code = sg_publish_bytes(path, text.data, text.len, err);
        if (code == SG_OK) {
            free(*input);
            *input = sg_printf_dup("@%s", path);
        }
        free(path);
        sg_buf_free(&text);
    }
    return code;
}

void lists_free(struct lists *lists) {
    for (size_t i = 0; i < lists->count; i++) close(lists->fds[i]);
    free(lists->fds);
    free(lists->inputs);
    *lists = (struct lists){0};
}
