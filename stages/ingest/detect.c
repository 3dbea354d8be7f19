/*
 * Order matters: magic numbers first, then formats told by a checksum (tar) or a place (iso), then
 * the line-shaped ones, then leaf kinds by counting bytes.
 *
 * Binary or text: text in any charset that ICU knows has no NUL (UTF-16 and UTF-32 are tried
 * before) and hardly any C0 control. A head with more than 1 NUL in 1,000 bytes, or more than 1
 * other control in 20, is binary. Random bytes have 4 NULs in 1,000.
 */
#include "detect.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "text/json.h"

struct magic {
    const char *bytes;
    size_t len, at;
    enum detect_kind kind;
};

#define MAGIC(text, offset, kind)                                                                  \
    { text, sizeof(text) - 1, offset, kind }

static const struct magic magics[] = {
    MAGIC("\x1f\x8b\x08", 0, DETECT_PACKED),
    MAGIC("\x28\xb5\x2f\xfd", 0, DETECT_PACKED),
    MAGIC("\xfd"
          "7zXZ\0",
          0, DETECT_PACKED),
    MAGIC("BZh", 0, DETECT_PACKED), /* checked further below */
    MAGIC("\x04\x22\x4d\x18", 0, DETECT_PACKED),
    MAGIC("LZIP\x01", 0, DETECT_PACKED),
    MAGIC("\x5d\0\0", 0, DETECT_PACKED),
    MAGIC("\x1f\x9d", 0, DETECT_PACKED),
    MAGIC("PK\3\4", 0, DETECT_ZIP),
    MAGIC("PK\5\6", 0, DETECT_ZIP),
    MAGIC("PK\7\10PK\3\4", 0, DETECT_ZIP),
    MAGIC("7z\xbc\xaf\x27\x1c", 0, DETECT_7Z),
    MAGIC("070701", 0, DETECT_CPIO),
    MAGIC("070702", 0, DETECT_CPIO),
    MAGIC("070707", 0, DETECT_CPIO),
    MAGIC("!<arch>\n", 0, DETECT_AR),
    MAGIC("CD001", 32769, DETECT_ISO),
    MAGIC("Rar!\x1a\x07", 0, DETECT_ARCHIVE),
    MAGIC("MSCF\0\0\0\0", 0, DETECT_ARCHIVE),
    MAGIC("xar!", 0, DETECT_ARCHIVE),
    MAGIC("-lh5-", 2, DETECT_ARCHIVE),
    MAGIC("%PDF-", 0, DETECT_BINARY),
    MAGIC("\x89PNG", 0, DETECT_BINARY),
    MAGIC("\xff\xd8\xff", 0, DETECT_BINARY),
    MAGIC("GIF8", 0, DETECT_BINARY),
    MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, DETECT_BINARY), /* old Office files */
    MAGIC("\x7f"
          "ELF",
          0, DETECT_BINARY),
    MAGIC("wOFF", 0, DETECT_BINARY),
    MAGIC("wOF2", 0, DETECT_BINARY),
};

static bool starts(const char *head, size_t len, const char *text) {
    size_t n = strlen(text);
    return len >= n && memcmp(head, text, n) == 0;
}

static bool starts_nocase(const char *head, size_t len, const char *text) {
    size_t n = strlen(text);
    return len >= n && strncasecmp(head, text, n) == 0;
}

static enum detect_kind by_magic(const char *head, size_t len) {
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const struct magic *m = &magics[i];
        if (len < m->at + m->len || memcmp(head + m->at, m->bytes, m->len) != 0) continue;
        /* These two are short enough to begin a text: look at what must follow. */
        if (m->bytes[0] == 'B' &&
            (len < 10 || head[3] < '1' || head[3] > '9' ||
             (memcmp(head + 4, "1AY&SY", 6) != 0 && memcmp(head + 4, "\x17rE8P\x90", 6) != 0)))
            continue;
        if (m->bytes[0] == '\x5d' && (len < 13 || head[3] & 0x0f))
            continue; /* .lzma: dictionary of a round size */
        return m->kind;
    }
    return DETECT_EMPTY;
}

/* The first header of a tar holds the sum of its own bytes, the sum's field counted as spaces. */
static bool is_tar(const char *head, size_t len) {
    if (len < 512 || head[0] == 0) return false;
    const unsigned char *p = (const unsigned char *)head;
    unsigned sum = 0, told = 0, digits = 0;
    for (size_t i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? ' ' : p[i];
    for (size_t i = 148; i < 156; i++) {
        if (p[i] >= '0' && p[i] <= '7') {
            told = told * 8 + (p[i] - '0');
            digits++;
        } else if (p[i] != ' ' && p[i] != 0) {
            return false;
        }
    }
    return digits > 0 && told == sum;
}

/* Old binary cpio: magic 070707 octal as a 16-bit number of either byte order, then a name length
 * that makes sense. */
static bool is_old_cpio(const char *head, size_t len) {
    if (len < 27) return false;
    const unsigned char *p = (const unsigned char *)head;
    bool little = p[0] == 0xc7 && p[1] == 0x71, big = p[0] == 0x71 && p[1] == 0xc7;
    if (!little && !big) return false;
    unsigned name = little ? p[20] | p[21] << 8 : p[20] << 8 | p[21];
    return name > 1 && 26 + name <= len && p[26 + name - 1] == 0;
}

static bool is_office(const char *head, size_t len) {
    if (len < 30) return false;
    const unsigned char *p = (const unsigned char *)head;
    size_t name_len = p[26] | (size_t)p[27] << 8;
    if (len < 30 + name_len) return false;
    static const char *const names[] = {"mimetype", "[Content_Types].xml", "META-INF/",
                                        "META-INF/MANIFEST.MF"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == name_len && memcmp(head + 30, names[i], name_len) == 0) return true;
    return false;
}

/* "URL IP date type length" as the first line, with the version block's address. */
static bool is_arc(const char *head, size_t len) {
    return starts(head, len, "filedesc://");
}

static size_t skip_space(const char *head, size_t len, size_t at) {
    while (at < len &&
           (head[at] == ' ' || head[at] == '\t' || head[at] == '\n' || head[at] == '\r'))
        at++;
    return at;
}

static size_t skip_bom(const char *head, size_t len) {
    return starts(head, len, "\xef\xbb\xbf") ? 3 : 0;
}

/* A cut first line counts when it begins like an object with a named member: {"name": */
static bool begins_object(const char *line, size_t len) {
    if (len == 0 || line[0] != '{') return false;
    size_t at = skip_space(line, len, 1);
    if (at >= len || line[at] != '"') return false;
    for (at++; at < len && line[at] != '"'; at++)
        if (line[at] == '\\') at++;
    at = skip_space(line, len, at + 1);
    return at < len && line[at] == ':';
}

/* JSON structure is ASCII, so bytes that are not UTF-8 inside strings do not matter here: they are
 * masked for the check. */
static bool is_object(const char *line, size_t len) {
    if (len == 0 || line[0] != '{') return false;
    struct sg_buf masked = {0};
    sg_buf_put(&masked, line, len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)masked.data[i] >= 0x80) masked.data[i] = 'x';
    struct sg_json value;
    struct sg_err ignored = {0};
    bool ok = sg_json_check(masked.data, len, &value, &ignored) == SG_OK &&
              sg_json_type(value) == SG_JSON_OBJECT;
    sg_buf_free(&masked);
    return ok;
}

/* One good line among the first few is enough: a bad line is a bad record, not another format. */
static bool is_jsonl(const char *head, size_t len, bool complete) {
    size_t at = skip_space(head, len, skip_bom(head, len));
    for (int tries = 0; tries < 5 && at < len && head[at] == '{'; tries++) {
        const char *end = memchr(head + at, '\n', len - at);
        size_t line = end ? (size_t)(end - (head + at)) : len - at;
        if (!end && !complete) return begins_object(head + at, line);
        if (is_object(head + at, line)) return true;
        at = skip_space(head, len, at + line);
    }
    return false;
}

/* A start tag, ended by what may end its name. */
static bool tag(const char *at, size_t len, const char *name) {
    size_t n = strlen(name);
    if (!starts_nocase(at, len, name)) return false;
    return len == n || strchr(" \t\r\n>/", at[n]) != NULL;
}

static bool has_html_tag(const char *head, size_t len) {
    for (const char *p = head; (p = memchr(p, '<', len - (size_t)(p - head))) != NULL; p++) {
        size_t left = len - (size_t)(p - head);
        if (tag(p, left, "<html") || tag(p, left, "<!doctype html")) return true;
    }
    return false;
}

/* Past white space, comments and XML declarations the first tag decides; only tags that begin a
 * page count, for a README in Markdown likes to begin with <div> or <h1>. */
static bool is_html(const char *head, size_t len) {
    static const char *const page[] = {"<!doctype html", "<html",     "<head",
                                       "<body",          "<frameset", "<title"};
    size_t at = skip_space(head, len, skip_bom(head, len));
    while (at < len && head[at] == '<') {
        const char *close = NULL;
        size_t left = len - at;
        if (starts(head + at, left, "<!--"))
            close = memmem(head + at, left, "-->", 3);
        else if (starts(head + at, left, "<?"))
            close = memmem(head + at, left, "?>", 2);
        else
            break;
        if (!close) return has_html_tag(head, len < 4096 ? len : 4096);
        at = skip_space(head, len, (size_t)(close - head) + (*close == '-' ? 3 : 2));
    }
    for (size_t i = 0; i < sizeof page / sizeof *page; i++)
        if (tag(head + at, len - at, page[i])) return true;
    return at < len && head[at] == '<' && has_html_tag(head, len < 1024 ? len : 1024);
}

/* Units below U+0100 are text: printable or white space, but for 1 in 50. */
static bool wide_text(const unsigned char *p, size_t len, size_t width, bool big) {
    size_t low = 0, odd = 0;
    for (size_t i = 0; i + width <= len; i += width) {
        bool high = false;
        for (size_t k = 0; k < width; k++) high |= k != (big ? width - 1 : 0) && p[i + k];
        if (high) continue;
        unsigned char c = p[i + (big ? width - 1 : 0)];
        low++;
        odd += (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') ||
               (c >= 0x7f && c < 0xa0);
    }
    return low > 0 && odd * 50 <= low;
}

/* UTF-32 has zeros in two or three of four places, UTF-16 in one of two wherever a character is
 * Latin or a space. At least 15 % of all bytes (Japanese pages have a quarter, others half), and 95
 * % of them where they belong. */
const char *detect_wide(const char *bytes, size_t len) {
    const unsigned char *p = (const unsigned char *)bytes;
    size_t nul[4] = {0}, quarter = len / 4;
    for (size_t i = 0; i < len; i++) nul[i & 3] += bytes[i] == 0;
    size_t all = nul[0] + nul[1] + nul[2] + nul[3];
    if (len < 8 || all * 20 < len * 3) return NULL;
    if (nul[0] >= quarter && nul[1] * 20 >= quarter * 19 && nul[3] * 20 <= all)
        return wide_text(p, len, 4, true) ? "utf-32be" : NULL;
    if (nul[3] >= quarter && nul[2] * 20 >= quarter * 19 && nul[0] * 20 <= all)
        return wide_text(p, len, 4, false) ? "utf-32le" : NULL;
    if ((nul[1] + nul[3]) * 20 <= all) return wide_text(p, len, 2, true) ? "utf-16be" : NULL;
    if ((nul[0] + nul[2]) * 20 <= all) return wide_text(p, len, 2, false) ? "utf-16le" : NULL;
    return NULL;
}

static bool has_utf16_bom(const char *head, size_t len) {
    return starts(head, len, "\xff\xfe") || starts(head, len, "\xfe\xff") ||
           (len >= 4 && memcmp(head, "\0\0\xfe\xff", 4) == 0);
}

static bool is_binary(const char *head, size_t len) {
    if (has_utf16_bom(head, len) || detect_wide(head, len)) return false;
    size_t nuls = 0, controls = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)head[i];
        if (c == 0)
            nuls++;
        else if (c < 0x20)
            controls += c < 7 || c == 0x0b || (c >= 0x10 && c != 0x1a && c != 0x1b) || c == 7;
    }
    return nuls * 1000 > len || controls * 20 > len;
}

enum detect_kind detect_leaf(const char *head, size_t len) {
    enum detect_kind kind = by_magic(head, len);
    if (kind == DETECT_BINARY || kind == DETECT_ARCHIVE) return DETECT_BINARY;
    if (is_binary(head, len)) return DETECT_BINARY;
    return is_html(head, len) ? DETECT_HTML : DETECT_TEXT;
}

enum detect_kind detect_kind(const char *head, size_t len, bool complete) {
    if (len == 0) return DETECT_EMPTY;
    enum detect_kind kind = by_magic(head, len);
    if (kind == DETECT_ZIP && is_office(head, len)) return DETECT_OFFICE;
    if (kind != DETECT_EMPTY) return kind;
    if (is_tar(head, len)) return DETECT_TAR;
    if (is_old_cpio(head, len)) return DETECT_CPIO;
    size_t at = skip_space(head, len, skip_bom(head, len));
    if (starts(head + at, len - at, "WARC/0.") || starts(head + at, len - at, "WARC/1."))
        return DETECT_WARC;
    if (is_arc(head, len)) return DETECT_ARC;
    if (is_jsonl(head, len, complete)) return DETECT_JSONL;
    return detect_leaf(head, len);
}

bool detect_is_container(enum detect_kind kind) {
    return kind == DETECT_TAR || kind == DETECT_CPIO || kind == DETECT_ZIP || kind == DETECT_7Z ||
           kind == DETECT_ISO || kind == DETECT_AR;
}
