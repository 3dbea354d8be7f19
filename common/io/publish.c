#include "io/publish.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/num.h"
#include "io/file.h"
#include "io/process.h"

#define HOST_SIZE 65 /* POSIX: at most 64 bytes and NUL */
#define LINKS_MAX 40 /* as Linux */
#define DAY_SECONDS (24 * 60 * 60)

static enum sg_code failed(const char *path, const char *what, struct sg_err *err) {
    sg_err_sys(err, "%s", what);
    sg_err_at(err, path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
    return SG_SYSTEM;
}

/* The machine's name without dots, which part the fields of a temp's name. */
static void host_name(char out[HOST_SIZE]) {
    if (gethostname(out, HOST_SIZE) != 0 || !out[0]) strcpy(out, "localhost");
    out[HOST_SIZE - 1] = 0;
    for (char *c = out; *c; c++)
        if (*c == '.' || *c == '/') *c = '-';
}

/* Bytes of path up to and with its last slash: 0 when it has none. */
static size_t folder_len(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash + 1 - path) : 0;
}

static char *folder_of(const char *path) {
    size_t len = folder_len(path);
    return len ? sg_strndup(path, len) : sg_strdup(".");
}

/* ".NAME.tmp.HOST.PID[-N]" beside path. A NAME that would pass 255 bytes ends in '~' and 16 digits of its hash. */
static char *temp_path(const char *path, unsigned attempt) {
    char host[HOST_SIZE], end[HOST_SIZE + 64];
    host_name(host);
    int n = snprintf(end, sizeof end, ".tmp.%s.%ld", host, (long)getpid());
    if (attempt) snprintf(end + n, sizeof end - (size_t)n, "-%u", attempt);
    size_t folder = folder_len(path), name_len = strlen(path + folder);
    const char *name = path + folder;
    if (1 + name_len + strlen(end) <= NAME_MAX)
        return sg_printf_dup("%.*s.%s%s", (int)folder, path, name, end);
    size_t keep = NAME_MAX - 18 - strlen(end);
    while (keep > 0 && ((unsigned char)name[keep] & 0xC0) == 0x80)
        keep--; /* not inside a UTF-8 character */
    return sg_printf_dup("%.*s.%.*s~%016llx%s", (int)folder, path, (int)keep, name,
                         (unsigned long long)sg_hash64(name, name_len, 0), end);
}

/* The descriptor that a name of one stands for: /dev/stdout, /dev/fd/N...; -1 when it is no such name. */
static int named_descriptor(const char *path) {
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t len = strlen(folders[i]);
        uint64_t number;
        if (strncmp(path, folders[i], len) == 0 && sg_num_parse_u64(path + len, &number) &&
            number <= INT_MAX)
            return (int)number;
    }
    return -1;
}

/* Follow the links of path's last part to where a file stands or will stand. Caller frees; NULL sets errno. */
static char *resolve(const char *path) {
    char *now = sg_strdup(path);
    for (int links = 0;; links++) {
        char target[PATH_MAX];
        ssize_t len = readlink(now, target, sizeof target - 1);
        if (len < 0) return now; /* no link, or nothing there */
        target[len] = 0;
        if (links == LINKS_MAX) {
            free(now);
            errno = ELOOP;
            return NULL;
        }
        size_t folder = target[0] == '/' ? 0 : folder_len(now);
        char *next = sg_printf_dup("%.*s%s", (int)folder, now, target);
        free(now);
        now = next;
        if (named_descriptor(now) >= 0) return now;
    }
}

static enum sg_code open_descriptor(struct sg_publish *file, int fd, struct sg_err *err) {
    file->straight = true;
    return sg_file_dup(fd, file->path, &file->fd, err);
}

static enum sg_code open_straight(struct sg_publish *file, struct sg_err *err) {
    file->straight = true;
    int fd = open(file->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) return failed(file->path, "cannot be opened for writing", err);
    enum sg_code code = sg_file_dup(fd, file->path, &file->fd, err); /* never 0, 1 or 2 */
    close(fd);
    return code;
}

static enum sg_code open_temp(struct sg_publish *file, const struct stat *old, struct sg_err *err) {
    int fd = -1;
    /* EEXIST: another file of this name is open in this process, or a dead one had our pid. */
    for (unsigned attempt = 0; fd < 0 && attempt < 10000; attempt++) {
        free(file->temp);
        file->temp = temp_path(file->path, attempt);
        fd = open(file->temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    if (fd < 0) {
        enum sg_code code = failed(file->path, "a new file cannot be made in its folder", err);
        free(file->temp);
        file->temp = NULL;
        return code;
    }
    if (old) (void)fchmod(fd, old->st_mode & 0777); /* some file systems have no modes: no harm */
    enum sg_code code = sg_file_dup(fd, file->path, &file->fd, err);
    close(fd);
    if (code != SG_OK) unlink(file->temp);
    return code;
}

static enum sg_code open_resolved(struct sg_publish *file, struct sg_err *err) {
    int fd = named_descriptor(file->path);
    if (fd >= 0) return open_descriptor(file, fd, err);
    struct stat st;
    if (stat(file->path, &st) != 0) return open_temp(file, NULL, err);
    if (S_ISREG(st.st_mode)) return open_temp(file, &st, err);
    return open_straight(file, err);
}

enum sg_code sg_publish_open(struct sg_publish *file, const char *path, struct sg_err *err) {
    *file = (struct sg_publish){.fd = -1};
    file->path = named_descriptor(path) >= 0 ? sg_strdup(path) : resolve(path);
    enum sg_code code =
        file->path ? open_resolved(file, err) : failed(path, "cannot be followed", err);
    if (code == SG_OK) {
        file->open = true;
        file->hash = sg_hash_new();
        return SG_OK;
    }
    free(file->path);
    free(file->temp);
    *file = (struct sg_publish){.fd = -1};
    return code;
}

enum sg_code sg_publish_put(struct sg_publish *file, const void *bytes, size_t len,
                            struct sg_err *err) {
    sg_hash_add(file->hash, bytes, len);
    file->bytes += len;
    return sg_file_write(file->fd, file->path, bytes, len, err);
}

enum sg_code sg_publish_put_at(struct sg_publish *file, uint64_t offset, const void *bytes,
                               size_t len, struct sg_err *err) {
    return sg_file_write_at(file->fd, file->path, offset, bytes, len, err);
}

struct sg_hash128 sg_publish_hash(const struct sg_publish *file) {
    return file->hash ? sg_hash_digest(file->hash) : file->digest;
}

/* Some file systems cannot sync a folder, or anything: then there is nothing more to be done. */
static bool synced(int fd) {
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == ENOSYS;
}

static enum sg_code sync_folder(const char *path, struct sg_err *err) {
    char *folder = folder_of(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum sg_code code = SG_OK;
    /* A folder that may be written but not read cannot be opened; the rename itself has been done. */
    if (fd >= 0 && !synced(fd)) code = failed(folder, "the folder cannot be brought to disk", err);
    if (fd >= 0) close(fd);
    free(folder);
    return code;
}

enum sg_code sg_publish_commit(struct sg_publish *file, struct sg_err *err) {
    enum sg_code code = SG_OK;
    if (!file->straight && !file->unsynced && !synced(file->fd))
        code = failed(file->path, "cannot be brought to disk", err);
    /* close: NFS reports here what it could not write. */
    if (close(file->fd) != 0 && code == SG_OK) code = failed(file->path, "cannot be closed", err);
    file->fd = -1;
    if (file->temp && code == SG_OK) {
        if (rename(file->temp, file->path) != 0)
            code = failed(file->path, "cannot be given its name", err);
        else {
            free(file->temp);
            file->temp = NULL;
            if (!file->unsynced) code = sync_folder(file->path, err);
        }
    }
    sg_publish_abort(file);
    return code;
}

void sg_publish_abort(struct sg_publish *file) {
    if (!file->open) return;
    if (file->fd >= 0) close(file->fd);
    if (file->temp) unlink(file->temp);
    file->digest = sg_hash_digest(file->hash);
    sg_hash_free(file->hash);
    free(file->path);
    free(file->temp);
    *file = (struct sg_publish){
        .fd = -1, .straight = file->straight, .bytes = file->bytes, .digest = file->digest};
}

enum sg_code sg_publish_bytes(const char *path, const void *bytes, size_t len, struct sg_err *err) {
    struct sg_publish file;
    enum sg_code code = sg_publish_open(&file, path, err);
    if (code == SG_OK) code = sg_publish_put(&file, bytes, len, err);
    if (code == SG_OK) code = sg_publish_commit(&file, err);
    sg_publish_abort(&file);
    return code;
}

/* Parse ".NAME.tmp.HOST.PID[-N]" from behind. */
static bool is_temp(const char *name, char host[HOST_SIZE], long *pid) {
    const char *dot = strrchr(name, '.');
    if (name[0] != '.' || !dot || !isdigit((unsigned char)dot[1])) return false;
    char *end;
    errno = 0;
    *pid = strtol(dot + 1, &end, 10);
    if (errno || *pid <= 0 || *pid > INT_MAX) return false;
    if (*end == '-' && isdigit((unsigned char)end[1])) end += 1 + strspn(end + 1, "0123456789");
    if (*end) return false;
    const char *from = dot;
    while (from > name && from[-1] != '.') from--;
    size_t len = (size_t)(dot - from);
    if (len == 0 || len >= HOST_SIZE || from - name < 6 || memcmp(from - 5, ".tmp.", 5) != 0)
        return false;
    memcpy(host, from, len);
    host[len] = 0;
    return true;
}

void sg_publish_sweep(const char *folder) {
    char here[HOST_SIZE], host[HOST_SIZE];
    host_name(here);
    DIR *open_folder = opendir(folder);
    if (!open_folder) return;
    for (struct dirent *entry; (entry = readdir(open_folder));) {
        long pid;
        struct stat st;
        if (!is_temp(entry->d_name, host, &pid)) continue;
        int fd = dirfd(open_folder);
        if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        bool dead = strcmp(host, here) == 0 && sg_process_gone(pid);
        if (dead || time(NULL) - st.st_mtime > DAY_SECONDS) unlinkat(fd, entry->d_name, 0);
    }
    closedir(open_folder);
}
