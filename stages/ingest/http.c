#include "http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "stream.h"
#include "unpack.h"

static bool name_is(const char *line, size_t len, const char *name) {
    size_t n = strlen(name);
    return len == n && strncasecmp(line, name, n) == 0;
}

/* The value without space around it, lower case, cut to fit. */
static void copy_lower(char *out, size_t size, const char *text, size_t len) {
    while (len > 0 && isspace((unsigned char)*text)) text++, len--;
    while (len > 0 && isspace((unsigned char)text[len - 1])) len--;
    if (len >= size) len = size - 1;
    for (size_t i = 0; i < len; i++) out[i] = (char)tolower((unsigned char)text[i]);
    out[len] = 0;
}

void http_media_type(const char *value, char type[64], char charset[64]) {
    size_t end = strcspn(value, ";,");
    copy_lower(type, 64, value, end);
    charset[0] = 0;
    const char *parameter = strcasestr(value + end, "charset=");
    if (!parameter) return;
    parameter += strlen("charset=");
    parameter += strspn(parameter, " \"'");
    copy_lower(charset, 64, parameter, strcspn(parameter, " \"';,"));
}

static void take_field(struct http *http, const char *line, size_t len) {
    const char *colon = memchr(line, ':', len);
    if (!colon) return;
    size_t name = (size_t)(colon - line);
    char value[256];
    copy_lower(value, sizeof value, colon + 1, len - name - 1);
    if (name_is(line, name, "content-type"))
        http_media_type(value, http->content_type, http->charset);
    if (name_is(line, name, "transfer-encoding")) http->chunked = strstr(value, "chunked") != NULL;
    if (name_is(line, name, "content-encoding") && strcmp(value, "identity") != 0 &&
        strcmp(value, "none") != 0)
        copy_lower(http->encoding, sizeof http->encoding, value, strlen(value));
}

bool http_parse(const char *block, size_t len, struct http *out) {
    *out = (struct http){0};
    if (len < 12 || strncasecmp(block, "HTTP/", 5) != 0) return false;
    for (size_t at = 0, lines = 0; at < len; lines++) {
        const char *lf = memchr(block + at, '\n', len - at);
        if (!lf) return false;
        size_t line = (size_t)(lf - block) - at, bare = line;
        if (bare > 0 && block[at + bare - 1] == '\r') bare--;
        if (lines == 0) {
            const char *space = memchr(block, ' ', bare);
            if (!space) return false;
            out->status = atoi(space + 1);
        } else if (bare == 0) {
            out->body = at + line + 1;
            return true;
        } else {
            take_field(out, block + at, bare);
        }
        at += line + 1;
    }
    return false;
}

/* Size line of a chunk: hex digits, maybe an extension, LF. False when it is none. */
static bool chunk_size(const char *body, size_t len, size_t *at, size_t *size) {
    size_t digits = 0, value = 0, i = *at;
    while (i < len && isxdigit((unsigned char)body[i]) && digits < 15) {
        char c = body[i++];
        value = value * 16 + (size_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        digits++;
    }
    const char *lf = i < len ? memchr(body + i, '\n', len - i) : NULL;
    if (digits == 0 || !lf || lf - (body + i) > 256) return false;
    if (lf != body + i && !strchr(" ;\r\t", body[i])) return false;
    *at = (size_t)(lf - body) + 1;
    *size = value;
    return true;
}

/* Chunks joined. A body cut in a chunk gives what is there: the record's own length has been
 * checked already. */
static void join_chunks(const char *body, size_t len, struct sg_buf *out) {
    size_t at = 0, size;
    if (!chunk_size(body, len, &at, &size)) {
        sg_buf_put(out, body, len);
        return;
    }
    while (size > 0) {
        size_t have = size < len - at ? size : len - at;
        sg_buf_put(out, body + at, have);
        at += have;
        while (at < len && (body[at] == '\r' || body[at] == '\n')) at++;
        if (!chunk_size(body, len, &at, &size)) return;
    }
}

static enum sg_code inflate(const char *body, size_t len, uint64_t max_bytes, struct sg_buf *out,
                            struct sg_err *err) {
    struct stream packed = {0};
    stream_init_bytes(&packed, body, len);
    struct limits limits = {.in_bytes = len};
    struct unpack *unpack = NULL;
    enum sg_code code = unpack_open(&unpack, &packed, &limits, err);
    while (code == SG_OK) {
        const char *data;
        size_t have;
        code = unpack_pull(unpack, &data, &have, err);
        if (code == SG_OK && out->len + have > max_bytes)
            code = sg_err_set(err, SG_DATA, "a record of more than --max-record");
        if (code == SG_OK) sg_buf_put(out, data, have);
    }
    unpack_close(unpack);
    stream_free(&packed);
    return code == SG_END ? SG_OK : code;
}

enum sg_code http_body(const struct http *http, const char *body, size_t len, uint64_t max_bytes,
                       struct sg_buf *out, struct sg_err *err) {
    struct sg_buf joined = {0};
    enum sg_code code = SG_OK;
    if (http->chunked) {
        join_chunks(body, len, &joined);
        body = joined.data;
        len = joined.len;
    }
    bool gzip = len > 2 && memcmp(body, "\x1f\x8b", 2) == 0;
    bool zstd = len > 4 && memcmp(body, "\x28\xb5\x2f\xfd", 4) == 0;
    if (http->encoding[0] && (gzip || zstd))
        code = inflate(body, len, max_bytes, out, err);
    else if (strcmp(http->encoding, "br") == 0 || strcmp(http->encoding, "deflate") == 0)
        code = sg_err_set(err, SG_DATA, "content encoding %s", http->encoding);
    else
        sg_buf_put(out, body, len);
    sg_buf_free(&joined);
    return code;
}
