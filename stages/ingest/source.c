#include "source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

#define BLOCK ((size_t)256 << 10)

enum sg_code source_open(struct source *source, const char *path, struct sg_err *err) {
    *source = (struct source){.path = path, .fd = -1};
    enum sg_code code = sg_file_open(path, &source->fd, err);
    if (code != SG_OK) return code;
    struct stat there;
    if (fstat(source->fd, &there) == 0 && S_ISREG(there.st_mode))
        source->size = (uint64_t)there.st_size;
    source->hash = sg_hash_new();
    source->block = sg_alloc(BLOCK);
    return SG_OK;
}

enum sg_code source_pull(void *from, const char **data, size_t *len, struct sg_err *err) {
    struct source *source = from;
    enum sg_code code = sg_file_read(source->fd, source->path, source->block, BLOCK, len, err);
    if (code != SG_OK) return code;
    if (*len < BLOCK) source->ended = true;
    if (*len == 0) return SG_END;
    sg_hash_add(source->hash, source->block, *len);
    source->bytes += *len;
    *data = source->block;
    return SG_OK;
}

enum sg_code source_sum(struct source *source, bool regular, uint64_t *bytes,
                        struct sg_hash128 *hash, struct sg_err *err) {
    if (regular && !source->ended) return sg_file_hash(source->path, bytes, hash, err);
    *bytes = source->bytes;
    *hash = sg_hash_digest(source->hash);
    return SG_OK;
}

void source_close(struct source *source) {
    if (!source->hash) return;
    if (source->fd >= 0) close(source->fd);
    sg_hash_free(source->hash);
    free(source->block);
    *source = (struct source){.fd = -1};
}

enum sg_code source_spool(struct stream *stream, const char *folder, int *fd, struct sg_err *err) {
    *fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) { /* a file system without unnamed files */
        char *name = sg_printf_dup("%s/member-XXXXXX", folder);
        *fd = mkostemp(name, O_CLOEXEC);
        if (*fd >= 0) unlink(name);
        free(name);
    }
    if (*fd < 0) return sg_err_sys(err, "cannot make a file in '%s'", folder);
    enum sg_code code = SG_OK;
    const char *data;
    size_t have;
    while (code == SG_OK && (have = stream_some(stream, &data)) > 0) {
        code = sg_file_write(*fd, folder, data, have, err);
        stream_skip(stream, have);
    }
    if (code == SG_OK && stream_state(stream) != SG_END) {
        code = stream_state(stream);
        if (err) *err = stream->why;
    }
    if (code == SG_OK && lseek(*fd, 0, SEEK_SET) != 0)
        code = sg_err_sys(err, "cannot read back a member");
    if (code == SG_OK) return SG_OK;
    close(*fd);
    *fd = -1;
    return code;
}
