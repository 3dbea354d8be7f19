/*
 * Every thing that is read is opened the same way, whether it is a file or a member: look at its
 * head; when it is compressed, put an unpacker on it and look again; then
 *
 *     container   a level of its own: its members are opened in turn          WARC, ARC   a level:
 *     its records JSONL       a level: chunks of whole lines                              else
 *       one unit
 *
 * Example  crawl.tar > a.txt, b.warc.gz > record 1, 2
 *          levels  [tar]  unit a.txt   [tar, warc]  units b.warc.gz 1, 2   [tar]  end
 *
 * A level reads from the one below it, so only the topmost may be asked. Memory: look-ahead and
 * decoders of each level, and the one unit at hand. Threads: one.
 */
#include "reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "container.h"
#include "detect.h"
#include "http.h"
#include "io/frames.h"
#include "limits.h"
#include "source.h"
#include "stream.h"
#include "unpack.h"
#include "warc.h"
#include "web.h"

enum level_kind { LEVEL_CONTAINER, LEVEL_WARC, LEVEL_LINES, LEVEL_FRAMES };

struct level {
    enum level_kind kind;
    struct stream raw, plain[LIMITS_FILTERS];
    struct unpack *unpack[LIMITS_FILTERS];
    struct stream *bytes; /* what the outermost unpacker gives; &raw when it is not compressed */
    struct container *container;
    enum detect_kind type; /* of the container */
    int fd;                /* of a spooled member; -1 */
    struct warc warc;
    struct sg_frames *frames;
    struct sg_frames_batch chunk;
    char *name;       /* member path of what this level is; "" for the file */
    uint64_t ordinal; /* of what this level is, in its container; 0 for the file */
};

struct reader {
    struct reader_options options;
    const struct sg_input *input;
    const struct provenance *provenance;
    uint32_t file;
    struct source source;
    struct limits limits;
    struct level **levels;
    size_t depth;
    struct reader_file result;
    bool open;
    struct sg_buf text; /* a decoded HTTP body */
};

struct reader *reader_new(const struct reader_options *options) {
    struct reader *reader = sg_zalloc(1, sizeof *reader);
    reader->options = *options;
    return reader;
}

static void free_level(struct level *level) {
    warc_free(&level->warc);
    container_close(level->container);
    sg_frames_close(level->frames);
    sg_frames_batch_free(&level->chunk);
    for (int i = 0; i < LIMITS_FILTERS; i++) {
        stream_free(&level->plain[i]);
        unpack_close(level->unpack[i]);
    }
    stream_free(&level->raw);
    if (level->fd >= 0) close(level->fd);
    free(level->name);
    free(level);
}

static void pop(struct reader *reader) {
    free_level(reader->levels[--reader->depth]);
}

void reader_free(struct reader *reader) {
    if (!reader) return;
    while (reader->depth > 0) pop(reader);
    source_close(&reader->source);
    sg_buf_free(&reader->text);
    free(reader->levels);
    free(reader);
}

uint64_t reader_bytes(const struct reader *reader) {
    if (reader->depth > 0 && reader->levels[0]->frames)
        return sg_frames_bytes_read(reader->levels[0]->frames);
    return reader->source.bytes;
}

/* ---- units ---- */

static struct unit unit_for(const struct reader *reader, struct batch *batch, const char *name,
                            uint64_t ordinal) {
    return (struct unit){
        .file = reader->file,
        .provenance = reader->provenance,
        .byte = SG_NOWHERE,
        .ordinal = ordinal,
        .container =
            batch_string(batch, strcmp(reader->input->name, "-") == 0 ? "" : reader->input->name),
        .member = batch_string(batch, name),
    };
}

static void add_drop(struct reader *reader, struct batch *batch, const char *name, uint64_t ordinal,
                     const char *reason) {
    struct unit unit = unit_for(reader, batch, name, ordinal);
    unit.kind = UNIT_DROP;
    unit.reason = reason;
    batch_add(batch, &unit);
}

static void add_bad(struct reader *reader, struct batch *batch, const char *name, uint64_t byte,
                    const char *cause) {
    struct unit unit = unit_for(reader, batch, name, 0);
    unit.kind = UNIT_BAD;
    unit.byte = byte;
    unit.cause = batch_string(batch, cause);
    batch_add(batch, &unit);
}

/* ---- opening a thing ---- */

static struct level *new_level(const char *name, uint64_t ordinal) {
    struct level *level = sg_zalloc(1, sizeof *level);
    level->name = sg_strdup(name);
    level->ordinal = ordinal;
    level->fd = -1;
    level->bytes = &level->raw;
    return level;
}

static void push(struct reader *reader, struct level *level) {
    reader->levels = sg_realloc(reader->levels, (reader->depth + 1) * sizeof *reader->levels);
    reader->levels[reader->depth++] = level;
}

static enum detect_kind look(struct stream *stream) {
    const char *head;
    size_t have = stream_peek(stream, DETECT_HEAD, &head);
    return detect_kind(head, have, have < DETECT_HEAD);
}

static bool named_packed(const char *name) {
    static const char *const endings[] = {".gz",  ".zst",  ".xz", ".bz2",
                                          ".lz4", ".lzma", ".lz", ".Z"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcmp(name + len - n, endings[i]) == 0) return true;
    }
    return false;
}

static bool fits(const struct reader *reader, uint64_t bytes) {
    uint64_t memory = reader->options.memory_bytes;
    return memory == 0 || bytes <= memory / BATCH_DEMAND;
}

static enum sg_code over_budget(const struct reader *reader, uint64_t bytes, struct sg_err *err) {
    char need[SG_NUM_TEXT], have[SG_NUM_TEXT];
    return sg_err_set(err, SG_BUDGET,
                      "one text alone needs %s of memory, %s are there for batches: give a larger "
                      "--memory",
                      sg_num_bytes(bytes * BATCH_DEMAND, need),
                      sg_num_bytes(reader->options.memory_bytes, have));
}

/* One text: all of its bytes, or none. What memory cannot hold is counted to its end all the same,
 * for a member over --max-record is a bad one whatever --memory is. */
static enum sg_code read_whole(struct reader *reader, struct level *level, struct batch *batch,
                               struct sg_err *err) {
    struct unit unit = unit_for(reader, batch, level->name, level->ordinal);
    size_t begin = batch->data.len;
    const char *data;
    size_t have;
    uint64_t total = 0;
    while ((have = stream_some(level->bytes, &data)) > 0) {
        total += have;
        if (total > reader->options.max_record) {
            batch->data.len = begin;
            add_bad(reader, batch, level->name, SG_NOWHERE, "larger than --max-record");
            return SG_OK;
        }
        if (fits(reader, total)) batch_put(batch, data, have);
        stream_skip(level->bytes, have);
    }
    enum sg_code code = stream_state(level->bytes);
    if (code == SG_DATA) {
        batch->data.len = begin;
        add_bad(reader, batch, level->name, level->bytes->offset, level->bytes->why.text);
        return SG_OK;
    }
    if (code == SG_SYSTEM) {
        if (err) *err = level->bytes->why;
        return code;
    }
    if (!fits(reader, total)) return over_budget(reader, total, err);
    unit.kind = UNIT_DOCUMENT;
    unit.bytes = (struct span){begin, batch->data.len - begin};
    batch_add(batch, &unit);
    return SG_OK;
}

/* zip, 7z and iso are read by seeking: in the file itself, or in a spooled copy of a member or
 * pipe. */
static enum sg_code open_container(struct reader *reader, struct level *level,
                                   enum detect_kind kind, struct sg_err *err) {
    if (!container_wants_file(kind))
        return container_open(&level->container, kind, level->bytes, -1, &reader->limits, err);
    bool in_place = reader->depth == 0 && level->bytes == &level->raw && reader->input->regular;
    if (in_place) {
        if (lseek(reader->source.fd, 0, SEEK_SET) != 0) return sg_err_sys(err, "cannot seek");
        reader->source.ended = false;
        return container_open(&level->container, kind, NULL, reader->source.fd, &reader->limits,
                              err);
    }
    enum sg_code code = source_spool(level->bytes, reader->options.tmp, &level->fd, err);
    if (code != SG_OK) return code;
    return container_open(&level->container, kind, NULL, level->fd, &reader->limits, err);
}

/* A JSONL file goes through io/frames from its start: it is checked like any chain file. */
static enum sg_code open_frames(struct reader *reader, struct level *level, struct sg_err *err) {
    struct sg_frames_options options = {
        .max_record = reader->options.max_record,
        .stream = true,
        .memory_bytes = reader->options.memory_bytes,
    };
    level->kind = LEVEL_FRAMES;
    reader->result.jsonl = true;
    return sg_frames_open(&level->frames, reader->input->path, &options, err);
}

/* A file whose name says JSONL is one when its content says nothing else: damaged at its start,
 * empty, or bad lines only. */
static bool says_jsonl(const char *name, enum sg_code code, enum detect_kind kind) {
    enum sg_compression compression;
    if (!sg_frames_suffix(name, &compression)) return false;
    return code == SG_DATA || kind == DETECT_EMPTY || kind == DETECT_TEXT;
}

static const char *refusal(const struct reader *reader, enum detect_kind kind) {
    switch (kind) {
    case DETECT_OFFICE: return "unsupported: office document";
    case DETECT_ARCHIVE: return "unsupported: archive format";
    case DETECT_BINARY: return "unsupported: binary";
    case DETECT_HTML: return reader->options.html_raw ? NULL : "unsupported: html";
    default: break;
    }
    bool level = detect_is_container(kind) || kind == DETECT_WARC || kind == DETECT_ARC;
    return level && reader->depth > reader->options.nested ? "unsupported: nested archive" : NULL;
}

/* Put an unpacker on a compressed thing, and another when that gives a compressed thing; SG_DATA
 * when it does not even begin well. */
static enum sg_code unwrap(struct reader *reader, struct level *level, enum detect_kind *kind,
                           struct sg_err *err) {
    for (int i = 0; *kind == DETECT_PACKED; i++) {
        if (i == LIMITS_FILTERS)
            return sg_err_set(err, SG_DATA, "more than %d compressions around each other",
                              LIMITS_FILTERS);
        enum sg_code code = unpack_open(&level->unpack[i], level->bytes, &reader->limits, err);
        if (code != SG_OK) return code;
        stream_init(&level->plain[i], unpack_pull, level->unpack[i]);
        level->bytes = &level->plain[i];
        /* Damage may stand in the head already: its first block tells whether it is a gap. */
        const char *head;
        size_t have = stream_some(level->bytes, &head);
        enum detect_kind first = detect_kind(head, have < DETECT_HEAD ? have : DETECT_HEAD, false);
        for (int k = 0; (first == DETECT_WARC || first == DETECT_ARC) && k <= i; k++)
            unpack_resync(level->unpack[k]);
        *kind = look(level->bytes);
    }
    return SG_OK;
}

/* What a thing is decides: a new level, or a unit right away. Takes the level. */
static enum sg_code enter(struct reader *reader, struct level *level, struct batch *batch,
                          struct sg_err *err) {
    struct sg_err why = {0};
    enum sg_code code = SG_OK;
    enum detect_kind kind = look(level->bytes);
    bool keep = false, in_place = reader->depth == 0 && reader->input->regular;
    if (kind == DETECT_PACKED) code = unwrap(reader, level, &kind, &why);
    if (in_place && says_jsonl(reader->input->name, code, kind)) code = SG_OK, kind = DETECT_JSONL;
    const char *reason = code == SG_OK ? refusal(reader, kind) : NULL;
    const char *own_name = level->name[0] ? level->name : reader->input->name;
    if (code != SG_OK) {
        /* told below */
    } else if (reason) {
        add_drop(reader, batch, level->name, level->ordinal, reason);
    } else if (kind == DETECT_EMPTY && stream_state(level->bytes) == SG_END &&
               level->bytes == &level->raw && named_packed(own_name)) {
        code = sg_err_set(&why, SG_DATA, "empty, though its name says compressed: cut");
    } else if (kind == DETECT_JSONL) {
        keep = true;
        level->kind = LEVEL_LINES;
        if (in_place) code = open_frames(reader, level, err);
        if (code != SG_OK) {
            free_level(level);
            return code; /* refused as a whole */
        }
    } else if (kind == DETECT_WARC || kind == DETECT_ARC) {
        keep = true;
        level->kind = LEVEL_WARC;
        warc_init(&level->warc, level->bytes, kind == DETECT_ARC);
    } else if (detect_is_container(kind)) {
        level->kind = LEVEL_CONTAINER;
        level->type = kind;
        code = open_container(reader, level, kind, &why);
        keep = code == SG_OK;
    } else {
        code = read_whole(reader, level, batch, &why);
    }
    if (code == SG_DATA) {
        add_bad(reader, batch, level->name, 0, why.text);
        code = SG_OK;
    } else if (code != SG_OK && err) {
        *err = why;
    }
    if (keep && code == SG_OK)
        push(reader, level);
    else
        free_level(level);
    return code;
}

enum sg_code reader_open(struct reader *reader, const struct sg_input *input,
                         const struct provenance *provenance, uint32_t file, struct sg_err *err) {
    reader->input = input;
    reader->provenance = provenance;
    reader->file = file;
    reader->result = (struct reader_file){0};
    reader->open = true;
    enum sg_code code = source_open(&reader->source, input->path, err);
    reader->limits =
        (struct limits){.in_bytes = reader->source.size, .max_record = reader->options.max_record};
    return code;
}

enum sg_code reader_file_end(struct reader *reader, struct reader_file *out, struct sg_err *err) {
    *out = reader->result;
    enum sg_code code = SG_OK;
    if (!reader->result.jsonl)
        code = source_sum(&reader->source, reader->input->regular, &out->bytes, &out->hash, err);
    source_close(&reader->source);
    return code;
}

/* ---- containers ---- */

static char *join_names(const char *outer, const char *inner) {
    return outer[0] ? sg_printf_dup("%s/%s", outer, inner) : sg_strdup(inner);
}

static bool is_source_file(const char *name) {
    const char *slash = strrchr(name, '/');
    return strcmp(slash ? slash + 1 : name, PROVENANCE_FILE) == 0;
}

static enum sg_code next_member(struct reader *reader, struct level *level, struct batch *batch,
                                struct sg_err *err) {
    struct container_member member;
    struct sg_err why = {0};
    enum sg_code code = container_next(level->container, &member, &why);
    if (code == SG_SYSTEM && err) *err = why;
    if (code == SG_DATA) {
        add_bad(reader, batch, level->name, container_offset(level->container), why.text);
        return SG_OK;
    }
    if (code != SG_OK) return code;
    if (member.type == CONTAINER_FOLDER) return SG_OK;
    char *name = join_names(level->name, member.name);
    const char *reason = NULL;
    if (member.type == CONTAINER_LINK)
        reason = "unsupported: link";
    else if (member.type == CONTAINER_SPECIAL)
        reason = "unsupported: special file";
    else if (is_source_file(name))
        reason = "unsupported: source file inside an archive";
    if (reason) {
        add_drop(reader, batch, name, member.number, reason);
    } else if (member.encrypted) {
        add_bad(reader, batch, name, member.offset, "encrypted");
    } else {
        struct level *inner = new_level(name, member.number);
        stream_init(&inner->raw, container_pull, level->container);
        code = enter(reader, inner, batch, err);
    }
    free(name);
    return code;
}

/* ---- web archives ---- */

/* The text of a record whose block was taken: decoded from HTTP, looked at once more, then a unit.
 */
static void add_text(struct reader *reader, struct batch *batch, struct unit *unit,
                     const struct web_verdict *verdict, const char *block, size_t len) {
    struct sg_err why = {0};
    if (verdict->http) {
        size_t head = verdict->header.body < len ? verdict->header.body : len;
        reader->text.len = 0;
        if (http_body(&verdict->header, block + head, len - head, reader->options.max_record,
                      &reader->text, &why) != SG_OK) {
            unit->kind = UNIT_DROP;
            unit->reason = "unsupported: content encoding";
            return;
        }
        block = reader->text.data;
        len = reader->text.len;
        enum detect_kind kind = detect_leaf(block, len < DETECT_HEAD ? len : DETECT_HEAD);
        if (kind == DETECT_BINARY) unit->reason = "unsupported: binary";
        if (kind == DETECT_HTML && !reader->options.html_raw) unit->reason = "unsupported: html";
        unit->kind = unit->reason ? UNIT_DROP : UNIT_DOCUMENT;
        if (unit->reason) return;
    }
    unit->kind = UNIT_DOCUMENT;
    unit->bytes = batch_put(batch, block, len);
}

static enum sg_code next_record(struct reader *reader, struct level *level, struct batch *batch,
                                struct sg_err *err) {
    struct warc_record record;
    struct sg_err why = {0};
    enum sg_code code = warc_next(&level->warc, &record, &why);
    if (code == SG_SYSTEM && err) *err = why;
    if (code == SG_DATA) {
        add_bad(reader, batch, level->name, level->warc.bad_offset, why.text);
        return SG_OK;
    }
    if (code != SG_OK) return code;

    struct web_verdict verdict;
    const char *head, *block;
    size_t have = warc_peek(&level->warc, WEB_HEAD, &head);
    web_judge(&record, head, have, reader->options.html_raw, &verdict);
    bool wanted = !verdict.reason && record.length <= reader->options.max_record;
    if (wanted && !fits(reader, record.length)) return over_budget(reader, record.length, err);
    code = verdict.reason ? warc_pass(&level->warc, &why)
                          : warc_take(&level->warc, reader->options.max_record, &block, &why);
    if (code == SG_DATA) {
        add_bad(reader, batch, level->name, record.offset, why.text);
        return SG_OK;
    }
    if (code != SG_OK) {
        if (err) *err = why;
        return code;
    }
    struct unit unit = unit_for(reader, batch, level->name, record.number);
    unit.kind = UNIT_DROP;
    unit.reason = verdict.reason;
    unit.url = batch_string(batch, record.uri);
    unit.date = batch_string(batch, record.date);
    unit.warc_id = batch_string(batch, record.id);
    unit.language = batch_string(batch, record.language);
    unit.declared = batch_string(batch, verdict.charset);
    if (!verdict.reason) add_text(reader, batch, &unit, &verdict, block, (size_t)record.length);
    batch_add(batch, &unit);
    return SG_OK;
}

/* ---- lines ---- */

static void add_lines(struct reader *reader, struct level *level, struct batch *batch,
                      const char *lines, size_t len) {
    struct unit unit = unit_for(reader, batch, level->name, 0);
    unit.kind = UNIT_LINES;
    unit.bytes = batch_put(batch, lines, len);
    batch_add(batch, &unit);
}

static enum sg_code next_frames(struct reader *reader, struct level *level, struct batch *batch,
                                struct sg_err *err) {
    enum sg_code code = sg_frames_next(level->frames, &level->chunk, err);
    if (code == SG_END) {
        reader->result.bytes = sg_frames_bytes_read(level->frames);
        reader->result.hash = sg_frames_hash(level->frames);
    }
    if (code != SG_OK) return code;
    if (level->chunk.too_long)
        add_bad(reader, batch, level->name, SG_NOWHERE, "a line longer than --max-record");
    else
        add_lines(reader, level, batch, level->chunk.lines.data, level->chunk.lines.len);
    return SG_OK;
}

/* A line longer than --max-record: passed over to its end. */
static void pass_long_line(struct level *level) {
    const char *data, *lf = NULL;
    size_t have;
    while (!lf && (have = stream_some(level->bytes, &data)) > 0) {
        lf = memchr(data, '\n', have);
        stream_skip(level->bytes, lf ? (size_t)(lf - data) + 1 : have);
    }
}

/* The same for a member or a pipe: 1 MiB of whole lines, more when one line is longer. */
static enum sg_code next_lines(struct reader *reader, struct level *level, struct batch *batch,
                               struct sg_err *err) {
    const char *data;
    size_t have = 0, lines = 0;
    for (size_t want = BATCH_BYTES; lines == 0; want *= 2) {
        have = stream_peek(level->bytes, want, &data);
        const char *lf = have > 0 ? memrchr(data, '\n', have) : NULL;
        if (lf) lines = (size_t)(lf - data) + 1;
        if (have < want || want > reader->options.max_record) break;
    }
    if (lines == 0 && have > reader->options.max_record) {
        pass_long_line(level);
        add_bad(reader, batch, level->name, SG_NOWHERE, "a line longer than --max-record");
        return SG_OK;
    }
    struct sg_err why = level->bytes->why;
    enum sg_code code = lines > 0 ? SG_OK : level->bytes->state;
    if (lines == 0 && code == SG_END) lines = have; /* the last line has no LF */
    if (lines > 0) {
        add_lines(reader, level, batch, data, lines);
        stream_skip(level->bytes, lines);
        return SG_OK;
    }
    stream_skip(level->bytes, have);
    if (code == SG_DATA && reader->depth > 1) {
        add_bad(reader, batch, level->name, level->bytes->offset, why.text);
        return SG_END;
    }
    if (code != SG_END && err) *err = why;
    return code;
}

/* ---- filling ---- */

static enum sg_code next_unit(struct reader *reader, struct batch *batch, struct sg_err *err) {
    struct level *level = reader->levels[reader->depth - 1];
    switch (level->kind) {
    case LEVEL_CONTAINER: return next_member(reader, level, batch, err);
    case LEVEL_WARC: return next_record(reader, level, batch, err);
    case LEVEL_LINES: return next_lines(reader, level, batch, err);
    case LEVEL_FRAMES: return next_frames(reader, level, batch, err);
    }
    return SG_END;
}

/* Behind a tar's last member stands padding, and the checksum of what it is packed in. */
static enum sg_code check_rest(struct reader *reader, struct batch *batch, struct sg_err *err) {
    struct level *level = reader->levels[reader->depth - 1];
    if (level->kind != LEVEL_CONTAINER || container_wants_file(level->type) ||
        container_broken(level->container))
        return SG_OK;
    stream_skip(level->bytes, UINT64_MAX);
    enum sg_code code = stream_state(level->bytes);
    if (code == SG_DATA)
        add_bad(reader, batch, level->name, level->bytes->offset, level->bytes->why.text);
    /* libarchive takes a cut header in an ar for its end. */
    uint64_t used = container_offset(level->container);
    if (code == SG_END && level->type == DETECT_AR && used < level->bytes->offset)
        add_bad(reader, batch, level->name, used, "cut in a member's header");
    if (code == SG_SYSTEM && err) *err = level->bytes->why;
    return code == SG_SYSTEM ? code : SG_OK;
}

enum sg_code reader_fill(struct reader *reader, struct batch *batch, struct sg_err *err) {
    while (!batch_full(batch)) {
        enum sg_code code;
        if (reader->open) { /* the file itself, at its start */
            reader->open = false;
            struct level *level = new_level("", 0);
            stream_init(&level->raw, source_pull, &reader->source);
            code = enter(reader, level, batch, err);
        } else {
            if (reader->depth == 0) return SG_END;
            code = next_unit(reader, batch, err);
            if (code == SG_END) {
                code = check_rest(reader, batch, err);
                pop(reader);
            }
        }
        if (code != SG_OK) return code;
        if (reader->source.size == 0)
            reader->limits.in_bytes = reader->source.bytes; /* a pipe has no size to go by */
    }
    return SG_OK;
}

enum sg_code reader_is_leaf(const char *path, bool *leaf, struct sg_err *err) {
    struct reader reader = {0};
    struct sg_err why = {0};
    enum sg_code code = source_open(&reader.source, path, err);
    if (code != SG_OK) return code;
    struct level *level = new_level("", 0);
    stream_init(&level->raw, source_pull, &reader.source);
    reader.limits.in_bytes = reader.source.size;
    enum detect_kind kind = look(&level->raw);
    code = unwrap(&reader, level, &kind, &why);
    if (says_jsonl(path, code, kind)) kind = DETECT_JSONL;
    code = level->raw.state == SG_SYSTEM ? SG_SYSTEM : SG_OK;
    if (code == SG_SYSTEM && err) *err = level->raw.why;
    *leaf = !detect_is_container(kind) && kind != DETECT_WARC && kind != DETECT_ARC &&
            kind != DETECT_JSONL;
    free_level(level);
    source_close(&reader.source);
    return code;
}
