#include "stream.h"

#include <stdlib.h>

void stream_init(struct stream *stream, stream_pull *pull, void *from) {
    struct sg_buf kept = stream->held;
    kept.len = 0;
    *stream = (struct stream){.pull = pull, .from = from, .held = kept};
}

void stream_init_bytes(struct stream *stream, const char *bytes, size_t len) {
    stream_init(stream, NULL, NULL);
    sg_buf_put(&stream->held, bytes, len);
    stream->state = SG_END;
}

void stream_free(struct stream *stream) {
    sg_buf_free(&stream->held);
    *stream = (struct stream){0};
}

/* Bytes already taken are dropped when they are the larger part, so each byte is moved at most once
 * on average. */
static void drop_taken(struct stream *stream) {
    size_t left = stream->held.len - stream->at;
    if (stream->marked || stream->at == 0 || stream->at < left) return;
    if (left > 0) memmove(stream->held.data, stream->held.data + stream->at, left);
    stream->held.len = left;
    stream->at = 0;
}

static void pull_once(struct stream *stream) {
    const char *data = NULL;
    size_t len = 0;
    sg_err_clear(&stream->why);
    stream->state = stream->pull(stream->from, &data, &len, &stream->why);
    if (stream->state != SG_OK || len == 0) return;
    drop_taken(stream);
    sg_buf_put(&stream->held, data, len);
}

size_t stream_peek(struct stream *stream, size_t want, const char **data) {
    while (stream->held.len - stream->at < want && stream->state == SG_OK) pull_once(stream);
    size_t have = stream->held.len - stream->at;
    *data = have > 0 ? stream->held.data + stream->at : "";
    return have < want ? have : want;
}

size_t stream_some(struct stream *stream, const char **data) {
    stream_peek(stream, 1, data);
    return stream->held.len - stream->at;
}

uint64_t stream_skip(struct stream *stream, uint64_t n) {
    uint64_t done = 0;
    const char *data;
    while (done < n) {
        uint64_t have = stream_some(stream, &data);
        if (have == 0) break;
        uint64_t step = have < n - done ? have : n - done;
        stream->at += step;
        stream->offset += step;
        done += step;
    }
    return done;
}

void stream_mark(struct stream *stream) {
    stream->mark = stream->at;
    stream->marked = true;
}

const char *stream_since(struct stream *stream) {
    stream->marked = false;
    return stream->held.len > 0 ? stream->held.data + stream->mark : "";
}

void stream_back(struct stream *stream) {
    stream->marked = false;
    stream->offset -= stream->at - stream->mark;
    stream->at = stream->mark;
}

enum sg_code stream_state(struct stream *stream) {
    const char *data;
    return stream_some(stream, &data) > 0 ? SG_OK : stream->state;
}

void stream_pass_gap(struct stream *stream) {
    if (stream->state == SG_DATA && stream->held.len == stream->at) stream->state = SG_OK;
}
