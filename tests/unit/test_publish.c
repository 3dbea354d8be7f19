/* publish: whole or not at all, under every kind of name. */
#include <dirent.h>
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/file.h"
#include "io/process.h"
#include "io/publish.h"

static char folder[] = "/tmp/sangam-publish-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int empty_folder(void **state) {
    (void)state;
    char command[120];
    snprintf(command, sizeof command, "find %s -mindepth 1 -delete", folder);
    return system(command);
}

static int remove_folder(void **state) {
    return empty_folder(state) || rmdir(folder);
}

static const char *in_folder(const char *name) {
    static char path[4][5000];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static unsigned names(void) {
    unsigned count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *e; (e = readdir(dir));)
        count += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static bool exists(const char *name) {
    struct stat st;
    return lstat(in_folder(name), &st) == 0;
}

static void assert_content(const char *name, const char *want) {
    struct sg_buf buf = {0};
    assert_int_equal(sg_file_load(in_folder(name), 1000, &buf, NULL), SG_OK);
    sg_buf_str(&buf);
    assert_string_equal(buf.data, want);
    sg_buf_free(&buf);
}

static void whole_or_not_at_all(void **state) {
    (void)state;
    struct sg_publish file;
    assert_int_equal(sg_publish_open(&file, in_folder("a"), NULL), SG_OK);
    assert_int_equal(sg_publish_put(&file, "hello ", 6, NULL), SG_OK);
    assert_int_equal(sg_publish_put(&file, "world", 5, NULL), SG_OK);
    assert_false(exists("a"));
    assert_int_equal(names(), 1);
    assert_int_equal(sg_publish_commit(&file, NULL), SG_OK);
    assert_content("a", "hello world");
    assert_int_equal(names(), 1);
    assert_int_equal(file.bytes, 11);
    assert_int_equal(sg_hash_compare(sg_publish_hash(&file), sg_hash128("hello world", 11, 0)), 0);
    sg_publish_abort(&file); /* harmless */
    sg_publish_abort(&file);
    assert_int_equal(sg_publish_open(&file, in_folder("a"), NULL), SG_OK);
    assert_int_equal(sg_publish_put(&file, "other", 5, NULL), SG_OK);
    sg_publish_abort(&file);
    assert_content("a", "hello world");
    assert_int_equal(names(), 1);
    struct sg_publish none = {0};
    sg_publish_abort(&none);
    assert_int_equal(sg_publish_bytes(in_folder("a"), "new", 3, NULL), SG_OK);
    assert_content("a", "new");
    assert_int_equal(sg_publish_bytes(in_folder("empty"), NULL, 0, NULL), SG_OK);
    assert_content("empty", "");
}

static void header_filled_in_last(void **state) {
    (void)state;
    struct sg_publish file;
    assert_int_equal(sg_publish_open(&file, in_folder("h"), NULL), SG_OK);
    assert_int_equal(sg_publish_put(&file, "????body", 8, NULL), SG_OK);
    assert_int_equal(sg_publish_put_at(&file, 0, "HEAD", 4, NULL), SG_OK);
    assert_int_equal(sg_publish_put(&file, "!", 1, NULL), SG_OK);
    assert_int_equal(sg_publish_commit(&file, NULL), SG_OK);
    assert_content("h", "HEADbody!");
    assert_int_equal(file.bytes, 9);
}

/* Two of one name at the same time, and a stranger's temp with our own pid: all go on, the last commit stays. */
static void same_name_twice(void **state) {
    (void)state;
    struct sg_publish one, two, three;
    assert_int_equal(sg_publish_open(&one, in_folder("s"), NULL), SG_OK);
    assert_int_equal(sg_publish_open(&two, in_folder("s"), NULL), SG_OK);
    assert_int_equal(sg_publish_open(&three, in_folder("s"), NULL), SG_OK);
    assert_int_equal(sg_publish_put(&one, "1", 1, NULL), SG_OK);
    assert_int_equal(sg_publish_put(&two, "2", 1, NULL), SG_OK);
    sg_publish_sweep(folder); /* takes nothing of a live process */
    assert_int_equal(names(), 3);
    assert_int_equal(sg_publish_commit(&two, NULL), SG_OK);
    assert_int_equal(sg_publish_commit(&one, NULL), SG_OK);
    sg_publish_abort(&three);
    assert_content("s", "1");
    assert_int_equal(names(), 1);
}

static void long_names(void **state) {
    (void)state;
    char name[256];
    for (size_t len = 200; len <= 255; len++) {
        memset(name, 'n', len);
        name[len] = 0;
        assert_int_equal(sg_publish_bytes(in_folder(name), "x", 1, NULL), SG_OK);
        assert_content(name, "x");
        assert_int_equal(unlink(in_folder(name)), 0);
    }
    /* Two of them that differ only at the end, in a script of three bytes a letter. */
    struct sg_publish one, two;
    for (size_t i = 0; i < 84; i++) memcpy(name + 3 * i, "\xE0\xA4\x95", 3);
    strcpy(name + 252, "a");
    assert_int_equal(sg_publish_open(&one, in_folder(name), NULL), SG_OK);
    strcpy(name + 252, "b");
    assert_int_equal(sg_publish_open(&two, in_folder(name), NULL), SG_OK);
    const char *temp = strrchr(one.temp, '/') + 1, *tilde = strchr(temp, '~');
    assert_true(strlen(temp) <= 255 && tilde && (tilde - temp - 1) % 3 == 0);
    assert_int_equal(sg_publish_commit(&one, NULL), SG_OK);
    assert_int_equal(sg_publish_commit(&two, NULL), SG_OK);
    assert_int_equal(names(), 2);
}

static void through_links(void **state) {
    (void)state;
    assert_int_equal(mkdir(in_folder("d"), 0777), 0);
    assert_int_equal(symlink("d/real", in_folder("link")), 0); /* dangling at first */
    assert_int_equal(symlink("link", in_folder("link2")), 0);
    assert_int_equal(sg_publish_bytes(in_folder("link2"), "1", 1, NULL), SG_OK);
    assert_content("d/real", "1");
    assert_int_equal(sg_publish_bytes(in_folder("link"), "2", 1, NULL), SG_OK);
    assert_content("d/real", "2");
    struct stat st;
    assert_true(lstat(in_folder("link"), &st) == 0 && S_ISLNK(st.st_mode));
    assert_int_equal(symlink("loop", in_folder("loop")), 0);
    struct sg_err err = {0};
    assert_int_equal(sg_publish_bytes(in_folder("loop"), "2", 1, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ELOOP);
}

static void permissions_stay(void **state) {
    (void)state;
    struct stat st;
    mode_t old = umask(022);
    assert_int_equal(sg_publish_bytes(in_folder("m"), "1", 1, NULL), SG_OK);
    assert_true(stat(in_folder("m"), &st) == 0 && (st.st_mode & 0777) == 0644);
    assert_int_equal(chmod(in_folder("m"), 0600), 0);
    assert_int_equal(sg_publish_bytes(in_folder("m"), "2", 1, NULL), SG_OK);
    assert_true(stat(in_folder("m"), &st) == 0 && (st.st_mode & 0777) == 0600);
    umask(old);
}

static void *read_fifo(void *argument) {
    struct sg_buf *buf = argument;
    int fd = open(in_folder("fifo"), O_RDONLY);
    size_t got;
    if (fd < 0 || sg_file_read(fd, "fifo", sg_buf_room(buf, 100), 100, &got, NULL) != SG_OK)
        return NULL;
    buf->len = got;
    close(fd);
    return buf;
}

static void straight_where_no_file_is(void **state) {
    (void)state;
    struct sg_publish file;
    struct stat before, after;
    assert_int_equal(stat("/dev/null", &before), 0);
    assert_int_equal(sg_publish_open(&file, "/dev/null", NULL), SG_OK);
    assert_true(file.straight && !file.temp && file.fd > 2);
    assert_int_equal(sg_publish_put(&file, "x", 1, NULL), SG_OK);
    assert_int_equal(sg_publish_commit(&file, NULL), SG_OK);
    assert_true(stat("/dev/null", &after) == 0 && S_ISCHR(after.st_mode) &&
                after.st_ino == before.st_ino);

    struct sg_buf got = {0};
    pthread_t reader;
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_int_equal(pthread_create(&reader, NULL, read_fifo, &got), 0);
    assert_int_equal(sg_publish_bytes(in_folder("fifo"), "through", 7, NULL), SG_OK);
    pthread_join(reader, NULL);
    assert_true(got.len == 7 && memcmp(got.data, "through", 7) == 0);
    sg_buf_free(&got);
    assert_int_equal(names(), 1);

    struct sg_err err = {0};
    assert_int_equal(sg_publish_bytes("/dev/full", "x", 1, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ENOSPC);
    sg_err_clear(&err);
    assert_int_equal(sg_publish_open(&file, folder, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, EISDIR);
    sg_err_clear(&err);
    assert_int_equal(sg_publish_open(&file, in_folder("absent/x"), &err), SG_SYSTEM);
    assert_int_equal(err.errnum, ENOENT);
    assert_non_null(strstr(err.file, "absent/x"));
}

/* /dev/fd/N and "-" go on where the descriptor stands, even when it is a regular file: a shell's >>file. */
static void descriptors_by_name(void **state) {
    (void)state;
    int fd = open(in_folder("n"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "before ", 7), 7);
    char name[32];
    static const char *const folders[] = {"/dev/fd", "/proc/self/fd"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s/%d", folders[i], fd);
        assert_int_equal(sg_publish_bytes(name, "x", 1, NULL), SG_OK);
    }
    assert_content("n", "before xx");
    int out = dup(1);
    fflush(stdout);
    assert_int_equal(dup2(fd, 1), 1);
    enum sg_code minus = sg_publish_bytes("-", "y", 1, NULL);
    enum sg_code named = sg_publish_bytes("/dev/stdout", "z", 1, NULL);
    assert_int_equal(dup2(out, 1), 1);
    close(out);
    close(fd);
    assert_int_equal(minus, SG_OK);
    assert_int_equal(named, SG_OK);
    assert_content("n", "before xxyz");
    assert_int_equal(names(), 1);
}

static void closed_pipe(void **state) {
    (void)state;
    int ends[2];
    char name[32];
    struct sg_err err = {0};
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    assert_int_equal(sg_publish_bytes(name, "x", 1, &err), SG_SYSTEM);
    assert_int_equal(err.errnum, EPIPE);
    close(ends[1]);
    signal(SIGPIPE, SIG_DFL);
}

static void touch(const char *name, long age_seconds) {
    FILE *f = fopen(in_folder(name), "w");
    assert_non_null(f);
    fclose(f);
    struct timespec times[2] = {{.tv_sec = time(NULL) - age_seconds},
                                {.tv_sec = time(NULL) - age_seconds}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, 0), 0);
}

static void sweeping(void **state) {
    (void)state;
    /* A process that was killed leaves its temp. */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sg_publish file;
        if (sg_publish_open(&file, in_folder("killed.jsonl.zst"), NULL) != SG_OK) _exit(1);
        if (sg_publish_open(&file, in_folder("killed.jsonl.zst"), NULL) != SG_OK) _exit(1);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(names(), 2);
    touch(".fresh.tmp.other-host-than-this.123", 60);
    touch(".old.tmp.other-host-than-this.123-4", 90000);
    static const char *const kept[] = {
        "x.tmp.host.123", ".tmp.host",     ".x.tmp.host.12a",         ".x.tmp.host.-5", ".x.tmp..5",
        ".x.tmp.host.7-", ".x.tmp.host.0", ".x.tmp.host.99999999999", ".hidden.5"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) touch(kept[i], 90000);
    struct sg_publish mine;
    assert_int_equal(sg_publish_open(&mine, in_folder("mine"), NULL), SG_OK);
    sg_publish_sweep(folder);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) assert_true(exists(kept[i]));
    assert_true(exists(".fresh.tmp.other-host-than-this.123"));
    assert_false(exists(".old.tmp.other-host-than-this.123-4"));
    assert_int_equal(names(), sizeof kept / sizeof *kept + 2);
    sg_publish_abort(&mine);
    sg_publish_sweep(in_folder("no-such-folder")); /* nothing to do */
}

/* At work; dead, but nobody has asked for its end; and then gone altogether. */
static void process_gone(void **state) {
    (void)state;
    int hold[2];
    assert_int_equal(pipe(hold), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
    }
    close(hold[0]);
    assert_false(sg_process_gone(child));
    close(hold[1]);
    siginfo_t end;
    assert_int_equal(waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT), 0);
    assert_true(sg_process_gone(child));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(sg_process_gone(child));
    assert_false(sg_process_gone(getpid()));
    assert_false(sg_process_gone(0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(whole_or_not_at_all, empty_folder),
        cmocka_unit_test_teardown(header_filled_in_last, empty_folder),
        cmocka_unit_test_teardown(same_name_twice, empty_folder),
        cmocka_unit_test_teardown(long_names, empty_folder),
        cmocka_unit_test_teardown(through_links, empty_folder),
        cmocka_unit_test_teardown(permissions_stay, empty_folder),
        cmocka_unit_test_teardown(straight_where_no_file_is, empty_folder),
        cmocka_unit_test_teardown(descriptors_by_name, empty_folder),
        cmocka_unit_test_teardown(closed_pipe, empty_folder),
        cmocka_unit_test_teardown(sweeping, empty_folder),
        cmocka_unit_test(process_gone),
    };
    return cmocka_run_group_tests_name("publish", tests, make_folder, remove_folder);
}
