/*
 * A record is a header, a blank line, Content-Length bytes, and line ends. Behind a block there
 * must stand another record or the end; if not, the length was wrong, and the record is damaged:
 *
 *     too short   ...Content-Length: 3 | hel|lo CRLF CRLF WARC/1.0 ...     "lo" is passed over up
 *     to the next "WARC/1.0" line too long    ...Content-Length: 30| hello CRLF CRLF WARC/1.0 CRLF
 *     W|  the block holds such a line: go on there
 *
 * A gap in the stream (a damaged gzip member) ends the present record; the next one begins behind
 * it.
 */
#include "warc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

#define HEADER_MAX ((size_t)1 << 20)
#define LINE_MAX_ARC ((size_t)16 << 10)

void warc_init(struct warc *warc, struct stream *stream, bool arc) {
    struct sg_buf kept = warc->header;
    *warc = (struct warc){.stream = stream, .arc = arc, .header = kept};
}

void warc_free(struct warc *warc) {
    sg_buf_free(&warc->header);
    *warc = (struct warc){0};
}

static enum sg_code bad(struct warc *warc, uint64_t offset, struct sg_err *err, const char *cause) {
    warc->bad_offset = offset;
    return sg_err_set(err, SG_DATA, "%s", cause);
}

/* ---- where a record begins ---- */

/* "WARC/1.0" and a line end. */
static bool is_version_line(const char *text, size_t len) {
    if (len < 8 || memcmp(text, "WARC/", 5) != 0) return false;
    size_t at = 5;
    while (at < len && at < 12 && ((text[at] >= '0' && text[at] <= '9') || text[at] == '.')) at++;
    while (at < len && (text[at] == ' ' || text[at] == '\r')) at++;
    return at > 7 && at < len && text[at] == '\n';
}

struct arc_line {
    const char *field[5]; /* URL, IP, date, type, length */
    size_t len[5];
    uint64_t length;
    size_t bytes; /* with its LF */
};

/* URLs may hold spaces: the last four fields are counted from the end. */
static bool parse_arc_line(const char *text, size_t len, struct arc_line *line) {
    const char *lf = memchr(text, '\n', len < LINE_MAX_ARC ? len : LINE_MAX_ARC);
    if (!lf) return false;
    size_t end = (size_t)(lf - text);
    line->bytes = end + 1;
    if (end > 0 && text[end - 1] == '\r') end--;
    for (int i = 4; i > 0; i--) {
        size_t start = end;
        while (start > 0 && text[start - 1] != ' ') start--;
        if (start == 0 || start == end) return false;
        line->field[i] = text + start;
        line->len[i] = end - start;
        end = start - 1;
    }
    line->field[0] = text;
    line->len[0] = end;
    char digits[24];
    if (line->len[4] >= sizeof digits) return false;
    memcpy(digits, line->field[4], line->len[4]);
    digits[line->len[4]] = 0;
    if (!sg_num_parse_u64(digits, &line->length)) return false;
    for (size_t i = 0; i < line->len[2]; i++)
        if (line->field[2][i] < '0' || line->field[2][i] > '9') return false;
    return line->len[2] >= 8 && memchr(text, ':', end) != NULL;
}

static bool begins_record(const struct warc *warc, const char *text, size_t len) {
    struct arc_line line;
    return warc->arc ? parse_arc_line(text, len, &line) : is_version_line(text, len);
}

/* The last bytes of a file, when the cut fell into a record's first line: the record before is
 * whole. */
static bool is_cut_line(const struct warc *warc, const char *text, size_t len) {
    if (memchr(text, '\n', len)) return false;
    return warc->arc || (len < 10 && memcmp(text, "WARC/1.0\r\n", len < 7 ? len : 7) == 0);
}

static size_t look_ahead(const struct warc *warc) {
    return warc->arc ? LINE_MAX_ARC : 16;
}

static void skip_line_ends(struct warc *warc) {
    const char *data;
    size_t have;
    while ((have = stream_some(warc->stream, &data)) > 0) {
        size_t n = 0;
        while (n < have && (data[n] == '\r' || data[n] == '\n')) n++;
        stream_skip(warc->stream, n);
        if (n < have) break;
    }
}

/* Pass over bytes to the next line that begins a record, or to an end or gap. */
static void seek_record(struct warc *warc) {
    for (;;) {
        const char *data;
        size_t have = stream_some(warc->stream, &data);
        const char *lf = have > 0 ? memchr(data, '\n', have) : NULL;
        stream_skip(warc->stream, lf ? (size_t)(lf - data) + 1 : have);
        if (have == 0) return;
        if (!lf) continue;
        have = stream_peek(warc->stream, look_ahead(warc), &data);
        if (begins_record(warc, data, have)) return;
    }
}

/* Behind damage: the next record, and when a gap is met first, the one behind it, for that is the
 * same damage. */
static void resume(struct warc *warc) {
    const char *data;
    size_t have = stream_peek(warc->stream, look_ahead(warc), &data);
    if (have > 0 && !begins_record(warc, data, have)) seek_record(warc);
    if (stream_state(warc->stream) != SG_DATA) return;
    stream_pass_gap(warc->stream);
    have = stream_peek(warc->stream, look_ahead(warc), &data);
    if (have > 0 && !begins_record(warc, data, have)) seek_record(warc);
}

/* ---- headers ---- */

/* Length of the header with its blank line, 0 when there is none. */
static size_t header_length(const char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        const char *lf = memchr(text + at, '\n', len - at);
        if (!lf) return 0;
        size_t line = (size_t)(lf - text) - at;
        at += line + 1;
        if (line == 0 || (line == 1 && text[at - 2] == '\r')) return at;
    }
    return 0;
}

static char *trim(char *text) {
    while (*text == ' ' || *text == '\t') text++;
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1])) text[--len] = 0;
    return text;
}

/* <http://a/> as some writers have it, is http://a/ */
static char *unbracket(char *uri) {
    size_t len = strlen(uri);
    if (len < 2 || uri[0] != '<' || uri[len - 1] != '>') return uri;
    uri[len - 1] = 0;
    return uri + 1;
}

/* The header's lines become strings in place. False without a usable Content-Length. */
static bool parse_fields(struct sg_buf *header, struct warc_record *record) {
    const struct {
        const char *name;
        const char **value;
    } wanted[] = {
        {"WARC-Type", &record->type},
        {"WARC-Target-URI", &record->uri},
        {"WARC-Date", &record->date},
        {"WARC-Record-ID", &record->id},
        {"Content-Type", &record->content_type},
        {"WARC-Identified-Content-Language", &record->language},
    };
    bool length = false;
    char *next, *line = header->data;
    for (char *end = header->data + header->len; line < end; line = next) {
        char *lf = memchr(line, '\n', (size_t)(end - line));
        /* A line that begins with white space goes on with the one before. */
        while (lf && lf + 1 < end && (lf[1] == ' ' || lf[1] == '\t')) {
            *lf = ' ';
            lf = memchr(lf, '\n', (size_t)(end - lf));
        }
        next = lf ? lf + 1 : end;
        if (lf) *lf = 0;
        char *colon = strchr(line, ':');
        if (!colon) continue;
        *colon = 0;
        char *name = trim(line), *value = trim(colon + 1);
        if (strcasecmp(name, "Content-Length") == 0)
            length = sg_num_parse_u64(value, &record->length);
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (strcasecmp(name, wanted[i].name) == 0) *wanted[i].value = value;
    }
    record->uri = unbracket((char *)record->uri);
    return length;
}

static char empty[] = "";

static enum sg_code warc_header(struct warc *warc, struct warc_record *record, struct sg_err *err) {
    const char *data;
    size_t have = 0, header = 0;
    for (size_t want = 4096; header == 0 && want <= HEADER_MAX; want *= 4) {
        have = stream_peek(warc->stream, want, &data);
        header = header_length(data, have);
        if (have < want) break;
    }
    uint64_t offset = warc->stream->offset;
    if (header == 0) {
        const char *cause =
            have < HEADER_MAX ? "cut in a record's header" : "a header of more than 1 MiB";
        if (warc->stream->state == SG_DATA) cause = warc->stream->why.text;
        enum sg_code code = bad(warc, offset, err, cause);
        seek_record(warc); /* from here, so that this header's own first line is not found again */
        resume(warc);
        return code;
    }
    warc->header.len = 0;
    sg_buf_put(&warc->header, data, header);
    sg_buf_str(&warc->header);
    stream_skip(warc->stream, header);
    if (parse_fields(&warc->header, record)) return SG_OK;
    resume(warc);
    return bad(warc, offset, err, "a record without a Content-Length");
}

/* "20080430204825" becomes "2008-04-30T20:48:25Z"; other lengths stay as they are. */
static void put_arc_date(struct sg_buf *out, const char *digits, size_t len) {
    if (len != 14) {
        sg_buf_put(out, digits, len);
        return;
    }
    sg_buf_printf(out, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", digits, digits + 4, digits + 6, digits + 8,
                  digits + 10, digits + 12);
}

static enum sg_code arc_header(struct warc *warc, struct warc_record *record, struct sg_err *err) {
    const char *data;
    struct arc_line line;
    size_t have = stream_peek(warc->stream, LINE_MAX_ARC, &data);
    if (!parse_arc_line(data, have, &line)) {
        enum sg_code code =
            bad(warc, warc->stream->offset, err, "not the first line of an ARC record");
        seek_record(warc);
        return code;
    }
    struct sg_buf *header = &warc->header;
    header->len = 0;
    sg_buf_put(header, line.field[0], line.len[0]);
    sg_buf_putc(header, 0);
    size_t date = header->len;
    put_arc_date(header, line.field[2], line.len[2]);
    sg_buf_putc(header, 0);
    size_t type = header->len;
    sg_buf_put(header, line.field[3], line.len[3]);
    sg_buf_putc(header, 0);
    record->uri = header->data;
    record->date = header->data + date;
    record->content_type = header->data + type;
    record->length = line.length;
    record->type = strncmp(record->uri, "http", 4) == 0 ? "response" : "resource";
    if (strncmp(record->uri, "filedesc:", 9) == 0) record->type = "filedesc";
    stream_skip(warc->stream, line.bytes);
    return SG_OK;
}

enum sg_code warc_next(struct warc *warc, struct warc_record *record, struct sg_err *err) {
    if (warc->in_block) { /* the caller did not end it; its answer would have been the same */
        struct sg_err ignored = {0};
        if (warc_pass(warc, &ignored) == SG_SYSTEM) return SG_SYSTEM;
    }
    skip_line_ends(warc);
    uint64_t offset = warc->stream->offset;
    enum sg_code code = stream_state(warc->stream);
    if (code == SG_DATA) {
        code = bad(warc, offset, err, warc->stream->why.text);
        resume(warc);
        return code;
    }
    if (code == SG_SYSTEM && err) *err = warc->stream->why;
    if (code != SG_OK) return code;

    const char *data;
    size_t have = stream_peek(warc->stream, look_ahead(warc), &data);
    if (!begins_record(warc, data, have)) {
        seek_record(warc);
        return bad(warc, offset, err, "bytes that belong to no record");
    }
    *record = (struct warc_record){.type = empty,
                                   .uri = empty,
                                   .date = empty,
                                   .id = empty,
                                   .content_type = empty,
                                   .language = empty};
    code = warc->arc ? arc_header(warc, record, err) : warc_header(warc, record, err);
    if (code != SG_OK) return code;
    record->number = ++warc->records;
    record->offset = offset;
    warc->length = record->length;
    warc->in_block = true;
    return SG_OK;
}

/* ---- blocks ---- */

size_t warc_peek(struct warc *warc, size_t want, const char **data) {
    if (want > warc->length) want = (size_t)warc->length;
    return stream_peek(warc->stream, want, data);
}

/* The stream ended or broke inside the block. */
static enum sg_code cut(struct warc *warc, struct sg_err *err) {
    enum sg_code code = stream_state(warc->stream);
    if (code == SG_SYSTEM) {
        if (err) *err = warc->stream->why;
        return code;
    }
    if (code == SG_DATA) {
        sg_err_set(err, SG_DATA, "damaged record: %s", warc->stream->why.text);
        resume(warc);
        return SG_DATA;
    }
    return sg_err_set(err, SG_DATA, "cut inside a record");
}

/* Behind the block: line ends, then a record, the end or a gap. Where the bytes before a gap are
 * damaged too (a gzip member whose checksum at its end is wrong), the gap is this record's. */
static bool ends_well(struct warc *warc) {
    const char *data;
    skip_line_ends(warc);
    size_t have = stream_peek(warc->stream, look_ahead(warc), &data);
    if (have > 0)
        return begins_record(warc, data, have) ||
               (have < look_ahead(warc) && is_cut_line(warc, data, have));
    enum sg_code state = stream_state(warc->stream);
    uint64_t damaged_bytes = warc->stream->why.byte;
    return state == SG_END ||
           (state == SG_DATA && (damaged_bytes == 0 || damaged_bytes == SG_NOWHERE));
}

static const char length_cause[] = "no record follows where this one ends: its length is wrong";

static enum sg_code wrong_length(struct warc *warc, struct sg_err *err) {
    if (stream_state(warc->stream) == SG_DATA || stream_state(warc->stream) == SG_SYSTEM)
        return cut(warc, err);
    seek_record(warc);
    return sg_err_set(err, SG_DATA, "%s", length_cause);
}

/* A line that begins a record inside the block (seen: more than that, for the line may end behind
 * it): the block was too long. */
static bool find_inside(const struct warc *warc, const char *data, size_t len, size_t seen,
                        size_t *at) {
    for (size_t i = 0; i < len;) {
        const char *lf = memchr(data + i, '\n', len - i);
        if (!lf) return false;
        i = (size_t)(lf - data) + 1;
        if (begins_record(warc, data + i, seen - i)) {
            *at = i;
            return true;
        }
    }
    return false;
}

/* After a block that is cut or too long: to a record inside it, if there is one. */
static enum sg_code go_back(struct warc *warc, bool whole, uint64_t length, struct sg_err *err) {
    uint64_t taken = warc->stream->offset;
    stream_back(warc->stream);
    taken -= warc->stream->offset;
    const char *data;
    size_t have = (size_t)(whole ? length : taken), inside;
    size_t seen = stream_peek(warc->stream, have + look_ahead(warc), &data);
    if (find_inside(warc, data, have, seen, &inside)) {
        stream_skip(warc->stream, inside);
        return sg_err_set(err, SG_DATA, "%s", length_cause);
    }
    stream_skip(warc->stream, have);
    if (!whole) return cut(warc, err);
    skip_line_ends(warc);
    return wrong_length(warc, err);
}

enum sg_code warc_take(struct warc *warc, uint64_t max_bytes, const char **data,
                       struct sg_err *err) {
    uint64_t length = warc->length;
    if (length > max_bytes) {
        enum sg_code code = warc_pass(warc, err);
        return code == SG_OK ? sg_err_set(err, SG_DATA, "a record of more than --max-record")
                             : code;
    }
    warc->in_block = false;
    stream_mark(warc->stream);
    bool whole = stream_skip(warc->stream, length) == length;
    if (whole && ends_well(warc)) {
        *data = stream_since(warc->stream);
        return SG_OK;
    }
    return go_back(warc, whole, length, err);
}

enum sg_code warc_pass(struct warc *warc, struct sg_err *err) {
    warc->in_block = false;
    if (stream_skip(warc->stream, warc->length) < warc->length) return cut(warc, err);
    return ends_well(warc) ? SG_OK : wrong_length(warc, err);
}
