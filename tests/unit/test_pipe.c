/* pipe: order, errors, budget, for any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "run/pipe.h"

struct item {
    uint64_t serial, square;
};

struct counter {
    uint64_t count, next_read, next_written, in_order, sum;
    uint64_t fail_work_at, fail_read_at, fail_write_at; /* 0: never */
    uint64_t demand_bytes;
    uint64_t live, most_live;
};

static void *make_item(void *context) {
    (void)context;
    return sg_zalloc(1, sizeof(struct item));
}

static void free_item(void *context, void *item) {
    (void)context;
    free(item);
}

static enum sg_code read_item(void *context, void *batch, struct sg_err *err) {
    struct counter *counter = context;
    struct item *item = batch;
    if (counter->next_read == counter->count) return SG_END;
    item->serial = ++counter->next_read;
    item->square = 0;
    if (item->serial == counter->fail_read_at)
        return sg_err_set(err, SG_DATA, "read %d", (int)item->serial);
    return SG_OK;
}

static uint64_t demand(void *context, const void *batch) {
    (void)batch;
    return ((struct counter *)context)->demand_bytes;
}

static enum sg_code work_item(void *context, unsigned worker, void *batch, struct sg_err *err) {
    struct counter *counter = context;
    struct item *item = batch;
    (void)worker;
    uint64_t live = __atomic_add_fetch(&counter->live, 1, __ATOMIC_SEQ_CST),
             most = __atomic_load_n(&counter->most_live, __ATOMIC_SEQ_CST);
    while (live > most && !__atomic_compare_exchange_n(&counter->most_live, &most, live, false,
                                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    }
    if (item->serial % 7 == 0) usleep(200); /* so that later ones overtake */
    item->square = item->serial * item->serial;
    __atomic_sub_fetch(&counter->live, 1, __ATOMIC_SEQ_CST);
    if (counter->fail_work_at && item->serial >= counter->fail_work_at)
        return sg_err_set(err, SG_DATA, "work %d", (int)item->serial);
    return SG_OK;
}

static enum sg_code write_item(void *context, void *batch, struct sg_err *err) {
    struct counter *counter = context;
    const struct item *item = batch;
    counter->in_order +=
        item->serial == counter->next_written + 1 && item->square == item->serial * item->serial;
    counter->next_written = item->serial;
    counter->sum += item->square;
    if (item->serial == counter->fail_write_at)
        return sg_err_set(err, SG_SYSTEM, "write %d", (int)item->serial);
    return SG_OK;
}

static enum sg_code run(struct counter *counter, unsigned threads, uint64_t budget,
                        struct sg_err *err) {
    struct sg_pipe pipe = {.threads = threads,
                           .budget_bytes = budget,
                           .context = counter,
                           .make = make_item,
                           .unmake = free_item,
                           .read = read_item,
                           .demand = demand,
                           .work = work_item,
                           .write = write_item};
    return sg_pipe_run(&pipe, err);
}

static void test_order(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 16; threads += 3) {
        struct counter counter = {.count = 500};
        struct sg_err err = {0};
        assert_int_equal(run(&counter, threads, 0, &err), SG_OK);
        assert_int_equal(counter.in_order, 500);
        assert_int_equal(counter.sum, 500ull * 501 * 1001 / 6);
        struct counter none = {0};
        assert_int_equal(run(&none, threads, 0, &err), SG_OK);
        assert_int_equal(none.in_order, 0);
    }
}

static void test_lowest_error(void **state) {
    (void)state;
    for (unsigned threads = 1; threads <= 8; threads++) {
        struct sg_err err = {0};
        struct counter work = {.count = 300, .fail_work_at = 100};
        assert_int_equal(run(&work, threads, 0, &err), SG_DATA);
        assert_string_equal(err.text, "work 100");
        assert_int_equal(work.next_written, 99);
        sg_err_clear(&err);
        struct counter read = {.count = 300, .fail_read_at = 50};
        assert_int_equal(run(&read, threads, 0, &err), SG_DATA);
        assert_string_equal(err.text, "read 50");
        assert_int_equal(read.next_written, 49);
        sg_err_clear(&err);
        struct counter write = {.count = 300, .fail_write_at = 20, .fail_work_at = 21};
        assert_int_equal(run(&write, threads, 0, &err), SG_SYSTEM);
        assert_string_equal(err.text, "write 20");
    }
}

static void test_budget(void **state) {
    (void)state;
    struct sg_err err = {0};
    struct counter tight = {.count = 100, .demand_bytes = 60};
    assert_int_equal(run(&tight, 8, 100, &err), SG_OK); /* one at a time fits */
    assert_int_equal(tight.in_order, 100);
    assert_int_equal(tight.most_live, 1);
    for (unsigned threads = 1; threads <= 4; threads += 3) {
        struct counter large = {.count = 100, .demand_bytes = 101};
        assert_int_equal(run(&large, threads, 100, &err), SG_BUDGET);
        assert_non_null(strstr(err.text, "101"));
        sg_err_clear(&err);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_lowest_error),
                                       cmocka_unit_test(test_budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
