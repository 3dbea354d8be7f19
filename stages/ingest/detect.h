/*
 * detect: what a file or member is, told from its first bytes and never from its name.
 *
 * Shape   one pure function from a head (up to DETECT_HEAD bytes) to a kind.
 * Units   bytes.
 * Owns    nothing.
 * Errors  none: what is nothing else is text or binary.
 * Source  RFC 1952, RFC 8878, xz and bzip2 file formats, POSIX.1 ustar and cpio, APPNOTE.TXT 6.3
 *         (zip), 7zFormat.txt, ISO 28500 (WARC), the Internet Archive's ARC 1.0, WHATWG MIME
 *         Sniffing (HTML).
 */
#ifndef INGEST_DETECT_H
#define INGEST_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#define DETECT_HEAD ((size_t)64 << 10)

enum detect_kind {
    DETECT_EMPTY,
    /* gzip, xz, bzip2, zstd, lz4, lzma, compress: to be unpacked and looked at again */
    DETECT_PACKED,
    DETECT_TAR,
    DETECT_CPIO,
    DETECT_ZIP,
    DETECT_7Z,
    DETECT_ISO,
    DETECT_AR,
    DETECT_OFFICE,  /* a zip that is one document: docx, odt, epub, jar */
    DETECT_ARCHIVE, /* one that is not opened: rar, cab, lha, xar */
    DETECT_WARC,
    DETECT_ARC,
    DETECT_JSONL,
    DETECT_HTML,
    DETECT_TEXT,
    DETECT_BINARY,
};

/* complete: the head is the whole thing. */
enum detect_kind detect_kind(const char *head, size_t len, bool complete);

/* Told apart once it is known that the bytes are no container: DETECT_HTML, DETECT_TEXT or
 * DETECT_BINARY. */
enum detect_kind detect_leaf(const char *head, size_t len);

bool detect_is_container(enum detect_kind kind); /* tar cpio zip 7z iso ar: opened by container.h */
/* "utf-16le", "utf-16be", "utf-32le" or "utf-32be" for text in wide characters without a byte
 * order mark; else NULL. */
const char *detect_wide(const char *bytes, size_t len);

#endif
