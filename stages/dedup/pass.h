/*
 * pass: the inputs of a task once: batches of lines to any thread, results back in input order.
 *
 * Shape   begin (one thread, in order) -> work (any thread, lines are unpacked) -> write (one thread, in order). The first
 *         pass of a run learns what the inputs are, later ones check that they still are that.
 * Units   demand: bytes that work on a batch may hold for each byte of its lines.
 * Calls   fill in, dedup_pass_run. A verb's batch and its place of work begin with the structs below and are zeroed once.
 * Owns    batches and places, with what is common in them; what a verb adds is its own (empty_*).
 * Errors  SG_DATA: damaged or changed input. SG_BUDGET: a batch alone needs more than there is. Those of the calls.
 *
 * Example recheck.c is the shortest one.
 */
#ifndef SANGAM_DEDUP_PASS_H
#define SANGAM_DEDUP_PASS_H

#include "corpus.h"
#include "line.h"

struct dedup_batch {
    struct sg_frames_batch in; /* in.lines: the lines at hand */
    struct dedup_span span;
    bool split; /* first pass: frames end inside lines */
    struct sg_err first_bad; /* what is wrong with the first bad line; its record counts from the batch's start */
};

/* One worker's. */
struct dedup_place {
    struct sg_frames_decoder *decoder;
    struct dedup_line line;
    struct dedup_scratch scratch;
};

struct dedup_pass {
    struct dedup_job *job;
    const char *name; /* for the progress line */
    void *context;
    size_t batch_bytes, place_bytes; /* of the verb's structs */
    bool first;
    unsigned demand;
    uint64_t (*extra)(const void *batch); /* bytes beside what demand says; may be NULL */
    uint64_t fixed_bytes; /* of memory, beside the batches */
    bool has_cut_lines;   /* out: an input's frames do not hold whole lines. It is marked: run the pass again */

    enum sg_code (*begin)(void *context, void *batch, struct sg_err *err); /* may be NULL */
    bool (*skip)(const void *batch);                                       /* true: nobody needs its lines; may be NULL */
    enum sg_code (*work)(void *context, void *place, void *batch, struct sg_err *err);
    enum sg_code (*write)(void *context, void *batch, struct sg_err *err);
    void (*fill_place)(void *context, void *place); /* may be NULL, as the next two */
    void (*empty_place)(void *place);
    void (*empty_batch)(void *batch);
};

enum sg_code dedup_pass_run(struct dedup_pass *pass, struct sg_err *err) SG_MUST_CHECK;

/* The first pass over the task's inputs: `once`, and again from the start when it says so (a foreign file whose frames cut lines
 * is read as a stream then); each chain file is held against the receipt beside it. Inputs learn their first document. */
typedef enum sg_code dedup_pass_once(void *context, bool *again, struct sg_err *err);
enum sg_code dedup_pass_inputs(struct dedup_job *job, dedup_pass_once *once, void *context,
                               struct sg_err *err) SG_MUST_CHECK;

/* A place in a batch for the cause that is already in err. */
enum sg_code dedup_pass_at(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err);
/* A bad line, its cause in err, which is cleared; records before it in its batch. The first of a batch is kept. */
void dedup_pass_bad_line(const struct dedup_job *job, struct dedup_batch *batch, uint64_t before, struct sg_err *err);
/* For write, before it counts the batch, which has bad lines: the first one is the error where none is allowed. */
enum sg_code dedup_pass_judge(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err);
/* "the file changed while the run was reading it" */
enum sg_code dedup_pass_changed(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err);

#endif
