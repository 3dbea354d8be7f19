#include "container.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK ((size_t)128 << 10)
#define REOPENINGS 1000 /* each passes over all members before: no file may make that quadratic */

struct container {
    struct archive *archive;
    enum detect_kind kind;
    struct stream *stream; /* or NULL, and */
    int fd;
    struct limits *limits;
    unsigned reopenings;
    size_t lent;        /* bytes of the stream's look-ahead that libarchive is reading */
    uint64_t member_at; /* next byte expected of the present member */
    uint64_t members, out_bytes;
    bool member_over, over, broken;
};

static la_ssize_t client_read(struct archive *archive, void *context, const void **data) {
    struct container *container = context;
    const char *bytes;
    stream_skip(container->stream, container->lent);
    container->lent = stream_peek(container->stream, BLOCK, &bytes);
    *data = bytes;
    if (container->lent > 0) return (la_ssize_t)container->lent;
    if (stream_state(container->stream) == SG_END) return 0;
    archive_set_error(archive, EIO, "%s", container->stream->why.text);
    return -1;
}

bool container_wants_file(enum detect_kind kind) {
    return kind == DETECT_ZIP || kind == DETECT_7Z || kind == DETECT_ISO;
}

static void support_format(struct archive *archive, enum detect_kind kind, bool seekable) {
    switch (kind) {
    case DETECT_TAR:
        archive_read_support_format_tar(archive);
        /* Two tars in a row (cat a.tar b.tar) are read to the end of the second. */
        archive_read_set_option(archive, "tar", "read_concatenated_archives", "1");
        break;
    case DETECT_CPIO: archive_read_support_format_cpio(archive); break;
    case DETECT_7Z: archive_read_support_format_7zip(archive); break;
    case DETECT_ISO: archive_read_support_format_iso9660(archive); break;
    case DETECT_AR: archive_read_support_format_ar(archive); break;
    default:
        if (seekable) archive_read_support_format_zip_seekable(archive);
        archive_read_support_format_zip_streamable(archive);
    }
}

static enum sg_code failed(struct container *container, struct sg_err *err) {
    if (container->stream && container->stream->state == SG_SYSTEM) {
        if (err) *err = container->stream->why;
        return SG_SYSTEM;
    }
    const char *text = archive_error_string(container->archive);
    /* What broke the stream is nearer to the truth than what the format's reader makes of the
     * missing bytes. */
    if (container->stream && container->stream->state == SG_DATA)
        text = container->stream->why.text;
    return sg_err_set(err, SG_DATA, "%s", text ? text : "damaged");
}

static bool open_archive(struct container *container) {
    container->archive = archive_read_new();
    support_format(container->archive, container->kind, container->stream == NULL);
    int got = container->stream
                  ? archive_read_open(container->archive, container, NULL, client_read, NULL)
                  : archive_read_open_fd(container->archive, container->fd, BLOCK);
    return got == ARCHIVE_OK || got == ARCHIVE_WARN;
}

enum sg_code container_open(struct container **out, enum detect_kind kind, struct stream *stream,
                            int fd, struct limits *limits, struct sg_err *err) {
    struct container *container = sg_zalloc(1, sizeof *container);
    container->kind = kind;
    container->stream = stream;
    container->fd = fd;
    container->limits = limits;
    *out = container;
    container->over = container->broken = !open_archive(container);
    return container->over ? failed(container, err) : SG_OK;
}

static int next_header(struct archive *archive, struct archive_entry **entry) {
    int got;
    do got = archive_read_next_header(archive, entry);
    while (got == ARCHIVE_RETRY);
    return got;
}

/* A damaged zip member ends libarchive's handle, not the archive: its directory still names the
 * others. A new handle passes over the members that were met. */
static bool reopen(struct container *container) {
    if (container->stream || container->reopenings == REOPENINGS ||
        lseek(container->fd, 0, SEEK_SET) != 0)
        return false;
    container->reopenings++;
    archive_read_free(container->archive);
    if (!open_archive(container)) return false;
    struct archive_entry *entry;
    for (uint64_t i = 0; i < container->members; i++) {
        int got = next_header(container->archive, &entry);
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN) return false;
    }
    return true;
}

/* The name as bytes: UTF-8 where the format says its charset (zip, 7z, pax), else what stands
 * there. */
static const char *name_of(struct archive_entry *entry) {
    const char *name = archive_entry_pathname_utf8(entry);
    if (!name) name = archive_entry_pathname(entry);
    return name ? name : "";
}

static enum container_type type_of(struct archive_entry *entry) {
    if (archive_entry_hardlink(entry) || archive_entry_hardlink_utf8(entry)) return CONTAINER_LINK;
    switch (archive_entry_filetype(entry)) {
    case AE_IFDIR: return CONTAINER_FOLDER;
    case AE_IFLNK: return CONTAINER_LINK;
    case AE_IFREG:
    case 0: return CONTAINER_FILE; /* some formats do not say */
    default: return CONTAINER_SPECIAL;
    }
}

enum sg_code container_next(struct container *container, struct container_member *member,
                            struct sg_err *err) {
    if (container->over) return SG_END;
    struct archive_entry *entry = NULL;
    int got = next_header(container->archive, &entry);
    if (got == ARCHIVE_EOF || (got != ARCHIVE_OK && got != ARCHIVE_WARN)) {
        container->over = true;
        container->broken = got != ARCHIVE_EOF;
        return got == ARCHIVE_EOF ? SG_END : failed(container, err);
    }
    if (++container->limits->members > LIMITS_MEMBERS) {
        container->over = container->broken = true;
        return sg_err_set(err, SG_DATA, "more than 10 million members");
    }
    *member = (struct container_member){
        .name = name_of(entry),
        .type = type_of(entry),
        .encrypted = archive_entry_is_encrypted(entry) > 0,
        .number = ++container->members,
        .offset = (uint64_t)archive_read_header_position(container->archive),
    };
    container->member_at = 0;
    container->member_over = false;
    return SG_OK;
}

enum sg_code container_pull(void *from, const char **data, size_t *len, struct sg_err *err) {
    struct container *container = from;
    *len = 0;
    if (container->member_over) return SG_END;
    const void *block;
    size_t size;
    la_int64_t offset;
    int got;
    do got = archive_read_data_block(container->archive, &block, &size, &offset);
    while (got == ARCHIVE_RETRY);
    container->member_over = got != ARCHIVE_OK; /* a wrong checksum or size is only a warning there */
    if (got == ARCHIVE_EOF) return SG_END;
    if (container->member_over) {
        enum sg_code code = failed(container, err);
        if (got == ARCHIVE_FATAL && !reopen(container)) container->over = container->broken = true;
        return code;
    }
    if (size > 0 && (uint64_t)offset != container->member_at) {
        container->member_over = true;
        return sg_err_set(err, SG_DATA, "a sparse file: %s", "its holes are not text");
    }
    container->member_at += size;
    enum sg_code code = limits_output(container->limits, &container->out_bytes, size, err);
    if (code != SG_OK) container->member_over = container->over = container->broken = true;
    *data = block;
    *len = code == SG_OK ? size : 0;
    return code;
}

uint64_t container_offset(const struct container *container) {
    la_int64_t offset = archive_filter_bytes(container->archive, -1);
    return offset > 0 ? (uint64_t)offset : 0;
}

bool container_broken(const struct container *container) {
    return container->broken;
}

void container_close(struct container *container) {
    if (!container) return;
    archive_read_free(container->archive);
    free(container);
}
