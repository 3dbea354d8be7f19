/* extsort and radix: the order of qsort on every width, key and memory; runs that are damaged are noticed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hash.h"
#include "io/extsort.h"
#include "io/radix.h"

static char folder[] = "/tmp/sangam-extsort-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails when a run file was left */
}

static struct sg_radix by; /* what compare sorts by: qsort has no context argument */

static int compare(const void *a, const void *b) {
    return sg_radix_compare(&by, a, b);
}

enum content { RANDOM, FEW_KEYS, ALL_EQUAL, RISING, FALLING, ONE_BYTE };

static unsigned char *make_records(size_t count, size_t width, enum content content) {
    unsigned char *records = sg_alloc(count * width);
    uint64_t dice = 99 + content;
    for (size_t i = 0; i < count * width; i++) {
        dice = dice * 6364136223846793005u + 1442695040888963407u;
        records[i] = (unsigned char)(dice >> 56);
        if (content == FEW_KEYS) records[i] %= 2;
        if (content == ALL_EQUAL) records[i] = 7;
        if (content == ONE_BYTE && i % width != width / 2) records[i] = 7;
    }
    for (size_t i = 0; i < count && (content == RISING || content == FALLING); i++) {
        size_t value = content == RISING ? i : count - i;
        for (size_t b = 0; b < width; b++)
            records[i * width + b] = b < 4 ? (unsigned char)(value >> (24 - 8 * b)) : 1;
    }
    return records;
}

static void radix_is_the_order_of_qsort(void **state) {
    (void)state;
    static const size_t shapes[][3] = {
        {8, 0, 8},   {8, 3, 2},   {12, 0, 8}, {16, 0, 8},  {16, 8, 8}, {16, 0, 16},  {20, 4, 16},
        {24, 0, 16}, {32, 0, 16}, {37, 5, 9}, {40, 0, 24}, {9, 8, 1},  {256, 0, 16}, {256, 250, 6}, {342, 0, 48}, {4096, 300, 2}};
    static const size_t counts[] = {0, 1, 2, 48, 49, 300, 3000, 40000};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const size_t width = shapes[s][0];
        sg_radix_order(&by, width, shapes[s][1], shapes[s][2]);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            for (enum content content = RANDOM; content <= ONE_BYTE; content++) {
                size_t count = width > 40 && counts[c] > 3000 ? 3000 : counts[c];
                unsigned char *records = make_records(count, width, content),
                              *want = sg_alloc(count * width);
                unsigned char *scratch = sg_alloc(count * width);
                memcpy(want, records, count * width);
                qsort(want, count, width, compare);
                unsigned char *sorted = sg_radix_sort(&by, records, scratch, count);
                assert_true(sorted == records || sorted == scratch);
                if (count) assert_memory_equal(sorted, want, count * width);
                free(records);
                free(want);
                free(scratch);
            }
        }
    }
}

static struct sg_extsort *filled(const struct sg_extsort_options *options,
                                 const unsigned char *records, size_t count) {
    struct sg_extsort *sort;
    assert_int_equal(sg_extsort_init(&sort, options, NULL), SG_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sg_extsort_put(sort, records + i * options->width, NULL), SG_OK);
    assert_int_equal(sg_extsort_count(sort), count);
    return sort;
}

static void assert_gives(struct sg_extsort *sort, const unsigned char *want, size_t count,
                         size_t width) {
    const void *record;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sg_extsort_next(sort, &record, NULL), SG_OK);
        if (memcmp(record, want + i * width, width) != 0) fail_msg("record %zu of %zu", i, count);
    }
    assert_int_equal(sg_extsort_next(sort, &record, NULL), SG_END);
    assert_int_equal(sg_extsort_next(sort, &record, NULL), SG_END);
}

static void any_size_is_sorted(void **state) {
    (void)state;
    /* 1 MiB holds about 30,000 records of 16 bytes in a run and 14 runs in a merge: the last needs two levels. */
    static const size_t counts[] = {0, 1, 30000, 31000, 70000, 300000, 1200000};
    static const size_t shapes[][3] = {{16, 0, 8}, {40, 8, 16}};
    for (size_t s = 0; s < 2; s++) {
        struct sg_extsort_options options = {shapes[s][0], shapes[s][1], shapes[s][2], 1 << 20,
                                             folder};
        sg_radix_order(&by, options.width, options.key_offset, options.key_bytes);
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            for (enum content content = RANDOM; content <= FALLING; content++) {
                if (counts[c] > 100000 && content != RANDOM && content != FEW_KEYS) continue;
                unsigned char *records = make_records(counts[c], options.width, content);
                struct sg_extsort *sort = filled(&options, records, counts[c]);
                assert_int_equal(sg_extsort_sort(sort, NULL), SG_OK);
                qsort(records, counts[c], options.width, compare);
                assert_gives(sort, records, counts[c], options.width);
                sg_extsort_free(sort);
                free(records);
            }
        }
    }
}

/* How many descriptors this process has open on the folder's (unlinked) files. */
static unsigned open_runs(void) {
    unsigned runs = 0;
    for (int fd = 3; fd < 64; fd++) {
        char link[64], target[256];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, target, sizeof target - 1);
        if (len < 0) continue;
        target[len] = 0;
        runs += strncmp(target, folder, strlen(folder)) == 0;
    }
    return runs;
}

static unsigned names_in_folder(void) {
    unsigned names = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        names += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(dir);
    return names;
}

static void files_are_few_and_nameless(void **state) {
    (void)state;
    struct sg_extsort_options options = {16, 0, 8, 1 << 20, folder};
    unsigned char *records = make_records(1000000, 16, RANDOM);
    struct sg_extsort *sort = filled(&options, records, 30000);
    assert_int_equal(sg_extsort_sort(sort, NULL), SG_OK);
    assert_int_equal(open_runs(), 0);
    sg_extsort_free(sort);
    sort = filled(&options, records, 1000000);
    assert_true(open_runs() == 1 && names_in_folder() == 0);
    assert_int_equal(sg_extsort_sort(sort, NULL), SG_OK);
    assert_true(open_runs() == 1 && names_in_folder() == 0);
    sg_extsort_free(sort); /* before the end */
    assert_int_equal(open_runs(), 0);
    free(records);
}

static int find_run_file(void) {
    for (int fd = 3; fd < 64; fd++) {
        char link[64], target[256];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t len = readlink(link, target, sizeof target - 1);
        if (len > 0 && strncmp(target, folder, strlen(folder)) == 0) return fd;
    }
    fail_msg("no run file");
    return -1;
}

static enum sg_code drain(struct sg_extsort *sort, struct sg_err *err) {
    const void *record;
    enum sg_code code = sg_extsort_sort(sort, err);
    while (code == SG_OK) code = sg_extsort_next(sort, &record, err);
    return code;
}

static void damaged_runs_are_noticed(void **state) {
    (void)state;
    struct sg_extsort_options options = {16, 0, 8, 1 << 20, folder};
    unsigned char *records = make_records(500000, 16, RANDOM);
    /* A bit of a record, of a sum, of the last block; a short file. */
    static const off_t places[] = {5, 65528 + 3, 70000, 2000000};
    for (size_t i = 0; i <= sizeof places / sizeof *places; i++) {
        struct sg_extsort *sort = filled(&options, records, 500000);
        int fd = find_run_file();
        unsigned char byte;
        if (i < 4) {
            assert_int_equal(pread(fd, &byte, 1, places[i]), 1);
            byte ^= 4;
            assert_int_equal(pwrite(fd, &byte, 1, places[i]), 1);
        } else {
            assert_int_equal(ftruncate(fd, 3000000), 0);
        }
        struct sg_err err = {0};
        assert_int_equal(drain(sort, &err), SG_SYSTEM);
        assert_non_null(strstr(err.text, "does not read back"));
        sg_extsort_free(sort);
    }
    free(records);
}

static void full_disks_are_named(void **state) {
    (void)state;
    /* A file size limit stands in for a full disk: the same path, errnum EFBIG. */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {200000, 200000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        struct sg_extsort_options options = {16, 0, 8, 1 << 20, folder};
        struct sg_extsort *sort;
        struct sg_err err = {0};
        char record[16] = {0};
        enum sg_code code = sg_extsort_init(&sort, &options, &err);
        for (int i = 0; i < 100000 && code == SG_OK; i++) code = sg_extsort_put(sort, record, &err);
        bool good = code == SG_SYSTEM && err.errnum == EFBIG &&
                    strstr(err.file, "sangam-extsort") && strstr(err.text, "sort runs");
        sg_extsort_free(sort);
        _exit(good ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct sg_extsort_options options = {16, 0, 8, 1 << 20, "/nowhere/at/all"};
    unsigned char *records = make_records(40000, 16, RANDOM);
    struct sg_extsort *sort;
    struct sg_err err = {0};
    enum sg_code code = sg_extsort_init(&sort, &options, &err);
    for (size_t i = 0; i < 40000 && code == SG_OK; i++)
        code = sg_extsort_put(sort, records + 16 * i, &err);
    assert_int_equal(code, SG_SYSTEM);
    assert_string_equal(err.file, "'/nowhere/at/all'");
    sg_extsort_free(sort);
    free(records);
}

static long resident_kib(void) {
    FILE *f = fopen("/proc/self/statm", "r");
    long all = 0, resident = 0;
    assert_int_equal(fscanf(f, "%ld %ld", &all, &resident), 2);
    fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* 8 MiB for 64 MiB of records: never more than these 8 and a little are held. */
static void memory_is_respected(void **state) {
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
    skip(); /* sanitizers (clang: for fuzzing) have memory that is not ours */
#endif
    struct sg_extsort_options options = {16, 0, 8, 8 << 20, folder};
    struct sg_extsort *sort;
    long before = resident_kib(), most = 0;
    assert_int_equal(sg_extsort_init(&sort, &options, NULL), SG_OK);
    for (uint64_t i = 0; i < 4 << 20; i++) {
        uint64_t record[2] = {sg_hash64(&i, 8, 0), i};
        assert_int_equal(sg_extsort_put(sort, record, NULL), SG_OK);
        if (i % 65536 == 0 && resident_kib() > most) most = resident_kib();
    }
    assert_int_equal(sg_extsort_sort(sort, NULL), SG_OK);
    const void *record;
    for (uint64_t i = 0; i < 4 << 20; i++) {
        assert_int_equal(sg_extsort_next(sort, &record, NULL), SG_OK);
        if (i % 65536 == 0 && resident_kib() > most) most = resident_kib();
    }
    sg_extsort_free(sort);
    assert_true(most - before < (8 << 10) + 512);
}

static void bad_options(void **state) {
    (void)state;
    struct sg_extsort *sort;
    static const struct sg_extsort_options bad[] = {
        {7, 0, 7, 1 << 20, "/tmp"},   {4097, 0, 8, 1 << 20, "/tmp"},
        {16, 0, 0, 1 << 20, "/tmp"},  {16, 9, 8, 1 << 20, "/tmp"},
        {16, 17, 1, 1 << 20, "/tmp"}, {16, SIZE_MAX, 8, 1 << 20, "/tmp"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sg_extsort_init(&sort, &bad[i], NULL), SG_USAGE);
    struct sg_extsort_options small = {16, 0, 8, (1 << 20) - 1, "/tmp"};
    assert_int_equal(sg_extsort_init(&sort, &small, NULL), SG_BUDGET);
    sg_extsort_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(radix_is_the_order_of_qsort),
        cmocka_unit_test(any_size_is_sorted),
        cmocka_unit_test(files_are_few_and_nameless),
        cmocka_unit_test(damaged_runs_are_noticed),
        cmocka_unit_test(full_disks_are_named),
        cmocka_unit_test(memory_is_respected),
        cmocka_unit_test(bad_options),
    };
    return cmocka_run_group_tests_name("extsort", tests, make_folder, remove_folder);
}
