#include "pass.h"

#include <stdlib.h>

#include "run/chain.h"
#include "run/pipe.h"

struct running {
    struct dedup_pass *pass;
    struct dedup_corpus corpus;
    void **places;
};

enum sg_code dedup_pass_at(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err) {
    return dedup_corpus_at(job, batch->span.input, batch->in.frame_offset, SG_NOWHERE, err);
}

void dedup_pass_bad_line(const struct dedup_job *job, struct dedup_batch *batch, uint64_t before, struct sg_err *err) {
    if (batch->first_bad.code == SG_OK) {
        dedup_pass_at(job, batch, err);
        err->record = before + 1;
        batch->first_bad = *err;
    }
    sg_err_clear(err);
}

enum sg_code dedup_pass_judge(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err) {
    const struct sg_limit *limit = &job->run->max_bad;
    const struct dedup_input *input = &job->inputs[batch->span.input];
    if (limit->count > 0 || limit->percent > 0) return SG_OK;
    *err = batch->first_bad;
    err->record += input->documents + input->bad;
    return err->code;
}

enum sg_code dedup_pass_changed(const struct dedup_job *job, const struct dedup_batch *batch, struct sg_err *err) {
    sg_err_set(err, SG_DATA, "the file changed while the run was reading it: run again");
    return dedup_pass_at(job, batch, err);
}

static void *make_batch(void *context) {
    const struct running *running = context;
    return sg_zalloc(1, running->pass->batch_bytes);
}

static void free_batch(void *context, void *argument) {
    const struct running *running = context;
    struct dedup_batch *batch = argument;
    sg_frames_batch_free(&batch->in);
    if (running->pass->empty_batch) running->pass->empty_batch(batch);
    free(batch);
}

static enum sg_code read_batch(void *context, void *argument, struct sg_err *err) {
    struct running *running = context;
    const struct dedup_pass *pass = running->pass;
    struct dedup_batch *batch = argument;
    batch->split = false;
    sg_err_clear(&batch->first_bad);
    enum sg_code code = dedup_corpus_next(&running->corpus, &batch->in, &batch->span, err);
    return code == SG_OK && pass->begin ? pass->begin(pass->context, batch, err) : code;
}

static uint64_t demand_of(void *context, const void *argument) {
    const struct running *running = context;
    const struct dedup_batch *batch = argument;
    const struct dedup_pass *pass = running->pass;
    uint64_t raw = batch->in.is_packed ? batch->in.raw_bytes : batch->in.lines.len;
    return pass->skip && pass->skip(batch) ? raw : pass->demand * raw + (pass->extra ? pass->extra(batch) : 0);
}

static enum sg_code work_on(void *context, unsigned number, void *argument, struct sg_err *err) {
    struct running *running = context;
    const struct dedup_pass *pass = running->pass;
    struct dedup_batch *batch = argument;
    struct dedup_place *place = running->places[number];
    if (pass->skip && pass->skip(batch)) return SG_OK;
    enum sg_code code = sg_frames_lines(place->decoder, &batch->in, &batch->split, err);
    if (code != SG_OK) return dedup_pass_at(pass->job, batch, err);
    return batch->split ? SG_OK : pass->work(pass->context, place, batch, err);
}

static enum sg_code write_batch(void *context, void *argument, struct sg_err *err) {
    struct running *running = context;
    struct dedup_pass *pass = running->pass;
    struct dedup_batch *batch = argument;
    if (batch->split) {
        pass->has_cut_lines = true;
        pass->job->inputs[batch->span.input].stream = true;
        return sg_err_set(err, SG_DATA, "frames end inside lines");
    }
    enum sg_code code = pass->write(pass->context, batch, err);
    sg_progress_add(pass->job->run->progress, 0, batch->span.documents);
    dedup_corpus_shrink(&batch->in.lines);
    dedup_corpus_shrink(&batch->in.packed);
    return code;
}

static void make_places(struct running *running, unsigned threads) {
    const struct dedup_pass *pass = running->pass;
    running->places = sg_zalloc(threads, sizeof *running->places);
    for (unsigned i = 0; i < threads; i++) {
        struct dedup_place *place = running->places[i] = sg_zalloc(1, pass->place_bytes);
        place->decoder = sg_frames_decoder_new();
        if (pass->fill_place) pass->fill_place(pass->context, place);
    }
}

static void free_places(struct running *running, unsigned threads) {
    for (unsigned i = 0; i < threads; i++) {
        struct dedup_place *place = running->places[i];
        sg_frames_decoder_free(place->decoder);
        dedup_line_free(&place->line);
        dedup_scratch_free(&place->scratch);
        if (running->pass->empty_place) running->pass->empty_place(place);
        free(place);
    }
    free(running->places);
}

enum sg_code dedup_pass_run(struct dedup_pass *pass, struct sg_err *err) {
    struct dedup_job *job = pass->job;
    struct running running = {.pass = pass};
    uint64_t batch_bytes = 0, total = 0;
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    for (size_t i = first; i < end; i++)
        total += pass->first ? job->inputs[i].given->bytes : job->inputs[i].bytes;
    pass->has_cut_lines = false;
    enum sg_code code = dedup_corpus_fit(job, pass->fixed_bytes, &batch_bytes, err);
    unsigned threads = job->run->budget.threads;
    const struct sg_pipe pipe = {.threads = threads,
                                 .budget_bytes = batch_bytes,
                                 .context = &running,
                                 .make = make_batch,
                                 .unmake = free_batch,
                                 .read = read_batch,
                                 .demand = demand_of,
                                 .work = work_on,
                                 .write = write_batch};
    sg_progress_phase(job->run->progress, pass->name, total);
    if (code == SG_OK) code = dedup_corpus_open(&running.corpus, job, pass->first, err);
    running.corpus.memory_bytes = batch_bytes / pass->demand;
    make_places(&running, threads);
    if (code == SG_OK) code = sg_pipe_run(&pipe, err);
    free_places(&running, threads);
    dedup_corpus_close(&running.corpus);
    return code;
}

/* ---- the first pass ---- */

static enum sg_code keep_promises(struct dedup_job *job, const struct sg_chain_promise *promises, struct sg_err *err) {
    enum sg_code code = SG_OK;
    uint64_t documents = 0;
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    for (size_t i = first; code == SG_OK && i < end; i++) {
        struct dedup_input *input = &job->inputs[i];
        if (job->run->planned && input->bytes != input->given->bytes) {
            sg_err_set(err, SG_DATA, "the file has changed since the plan was made: make a new plan");
            return sg_err_at(err, input->given->path, SG_NOWHERE, SG_NOWHERE, SG_NOWHERE);
        }
        code = sg_chain_keep_promise(input->given->path, &promises[i], input->bytes, input->documents + input->bad,
                                     input->hash, err);
        input->first = documents;
        documents += input->documents;
    }
    return code;
}

enum sg_code dedup_pass_inputs(struct dedup_job *job, dedup_pass_once *once, void *context, struct sg_err *err) {
    struct sg_chain_promise *promises = sg_zalloc(job->input_count + 1, sizeof *promises);
    enum sg_code code = SG_OK;
    size_t first, end;
    dedup_task_inputs(job, &first, &end);
    for (size_t i = first; code == SG_OK && i < end; i++)
        code = sg_chain_promise(job->inputs[i].given->path, &promises[i], err);
    for (bool again = code == SG_OK; again;) {
        code = once(context, &again, err);
        if (again) sg_err_clear(err);
    }
    if (code == SG_OK) code = keep_promises(job, promises, err);
    free(promises);
    return code;
}
