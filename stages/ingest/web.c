#include "web.h"

#include <string.h>

#include "detect.h"

static const char html[] = "unsupported: html", binary[] = "unsupported: binary",
                  code[] = "unsupported: style or script";

static bool starts(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

static bool ends(const char *text, const char *with) {
    size_t len = strlen(text), n = strlen(with);
    return len >= n && strcmp(text + len - n, with) == 0;
}

/* By media type alone; "" when the type says nothing and the bytes must tell. */
static const char *by_type(const char *type) {
    static const char *const codes[] = {"css",    "javascript", "ecmascript", "json",
                                        "x-json", "ld+json",    "wasm"};
    if (strcmp(type, "text/html") == 0 || strcmp(type, "application/xhtml+xml") == 0) return html;
    if (strcmp(type, "text/dns") == 0) return "unsupported: dns";
    const char *slash = strchr(type, '/');
    const char *subtype = slash ? slash + 1 : "";
    if (starts(subtype, "x-")) subtype += 2;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(subtype, codes[i]) == 0) return code;
    if (starts(type, "text/")) return NULL;
    if (!type[0] || !slash || strcmp(type, "application/octet-stream") == 0 ||
        strcmp(type, "unknown/unknown") == 0)
        return "";
    if (strcmp(type, "application/xml") == 0 ||
        (ends(type, "+xml") && starts(type, "application/")))
        return NULL;
    return binary;
}

/* The type's word first; what claims to be text is looked at as well. */
static const char *judge_body(const char *type, const char *body, size_t len) {
    const char *reason = by_type(type);
    if (reason && reason[0]) return reason;
    enum detect_kind kind = detect_leaf(body, len);
    if (kind == DETECT_HTML) return html;
    return kind == DETECT_BINARY ? binary : NULL;
}

static void judge_http(const char *head, size_t len, struct web_verdict *out) {
    struct http *http = &out->header;
    if (!http_parse(head, len, http)) {
        out->reason = "unsupported: no http response";
        return;
    }
    out->http = true;
    memcpy(out->charset, http->charset, sizeof out->charset);
    /* A body in a transfer or content coding is looked at once it is decoded. */
    const char *type = http->content_type;
    if (http->chunked || http->encoding[0]) {
        const char *reason = by_type(type);
        out->reason = reason && !reason[0] ? NULL : reason;
    } else {
        out->reason = judge_body(type, head + http->body, len - http->body);
    }
}

static const char *reason_for_type(const char *type) {
    static const struct {
        const char *type, *reason;
    } others[] = {
        {"warcinfo", "unsupported: warc warcinfo"},
        {"request", "unsupported: warc request"},
        {"metadata", "unsupported: warc metadata"},
        {"revisit", "unsupported: warc revisit"},
        {"continuation", "unsupported: warc continuation"},
        {"filedesc", "unsupported: arc filedesc"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(type, others[i].type) == 0) return others[i].reason;
    return "unsupported: warc record";
}

void web_judge(const struct warc_record *record, const char *head, size_t len, bool html_raw,
               struct web_verdict *out) {
    *out = (struct web_verdict){0};
    char type[64];
    http_media_type(record->content_type, type, out->charset);
    if (strcmp(record->type, "conversion") == 0) {
        if (strcmp(type, "text/plain") != 0) out->reason = judge_body(type, head, len);
    } else if (strcmp(record->type, "response") == 0 &&
               (!type[0] || strcmp(type, "application/http") == 0 ||
                (len > 5 && memcmp(head, "HTTP/", 5) == 0))) {
        judge_http(head, len, out);
    } else if (strcmp(record->type, "resource") == 0 || strcmp(record->type, "response") == 0) {
        out->reason = judge_body(type, head, len);
    } else {
        out->reason = reason_for_type(record->type);
    }
    if (html_raw && out->reason == html) out->reason = NULL;
    /* The text of an error page is not the page's. */
    if (!out->reason && out->http && (out->header.status < 200 || out->header.status > 299))
        out->reason = "unsupported: http status";
}
