/* file: short counts, non-blocking pipes, signals, limits and folders. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/file.h"

static char folder[] = "/tmp/sangam-file-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name) {
    static char path[2][5000];
    static int turn;
    turn = !turn;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void save(const char *name, const char *bytes, size_t len) {
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    fclose(f);
}

static void read_and_read_at(void **state) {
    (void)state;
    int fd;
    char into[16] = {0};
    size_t got;
    save("abc", "abcdefghij", 10);
    assert_int_equal(sg_file_open(in_folder("abc"), &fd, NULL), SG_OK);
    assert_true(fd > 2 && (fcntl(fd, F_GETFD) & FD_CLOEXEC));
    assert_int_equal(sg_file_read(fd, "abc", into, 4, &got, NULL), SG_OK);
    assert_true(got == 4 && memcmp(into, "abcd", 4) == 0);
    assert_int_equal(sg_file_read_at(fd, "abc", 8, into, 4, &got, NULL), SG_OK);
    assert_true(got == 2 && memcmp(into, "ij", 2) == 0);
    assert_int_equal(sg_file_read(fd, "abc", into, 16, &got, NULL), SG_OK);
    assert_true(got == 6 && memcmp(into, "efghij", 6) == 0);
    assert_int_equal(sg_file_read_at(fd, "abc", 100, into, 4, &got, NULL), SG_OK);
    assert_int_equal(got, 0);
    close(fd);
    struct sg_err err = {0};
    assert_int_equal(sg_file_open(in_folder("not\there"), &fd, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ENOENT);
    assert_non_null(strstr(err.file, "not\\x09here'")); /* quoted */
    sg_err_clear(&err);
    assert_int_equal(sg_file_open(folder, &fd, &err), SG_OK);
    assert_int_equal(sg_file_read(fd, folder, into, 4, &got, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, EISDIR);
    close(fd);
}

/* What starts with a standard descriptor closed must not have its files there. */
static void never_a_standard_descriptor(void **state) {
    (void)state;
    save("abc", "abc", 3);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = -1;
        close(0);
        close(1);
        close(2);
        if (sg_file_open(in_folder("abc"), &fd, NULL) != SG_OK || fd < 3) _exit(1);
        struct sg_err err = {0};
        if (sg_file_open("-", &fd, &err) != SG_SYSTEM || err.errnum != EBADF) _exit(2);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

struct feed {
    int fd;
    const char *bytes;
    size_t len, piece;
};

static void *feed(void *argument) {
    struct feed *f = argument;
    for (size_t at = 0; at < f->len; at += f->piece) {
        usleep(500);
        size_t len = f->len - at < f->piece ? f->len - at : f->piece;
        if (write(f->fd, f->bytes + at, len) != (ssize_t)len) break;
    }
    close(f->fd);
    return NULL;
}

/* A pipe that gives little at a time, and that somebody has made non-blocking. */
static void slow_pipes(void **state) {
    (void)state;
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        int ends[2];
        size_t got;
        char into[300];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
        char bytes[256];
        for (int i = 0; i < 256; i++) bytes[i] = (char)i;
        struct feed f = {ends[1], bytes, 256, 7};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, feed, &f), 0);
        assert_int_equal(sg_file_read(ends[0], "pipe", into, 100, &got, NULL), SG_OK);
        assert_int_equal(got, 100);
        assert_int_equal(sg_file_read(ends[0], "pipe", into + 100, 200, &got, NULL), SG_OK);
        assert_int_equal(got, 156);
        assert_memory_equal(into, bytes, 256);
        pthread_join(thread, NULL);
        close(ends[0]);
    }
}

static void *drain(void *argument) {
    int fd = *(int *)argument;
    static char into[5000];
    size_t sum = 0;
    for (ssize_t n; (n = read(fd, into, sizeof into)) > 0; sum += (size_t)n) usleep(200);
    return (void *)sum;
}

static void non_blocking_writes(void **state) {
    (void)state;
    int ends[2];
    void *sum;
    pthread_t thread;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(pthread_create(&thread, NULL, drain, &ends[0]), 0);
    char *bytes = sg_zalloc(1, 300000);
    assert_int_equal(sg_file_write(ends[1], "pipe", bytes, 300000, NULL), SG_OK);
    close(ends[1]);
    pthread_join(thread, &sum);
    assert_int_equal((size_t)sum, 300000);
    close(ends[0]);
    free(bytes);
}

static void broken_pipes_and_full_disks(void **state) {
    (void)state;
    int ends[2];
    struct sg_err err = {0};
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(sg_file_write(ends[1], "pipe", "x", 1, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, EPIPE);
    close(ends[1]);
    signal(SIGPIPE, SIG_DFL);
    sg_err_clear(&err);
    int fd = open("/dev/full", O_WRONLY);
    if (fd < 0) skip();
    assert_int_equal(sg_file_write(fd, "/dev/full", "x", 1, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ENOSPC);
    char text[600];
    assert_non_null(strstr(sg_err_format(&err, text, sizeof text), "'/dev/full'"));
    close(fd);
}

static void nothing(int number) {
    (void)number;
}

/* A signal that asks for a stop ends a waiting read. */
static void signals_end_waiting(void **state) {
    (void)state;
    int ends[2];
    char byte;
    size_t got;
    struct sg_err err = {0};
    struct sigaction action = {.sa_handler = nothing}, old;
    sigaction(SIGALRM, &action, &old);
    assert_int_equal(pipe(ends), 0);
    for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
        assert_int_equal(fcntl(ends[0], F_SETFL, flags), 0);
        sg_err_clear(&err);
        ualarm(20000, 20000); /* again, should one come before the wait */
        assert_int_equal(sg_file_read(ends[0], "pipe", &byte, 1, &got, &err), SG_SYSTEM);
        ualarm(0, 0);
        assert_int_equal(err.errnum, EINTR);
    }
    close(ends[0]);
    close(ends[1]);
    sigaction(SIGALRM, &old, NULL);
}

static void load_within_a_limit(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    char *bytes = sg_zalloc(1, 20000);
    memset(bytes, 'x', 20000);
    save("big", bytes, 20000);
    save("none", "", 0);
    assert_int_equal(sg_file_load(in_folder("big"), 20000, &buf, NULL), SG_OK);
    assert_int_equal(buf.len, 20000);
    assert_memory_equal(buf.data, bytes, 20000);
    assert_int_equal(sg_file_load(in_folder("big"), SIZE_MAX, &buf, NULL), SG_OK);
    assert_int_equal(buf.len, 20000);
    struct sg_err err = {0};
    assert_int_equal(sg_file_load(in_folder("big"), 19999, &buf, &err), SG_DATA);
    assert_non_null(strstr(err.text, "19999"));
    assert_int_equal(sg_file_load(in_folder("none"), 0, &buf, NULL), SG_OK);
    assert_int_equal(buf.len, 0);
    assert_int_equal(buf.data[0], 0);
    sg_err_clear(&err);
    assert_int_equal(sg_file_load(in_folder("absent"), 10, &buf, &err), SG_SYSTEM);
    sg_buf_free(&buf);
    free(bytes);
}

static void hash_of_a_file(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = sg_zalloc(1, sizes[i]);
        for (size_t b = 0; b < sizes[i]; b++) bytes[b] = (char)(b * 7);
        save("h", bytes, sizes[i]);
        uint64_t size;
        struct sg_hash128 hash;
        assert_int_equal(sg_file_hash(in_folder("h"), &size, &hash, NULL), SG_OK);
        assert_int_equal(size, sizes[i]);
        assert_int_equal(sg_hash_compare(hash, sg_hash128(bytes, sizes[i], 0)), 0);
        free(bytes);
    }
}

static void folders(void **state) {
    (void)state;
    struct sg_err err = {0};
    assert_int_equal(sg_file_make_folder(in_folder("a/b//c/"), NULL), SG_OK);
    assert_true(sg_file_is_folder(in_folder("a/b/c")));
    assert_int_equal(sg_file_make_folder(in_folder("a/b/c"), NULL), SG_OK);
    assert_int_equal(sg_file_make_folder("/", NULL), SG_OK);
    assert_int_equal(sg_file_make_folder(".", NULL), SG_OK);
    save("plain", "x", 1);
    assert_false(sg_file_is_folder(in_folder("plain")));
    assert_false(sg_file_is_folder(in_folder("absent")));
    assert_int_equal(sg_file_make_folder(in_folder("plain/x"), &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ENOTDIR);
    assert_int_equal(symlink("a/b", in_folder("link")), 0);
    assert_int_equal(sg_file_make_folder(in_folder("link/d"), NULL), SG_OK);
    assert_true(sg_file_is_folder(in_folder("a/b/d")));
}

static void write_at_leaves_the_rest(void **state) {
    (void)state;
    struct sg_buf buf = {0};
    save("w", "0123456789", 10);
    int fd = open(in_folder("w"), O_WRONLY);
    assert_int_equal(sg_file_write_at(fd, "w", 3, "abc", 3, NULL), SG_OK);
    assert_int_equal(sg_file_write_at(fd, "w", 12, "z", 1, NULL), SG_OK);
    close(fd);
    assert_int_equal(sg_file_load(in_folder("w"), 100, &buf, NULL), SG_OK);
    assert_int_equal(buf.len, 13);
    assert_memory_equal(buf.data, "012abc6789\0\0z", 13);
    sg_buf_free(&buf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_and_read_at),
        cmocka_unit_test(never_a_standard_descriptor),
        cmocka_unit_test(slow_pipes),
        cmocka_unit_test(non_blocking_writes),
        cmocka_unit_test(broken_pipes_and_full_disks),
        cmocka_unit_test(signals_end_waiting),
        cmocka_unit_test(load_within_a_limit),
        cmocka_unit_test(hash_of_a_file),
        cmocka_unit_test(folders),
        cmocka_unit_test(write_at_leaves_the_rest),
    };
    return cmocka_run_group_tests_name("file", tests, make_folder, remove_folder);
}
