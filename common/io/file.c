#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CALL_MAX                                                                                   \
    ((size_t)1 << 30) /* one read or write; the kernel's own limit is a little below 2 GiB */
#define HASH_CHUNK ((size_t)1 << 18)
#define NO_OFFSET UINT64_MAX /* read or write where the descriptor stands */

static enum sg_code failed(const char *path, const char *what, struct sg_err *err) {
    sg_err_sys(err, "%s", what);
    sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    return SG_SYSTEM;
}

/* The descriptors 0, 1 and 2 may be closed when we start; a file must not land there and be printed into. */
static int above_standard(int fd) {
    if (fd < 0 || fd > 2) return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    int cause = errno;
    close(fd);
    errno = cause;
    return moved;
}

enum sg_code sg_file_dup(int old, const char *path, int *fd, struct sg_err *err) {
    *fd = fcntl(old, F_DUPFD_CLOEXEC, 3);
    return *fd < 0 ? failed(path, "cannot be opened", err) : SG_OK;
}

enum sg_code sg_file_open(const char *path, int *fd, struct sg_err *err) {
    if (strcmp(path, "-") == 0) return sg_file_dup(STDIN_FILENO, path, fd, err);
    *fd = above_standard(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
    return *fd < 0 ? failed(path, "cannot be opened", err) : SG_OK;
}

/* Others may have made a shared pipe non-blocking: wait as a blocking descriptor would. True: try again. */
static bool wait_for(int fd, short events) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    struct pollfd one = {.fd = fd, .events = events};
    return poll(&one, 1, -1) >= 0;
}

static enum sg_code read_all(int fd, const char *path, uint64_t offset, struct sg_buf *into,
                             struct sg_err *err) {
    while (into->len < into->cap) {
        size_t want = into->cap - into->len;
        if (want > CALL_MAX) want = CALL_MAX;
        char *at = into->data + into->len;
        ssize_t n = offset == NO_OFFSET ? read(fd, at, want)
                                        : pread(fd, at, want, (off_t)(offset + into->len));
        if (n == 0) break;
        if (n > 0)
            into->len += (size_t)n;
        else if (!wait_for(fd, POLLIN))
            return failed(path, "cannot be read", err);
    }
    return SG_OK;
}

enum sg_code sg_file_read(int fd, const char *path, void *into, size_t len, size_t *got,
                          struct sg_err *err) {
    struct sg_buf buf = {.data = into, .cap = len};
    enum sg_code code = read_all(fd, path, NO_OFFSET, &buf, err);
    *got = buf.len;
    return code;
}

enum sg_code sg_file_read_at(int fd, const char *path, uint64_t offset, void *into, size_t len,
                             size_t *got, struct sg_err *err) {
    struct sg_buf buf = {.data = into, .cap = len};
    enum sg_code code = read_all(fd, path, offset, &buf, err);
    *got = buf.len;
    return code;
}

enum sg_code sg_file_write_at(int fd, const char *path, uint64_t offset, const void *bytes,
                              size_t len, struct sg_err *err) {
    const char *at = bytes;
    for (size_t done = 0; done < len;) {
        size_t want = len - done < CALL_MAX ? len - done : CALL_MAX;
        ssize_t n = offset == NO_OFFSET ? write(fd, at + done, want)
                                        : pwrite(fd, at + done, want, (off_t)(offset + done));
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || !wait_for(fd, POLLOUT)) {
            if (n == 0)
                errno = ENOSPC; /* no device of ours does this; looping for ever would be worse */
            return failed(path, "cannot be written", err);
        }
    }
    return SG_OK;
}

enum sg_code sg_file_write(int fd, const char *path, const void *bytes, size_t len,
                           struct sg_err *err) {
    return sg_file_write_at(fd, path, NO_OFFSET, bytes, len, err);
}

enum sg_code sg_file_load(const char *path, size_t limit, struct sg_buf *out, struct sg_err *err) {
    int fd;
    out->len = 0;
    enum sg_code code = sg_file_open(path, &fd, err);
    if (code != SG_OK) return code;
    for (;;) { /* st_size is not trusted, so the end is where read says it is */
        size_t want = 4096 + out->len, got;
        if (want > limit - out->len) want = limit - out->len + 1;
        code = sg_file_read(fd, path, sg_buf_room(out, want), want, &got, err);
        out->len += got;
        if (code != SG_OK || got < want || out->len > limit) break;
    }
    close(fd);
    if (code == SG_OK && out->len > limit) {
        code = sg_err_set(err, SG_DATA, "more than %zu bytes", limit);
        sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    }
    sg_buf_str(out);
    return code;
}

enum sg_code sg_file_hash(const char *path, uint64_t *bytes, struct sg_hash128 *hash,
                          struct sg_err *err) {
    int fd;
    enum sg_code code = sg_file_open(path, &fd, err);
    if (code != SG_OK) return code;
    struct sg_hash_state *state = sg_hash_new();
    char *chunk = sg_alloc(HASH_CHUNK);
    size_t got = HASH_CHUNK;
    *bytes = 0;
    while (code == SG_OK && got == HASH_CHUNK) {
        code = sg_file_read(fd, path, chunk, HASH_CHUNK, &got, err);
        sg_hash_add(state, chunk, got);
        *bytes += got;
    }
    *hash = sg_hash_digest(state);
    sg_hash_free(state);
    free(chunk);
    close(fd);
    return code;
}

bool sg_file_is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum sg_code sg_file_make_folder(const char *path, struct sg_err *err) {
    char *part = sg_strdup(path);
    enum sg_code code = SG_OK;
    for (char *end = part;;) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        char rest = *end;
        *end = 0;
        /* Another process may make the same folder at the same time: only what stands there at last counts. */
        int cause = *part && mkdir(part, 0777) != 0 ? errno : 0;
        if (cause && !sg_file_is_folder(part)) {
            errno = cause == EEXIST ? ENOTDIR : cause;
            code = failed(part, "the folder cannot be made", err);
            break;
        }
        *end = rest;
        if (!rest) break;
    }
    free(part);
    return code;
}
