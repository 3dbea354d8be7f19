/*
 * A ring of batch slots. The calling thread reads into free slots in serial order; workers take the oldest slot that was
 * read; one writer thread takes slots in serial order once they are worked. A slot goes
 *
 *     FREE -> (read) -> READ -> (worker) -> BUSY -> DONE -> (writer) -> FREE
 *
 * Example, two workers, four slots: batches 0 1 2 3 are read; 1 may be done before 0, but is written after it.
 * An error stays in its slot: the writer meets it in order, so the lowest serial is the one reported; then all stop.
 * Memory: slots x what a slot keeps between batches, plus at most budget_bytes of demand in flight.
 */
#include "run/pipe.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

enum slot_state { SLOT_FREE, SLOT_READ, SLOT_BUSY, SLOT_DONE };

struct slot {
    enum slot_state state;
    void *batch;
    uint64_t demand_bytes;
    enum sg_code code;
    struct sg_err err;
};

struct ring {
    const struct sg_pipe *pipe;
    pthread_mutex_t lock;
    pthread_cond_t freed, filled, finished; /* a slot became FREE, READ, DONE */
    struct slot *slots;
    size_t count;
    uint64_t read_serial, work_serial, write_serial; /* next to read, to work on, to write */
    uint64_t in_flight_bytes;
    bool ended, stopped; /* ended: no more batches come; stopped: after an error */
    enum sg_code code;
    struct sg_err *err;
};

static struct slot *slot_of(struct ring *ring, uint64_t serial) {
    return &ring->slots[serial % ring->count];
}

static uint64_t demand_of(const struct sg_pipe *pipe, const void *batch) {
    return pipe->demand ? pipe->demand(pipe->context, batch) : 0;
}

static enum sg_code over_budget(const struct sg_pipe *pipe, uint64_t demand, struct sg_err *err) {
    char need[SG_NUM_TEXT], have[SG_NUM_TEXT];
    return sg_err_set(
        err, SG_BUDGET,
        "one record alone needs %s of memory, %s are there for batches: give a larger --memory",
        sg_num_bytes(demand, need), sg_num_bytes(pipe->budget_bytes, have));
}

static bool too_large(const struct sg_pipe *pipe, uint64_t demand) {
    return pipe->budget_bytes && demand > pipe->budget_bytes;
}

static enum sg_code run_alone(const struct sg_pipe *pipe, struct sg_err *err) {
    void *batch = pipe->make(pipe->context);
    enum sg_code code;
    for (;;) {
        code = pipe->read(pipe->context, batch, err);
        if (code != SG_OK) break;
        uint64_t demand = demand_of(pipe, batch);
        if (too_large(pipe, demand)) code = over_budget(pipe, demand, err);
        if (code == SG_OK) code = pipe->work(pipe->context, 0, batch, err);
        if (code == SG_OK) code = pipe->write(pipe->context, batch, err);
        if (code != SG_OK) break;
    }
    pipe->unmake(pipe->context, batch);
    return code == SG_END ? SG_OK : code;
}

struct worker {
    struct ring *ring;
    unsigned number;
};

static void *work(void *argument) {
    struct worker *worker = argument;
    struct ring *ring = worker->ring;
    const struct sg_pipe *pipe = ring->pipe;
    pthread_mutex_lock(&ring->lock);
    for (;;) {
        while (!ring->stopped && ring->work_serial == ring->read_serial && !ring->ended)
            pthread_cond_wait(&ring->filled, &ring->lock);
        if (ring->stopped || ring->work_serial == ring->read_serial) break;
        struct slot *slot = slot_of(ring, ring->work_serial++);
        slot->state = SLOT_BUSY;
        pthread_mutex_unlock(&ring->lock);
        if (slot->code == SG_OK)
            slot->code = pipe->work(pipe->context, worker->number, slot->batch, &slot->err);
        pthread_mutex_lock(&ring->lock);
        slot->state = SLOT_DONE;
        pthread_cond_signal(&ring->finished);
    }
    pthread_mutex_unlock(&ring->lock);
    return NULL;
}

static void *write_in_order(void *argument) {
    struct ring *ring = argument;
    const struct sg_pipe *pipe = ring->pipe;
    pthread_mutex_lock(&ring->lock);
    for (;;) {
        struct slot *slot = slot_of(ring, ring->write_serial);
        while (slot->state != SLOT_DONE &&
               !(ring->ended && ring->write_serial == ring->read_serial))
            pthread_cond_wait(&ring->finished, &ring->lock);
        if (slot->state != SLOT_DONE) break;
        pthread_mutex_unlock(&ring->lock);
        if (slot->code == SG_OK) slot->code = pipe->write(pipe->context, slot->batch, &slot->err);
        pthread_mutex_lock(&ring->lock);
        if (slot->code != SG_OK) {
            ring->stopped = true;
            ring->code = slot->code;
            if (ring->err) *ring->err = slot->err;
            break;
        }
        slot->state = SLOT_FREE;
        ring->in_flight_bytes -= slot->demand_bytes;
        ring->write_serial++;
        pthread_cond_signal(&ring->freed);
    }
    pthread_cond_broadcast(&ring->filled);
    pthread_cond_signal(&ring->freed);
    pthread_mutex_unlock(&ring->lock);
    return NULL;
}

/* Read until the end or an error; an error travels in its slot like a batch. */
static void read_all(struct ring *ring) {
    const struct sg_pipe *pipe = ring->pipe;
    pthread_mutex_lock(&ring->lock);
    while (!ring->stopped) {
        struct slot *slot = slot_of(ring, ring->read_serial);
        while (!ring->stopped && slot->state != SLOT_FREE)
            pthread_cond_wait(&ring->freed, &ring->lock);
        if (ring->stopped) break;
        pthread_mutex_unlock(&ring->lock);
        sg_err_clear(&slot->err);
        slot->code = pipe->read(pipe->context, slot->batch, &slot->err);
        slot->demand_bytes = slot->code == SG_OK ? demand_of(pipe, slot->batch) : 0;
        if (too_large(pipe, slot->demand_bytes))
            slot->code = over_budget(pipe, slot->demand_bytes, &slot->err);
        pthread_mutex_lock(&ring->lock);
        if (slot->code == SG_END) break;
        /* The batch waits here, not before reading, for only now is its size known. */
        while (!ring->stopped && pipe->budget_bytes && ring->in_flight_bytes &&
               ring->in_flight_bytes + slot->demand_bytes > pipe->budget_bytes)
            pthread_cond_wait(&ring->freed, &ring->lock);
        bool failed = slot->code != SG_OK;
        slot->state = SLOT_READ;
        ring->in_flight_bytes += slot->demand_bytes;
        ring->read_serial++;
        pthread_cond_signal(&ring->filled);
        if (failed) break;
    }
    ring->ended = true;
    pthread_cond_broadcast(&ring->filled);
    pthread_cond_signal(&ring->finished);
    pthread_mutex_unlock(&ring->lock);
}

enum sg_code sg_pipe_run(const struct sg_pipe *pipe, struct sg_err *err) {
    if (pipe->threads <= 1) return run_alone(pipe, err);
    struct ring ring = {.pipe = pipe, .count = 2 * (size_t)pipe->threads + 2, .err = err};
    pthread_mutex_init(&ring.lock, NULL);
    pthread_cond_init(&ring.freed, NULL);
    pthread_cond_init(&ring.filled, NULL);
    pthread_cond_init(&ring.finished, NULL);
    ring.slots = sg_zalloc(ring.count, sizeof *ring.slots);
    for (size_t i = 0; i < ring.count; i++) ring.slots[i].batch = pipe->make(pipe->context);

    struct worker *workers = sg_zalloc(pipe->threads, sizeof *workers);
    pthread_t *threads = sg_zalloc(pipe->threads + 1, sizeof *threads);
    unsigned started = 0;
    sigset_t all,
        old; /* signals go to the calling thread alone: they must interrupt its blocked read */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    bool writing = pthread_create(&threads[pipe->threads], NULL, write_in_order, &ring) == 0;
    for (; writing && started < pipe->threads; started++) {
        workers[started] = (struct worker){.ring = &ring, .number = started};
        if (pthread_create(&threads[started], NULL, work, &workers[started]) != 0) break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (started > 0) read_all(&ring); /* fewer threads than asked for still give the same bytes */
    pthread_mutex_lock(&ring.lock);
    ring.ended = true;
    pthread_cond_broadcast(&ring.filled);
    pthread_cond_signal(&ring.finished);
    pthread_mutex_unlock(&ring.lock);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
    if (writing) pthread_join(threads[pipe->threads], NULL);

    for (size_t i = 0; i < ring.count; i++) pipe->unmake(pipe->context, ring.slots[i].batch);
    free(ring.slots);
    free(workers);
    free(threads);
    pthread_cond_destroy(&ring.finished);
    pthread_cond_destroy(&ring.filled);
    pthread_cond_destroy(&ring.freed);
    pthread_mutex_destroy(&ring.lock);
    if (started == 0) return run_alone(pipe, err);
    return ring.code;
}
