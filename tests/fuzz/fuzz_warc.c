/*
 * Any bytes as a WARC or ARC file, handed out in pieces with gaps between some: the parser ends,
 * never gives a block of another length than the record says, counts records one by one, and goes
 * forward. What judges and decodes records is run on each of them.
 */
#include <stdint.h>
#include <stdlib.h>

#include "detect.h"
#include "http.h"
#include "warc.h"
#include "web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth) {
    if (!truth) abort();
}

struct pieces {
    const char *at, *end;
    unsigned piece, calls;
    bool gaps;
};

static enum sg_code pull(void *from, const char **data, size_t *len, struct sg_err *err) {
    struct pieces *pieces = from;
    pieces->calls++;
    if (pieces->gaps && pieces->calls % 5 == 0) {
        sg_err_set(err, SG_DATA, "gap");
        if (err) err->byte = pieces->calls % 3;
        return SG_DATA;
    }
    size_t left = (size_t)(pieces->end - pieces->at);
    if (left == 0) return SG_END;
    *len = left < pieces->piece ? left : pieces->piece;
    *data = pieces->at;
    pieces->at += *len;
    return SG_OK;
}

static void judge(const struct warc_record *record, const char *block, size_t len) {
    struct web_verdict verdict;
    char *copy = sg_alloc(len); /* exact, so that a read behind it is seen */
    if (len) memcpy(copy, block, len);
    web_judge(record, copy, len, false, &verdict);
    if (verdict.http && verdict.header.body <= len) {
        struct sg_buf body = {0};
        struct sg_err err = {0};
        enum sg_code code = http_body(&verdict.header, copy + verdict.header.body,
                                      len - verdict.header.body, 1 << 20, &body, &err);
        demand(code == SG_OK || (code == SG_DATA && err.text[0]));
        demand(body.len <= (1 << 20) || !verdict.header.encoding[0]);
        sg_buf_free(&body);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    struct pieces pieces = {(const char *)data + 2, (const char *)data + size,
                            (unsigned)data[0] + 1, 0, data[1] & 2};
    struct stream stream = {0};
    struct warc warc = {0};
    stream_init(&stream, pull, &pieces);
    warc_init(&warc, &stream, data[1] & 1);
    uint64_t offset = 0, records = 0;
    for (size_t steps = 0;; steps++) {
        demand(steps <= 2 * size + 2);
        struct warc_record record;
        struct sg_err err = {0};
        enum sg_code code = warc_next(&warc, &record, &err);
        if (code == SG_END) break;
        demand(stream.offset >= offset);
        offset = stream.offset;
        demand(code == SG_OK || (code == SG_DATA && err.text[0]));
        if (code == SG_DATA) continue;
        demand(record.number == ++records && record.type && record.uri && record.date &&
               record.id && record.content_type);
        const char *block;
        if (data[1] & 4)
            code = warc_pass(&warc, &err);
        else
            code = warc_take(&warc, 1 << 20, &block, &err);
        demand(code == SG_OK || (code == SG_DATA && err.text[0]));
        if (code == SG_OK && !(data[1] & 4)) judge(&record, block, (size_t)record.length);
    }
    warc_free(&warc);
    stream_free(&stream);
    return 0;
}
