/* frames: every shape of file that is read, every row of the damage table, and that borders depend on bytes alone. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/num.h"
#include "io/file.h"
#include "io/frames.h"
#include "io/seektable.h"

static char folder[] = "/tmp/sangam-frames-XXXXXX";

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name) {
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void save(const char *name, const struct sg_buf *bytes) {
    unlink(in_folder(
        name)); /* a file written over is brought to disk on close, which takes its time */
    FILE *f = fopen(in_folder(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes->data, 1, bytes->len, f), bytes->len);
    fclose(f);
}

/* Records of different lengths, the same on each call. */
static void put_records(struct sg_buf *out, unsigned from, unsigned to) {
    for (unsigned i = from; i < to; i++) {
        sg_buf_printf(out, "{\"id\":\"%u\",\"text\":\"", i);
        uint64_t dice = sg_hash64(&i, sizeof i, 1);
        for (unsigned n = (unsigned)(dice % 400); n > 0; n--) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            sg_buf_putc(out, (char)('a' + (dice >> 33) % 26));
        }
        sg_buf_puts(out, "\"}\n");
    }
}

/* A chain file as sangam writes it. */
static void put_chain(struct sg_buf *out, const struct sg_buf *raw, size_t frame_bytes) {
    struct sg_frames_packer *packer = sg_frames_packer_new(SG_ZST, 1);
    struct sg_frames_table table = {0};
    for (size_t at = 0; at < raw->len;) {
        size_t end = raw->len - at > frame_bytes ? at + frame_bytes : raw->len;
        while (raw->data[end - 1] != '\n') end++;
        size_t from = out->len;
        assert_int_equal(sg_frames_pack(packer, raw->data + at, end - at, out, NULL), SG_OK);
        sg_frames_table_add(&table, out->data + from, out->len - from, end - at);
        at = end;
    }
    sg_frames_table_end(&table, out);
    sg_frames_table_free(&table);
    sg_frames_packer_free(packer);
}

struct result {
    enum sg_code code;
    struct sg_err err;
    struct sg_buf lines;   /* all of them */
    struct sg_buf borders; /* u64 raw bytes of each batch */
    uint64_t batches, packed, too_long, last, most_cap;
    uint64_t frames, bytes_read, memory;
    struct sg_hash128 hash;
    bool split, has_table;
    enum sg_compression compression;
};

static void result_free(struct result *r) {
    sg_buf_free(&r->lines);
    sg_buf_free(&r->borders);
}

static void take_batch(struct result *r, struct sg_frames_decoder *decoder,
                       struct sg_frames_batch *batch) {
    bool split;
    assert_int_equal(batch->serial, r->batches);
    assert_false(r->last);
    r->batches++;
    r->packed += batch->is_packed;
    uint64_t promised = batch->raw_bytes;
    r->code = sg_frames_lines(decoder, batch, &split, &r->err);
    if (r->code != SG_OK) return;
    r->split |= split;
    r->too_long += batch->too_long;
    r->last += batch->last;
    if (batch->lines.cap > r->most_cap) r->most_cap = batch->lines.cap;
    if (batch->too_long) assert_int_equal(batch->lines.len, 0);
    if (batch->lines.len && !split) assert_int_equal(batch->lines.data[batch->lines.len - 1], '\n');
    if (!batch->last) assert_int_equal(batch->lines.len, promised);
    sg_buf_put(&r->lines, batch->lines.data, batch->lines.len);
    sg_buf_put(&r->borders, &promised, sizeof promised);
}

static struct result read_path(const char *path, struct sg_frames_options options) {
    struct result r = {0};
    struct sg_frames *reader = NULL;
    struct sg_frames_batch batch = {0};
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    r.code = sg_frames_open(&reader, path, &options, &r.err);
    while (r.code == SG_OK) {
        r.code = sg_frames_next(reader, &batch, &r.err);
        if (r.code == SG_OK) take_batch(&r, decoder, &batch);
    }
    if (reader) {
        r.frames = sg_frames_count(reader);
        r.bytes_read = sg_frames_bytes_read(reader);
        r.memory = sg_frames_memory(reader);
        r.hash = sg_frames_hash(reader);
        r.has_table = sg_frames_has_seek_table(reader);
        r.compression = sg_frames_compression(reader);
    }
    if (r.code != SG_END) assert_int_equal(r.err.code, r.code);
    sg_frames_decoder_free(decoder);
    sg_frames_batch_free(&batch);
    sg_frames_close(reader);
    return r;
}

static struct result read_name(const char *name, struct sg_frames_options options) {
    return read_path(in_folder(name), options);
}

static struct result read_bytes(const char *name, const struct sg_buf *bytes,
                                struct sg_frames_options options) {
    save(name, bytes);
    return read_name(name, options);
}

static void assert_lines(const struct result *r, const struct sg_buf *raw) {
    char text[1024];
    if (r->code != SG_END) fail_msg("%s", sg_err_format(&r->err, text, sizeof text));
    assert_int_equal(r->lines.len, raw->len);
    if (raw->len) assert_memory_equal(r->lines.data, raw->data, raw->len);
}

static void assert_refused(struct result *r, const char *word) {
    assert_int_equal(r->code, SG_DATA);
    if (!strstr(r->err.text, word)) fail_msg("'%s' is not in: %s", word, r->err.text);
    result_free(r);
}

/* The same file by jumping, as a stream: lines, sums and counts agree. */
static void both_ways(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 20000);
    put_chain(&chain, &raw, 300000);
    struct result jump = read_bytes("a.jsonl.zst", &chain, (struct sg_frames_options){0});
    struct result stream = read_name("a.jsonl.zst", (struct sg_frames_options){.stream = true});
    assert_lines(&jump, &raw);
    assert_lines(&stream, &raw);
    assert_int_equal(jump.packed, jump.batches);
    assert_int_equal(stream.packed, 0);
    assert_int_equal(jump.frames, stream.frames);
    assert_true(jump.batches > 10 &&
                stream.batches == (raw.len + SG_FRAMES_BATCH - 1) / SG_FRAMES_BATCH);
    assert_true(jump.has_table && stream.has_table);
    assert_true(jump.last == 1 && stream.last == 1);
    assert_int_equal(jump.bytes_read, chain.len);
    assert_int_equal(stream.bytes_read, chain.len);
    struct sg_hash128 want = sg_hash128(chain.data, chain.len, 0);
    assert_int_equal(sg_hash_compare(jump.hash, want), 0);
    assert_int_equal(sg_hash_compare(stream.hash, want), 0);
    result_free(&jump);
    result_free(&stream);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

/* What other programs write, and two files one after the other. */
static void foreign_files(void **state) {
    (void)state;
    static const struct {
        const char *name, *command;
        enum sg_compression compression;
        uint64_t frames;
    } files[] = {
        {"p.jsonl", "cp raw p.jsonl", SG_PLAIN, 0},
        {"one.jsonl.zst", "zstd -q -3 --no-check raw -o one.jsonl.zst", SG_ZST, 1},
        {"long.jsonl.zst", "zstd -q -3 --long=27 raw -o long.jsonl.zst", SG_ZST, 1},
        {"many.jsonl.zst", "for i in 0 1 2; do zstd -q <part$i; done >many.jsonl.zst", SG_ZST, 3},
        {"skip.jsonl.zst", "(printf 'P*M\\030\\003\\0\\0\\0abc'; zstd -q <raw) >skip.jsonl.zst",
         SG_ZST, 1},
        {"g.jsonl.gz", "gzip -n <raw >g.jsonl.gz", SG_GZ, 1},
        {"gg.jsonl.gz", "for i in 0 1 2; do gzip -n <part$i; done >gg.jsonl.gz", SG_GZ, 3},
        {"x.jsonl.xz", "xz -1 <raw >x.jsonl.xz", SG_XZ, 1},
        {"xx.jsonl.xz", "for i in 0 1 2; do xz -0 <part$i; done >xx.jsonl.xz", SG_XZ, 1},
        {"b.jsonl.bz2", "bzip2 -1 <raw >b.jsonl.bz2", SG_BZ2, 1},
        {"bb.jsonl.bz2", "for i in 0 1 2; do bzip2 <part$i; done >bb.jsonl.bz2", SG_BZ2, 1},
        {"renamed.jsonl", "gzip -n <raw >renamed.jsonl", SG_GZ, 1},
        {"plain.jsonl.gz", "cp raw plain.jsonl.gz", SG_PLAIN, 0},
    };
    struct sg_buf raw = {0};
    put_records(&raw, 0, 9000);
    save("raw", &raw);
    char command[400];
    /* The borders of the parts lie inside lines. */
    snprintf(command, sizeof command, "cd %s && split -n 3 -d -a 1 raw part", folder);
    assert_int_equal(system(command), 0);
    struct result first = {0};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(command, sizeof command, "cd %s && %s", folder, files[i].command);
        assert_int_equal(system(command), 0);
        struct result r = read_name(files[i].name, (struct sg_frames_options){0});
        assert_lines(&r, &raw);
        assert_int_equal(r.compression, files[i].compression);
        assert_int_equal(r.frames, files[i].frames);
        assert_false(r.has_table);
        assert_int_equal(r.last, 1);
        uint64_t bytes;
        struct sg_hash128 hash;
        assert_int_equal(sg_file_hash(in_folder(files[i].name), &bytes, &hash, NULL), SG_OK);
        assert_int_equal(sg_hash_compare(r.hash, hash), 0);
        assert_int_equal(r.bytes_read, bytes);
        if (i == 0) {
            first = r;
            continue;
        }
        /* The compression does not move a border. */
        assert_int_equal(r.borders.len, first.borders.len);
        assert_memory_equal(r.borders.data, first.borders.data, first.borders.len);
        result_free(&r);
    }
    result_free(&first);
    sg_buf_free(&raw);
}

static void concatenated_chains(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0}, first = {0};
    put_records(&raw, 0, 3000);
    put_chain(&first, &raw, 100000);
    sg_buf_put(&chain, first.data, first.len);
    sg_buf_put(&chain, first.data, first.len);
    struct result r = read_bytes("cat.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_int_equal(r.code, SG_END);
    assert_int_equal(r.lines.len, 2 * raw.len);
    assert_true(r.has_table);
    result_free(&r);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
    sg_buf_free(&first);
}

static void empty_files(void **state) {
    (void)state;
    struct sg_buf none = {0}, chain = {0};
    put_chain(&chain, &none, 1);
    size_t size = ZSTD_findFrameCompressedSize(chain.data, chain.len);
    char byte;
    assert_int_equal(ZSTD_decompress(&byte, 1, chain.data, size), 0);
    struct result r = read_bytes("empty.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_lines(&r, &none);
    assert_int_equal(r.frames, 1);
    assert_true(r.packed == 1 && r.has_table);
    result_free(&r);
    r = read_name("empty.jsonl.zst", (struct sg_frames_options){.stream = true});
    assert_lines(&r, &none);
    assert_true(r.batches == 0 && r.frames == 1 && r.has_table);
    result_free(&r);
    chain.len = 0;
    r = read_bytes("empty.jsonl", &chain, (struct sg_frames_options){0});
    assert_lines(&r, &none);
    assert_int_equal(r.batches, 0);
    result_free(&r);
    static const char *const cut[] = {"e.jsonl.zst", "e.jsonl.gz", "e.jsonl.xz", "e.jsonl.bz2",
                                      "e.txt.gz"};
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        r = read_bytes(cut[i], &chain, (struct sg_frames_options){0});
        assert_refused(&r, "cut to 0 bytes");
    }
    static const char *const made[] = {"gzip -n </dev/null >n.jsonl.gz",
                                       "xz </dev/null >n.jsonl.xz", "bzip2 </dev/null >n.jsonl.bz2",
                                       "zstd -q </dev/null >n.jsonl.zst"};
    static const char *const names[] = {"n.jsonl.gz", "n.jsonl.xz", "n.jsonl.bz2", "n.jsonl.zst"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char command[200];
        snprintf(command, sizeof command, "cd %s && %s", folder, made[i]);
        assert_int_equal(system(command), 0);
        r = read_name(names[i], (struct sg_frames_options){0});
        assert_lines(&r, &none);
        result_free(&r);
    }
    sg_buf_free(&chain);
}

/* Every prefix of a small file of each kind: an error, except where a frame ends. */
static void cut_anywhere(void **state) {
    (void)state;
    static const char *const tools[] = {"zstd -q", "gzip -n", "xz -0", "bzip2 -1"};
    static const char *const names[] = {"c.jsonl.zst", "c.jsonl.gz", "c.jsonl.xz", "c.jsonl.bz2"};
    struct sg_buf raw = {0}, whole = {0};
    put_records(&raw, 0, 2);
    save("raw", &raw);
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        char command[200];
        /* Two frames, so that the second one is cut too. */
        snprintf(command, sizeof command, "cd %s && (%s <raw; %s <raw) >%s", folder, tools[i],
                 tools[i], names[i]);
        assert_int_equal(system(command), 0);
        assert_int_equal(sg_file_load(in_folder(names[i]), 1 << 20, &whole, NULL), SG_OK);
        unsigned read_well = 0;
        size_t all = whole.len;
        for (whole.len = 0; whole.len < all; whole.len++) {
            struct result r = read_bytes(names[i], &whole, (struct sg_frames_options){0});
            if (r.code == SG_END) {
                read_well++;
                assert_lines(&r, &raw); /* the first frame alone */
                assert_int_equal(whole.len, all / 2);
            } else {
                assert_int_equal(r.code, SG_DATA);
                assert_true(r.err.file[0]);
            }
            result_free(&r);
        }
        assert_int_equal(read_well, 1);
        sg_buf_puts(&whole, "x");
        struct result r = read_bytes(names[i], &whole, (struct sg_frames_options){0});
        assert_refused(&r, i == 2 ? "xz data" : "bytes that are no compressed data");
    }
    sg_buf_free(&raw);
    sg_buf_free(&whole);
}

/* A chain file of ours, cut at every byte and with every byte changed: never read without an error, except cut exactly
 * between frames (a receipt's matter). */
static void chain_damaged_anywhere(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 5);
    put_chain(&chain, &raw, 300);
    size_t all = chain.len;
    struct sg_err err = {0};
    struct sg_seekload table;
    save("d.jsonl.zst", &chain);
    int fd = open(in_folder("d.jsonl.zst"), O_RDONLY);
    assert_int_equal(sg_seekload_read(&table, fd, "d", all, &err), SG_OK);
    close(fd);
    assert_true(table.frames >= 2);
    size_t first = ZSTD_findFrameCompressedSize(chain.data, all);
    unsigned read_well = 0;
    for (chain.len = 1; chain.len < all; chain.len++) {
        struct result r = read_bytes("d.jsonl.zst", &chain, (struct sg_frames_options){0});
        read_well += r.code == SG_END;
        if (r.code == SG_END)
            assert_false(r.has_table);
        else
            assert_int_equal(r.code, SG_DATA);
        result_free(&r);
    }
    assert_int_equal(read_well, table.frames);
    for (size_t i = 0; i < all; i++) {
        for (int stream = 0; stream < 2; stream++) {
            chain.data[i] ^= 0x08;
            struct result r =
                read_bytes("d.jsonl.zst", &chain, (struct sg_frames_options){.stream = stream});
            chain.data[i] ^= 0x08;
            if (r.code == SG_END) {
                /* Only what changes nothing: padding, another way to the same match. Never a checksum. */
                assert_lines(&r, &raw);
                assert_true(i + 4 < first || i >= first);
            }
            result_free(&r);
        }
    }
    sg_seekload_free(&table);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

static void garbage_and_tables(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 2000);
    put_chain(&chain, &raw, 100000);
    size_t all = chain.len;
    sg_buf_puts(&chain, "{\"id\":\"1\"}\n");
    struct result r = read_bytes("g.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_refused(&r, "bytes that are no compressed data");
    /* A frame taken out of the middle: the table no longer agrees. */
    chain.len = all;
    size_t first = ZSTD_findFrameCompressedSize(chain.data, all);
    memmove(chain.data, chain.data + first, all - first);
    chain.len = all - first;
    r = read_bytes("g.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_refused(&r, "seek table does not agree");
    /* Raw size, then checksum of an entry, by jumping and as a stream. */
    for (size_t field = 4; field <= 8; field += 4) {
        chain.len = 0;
        put_chain(&chain, &raw, 100000);
        size_t frames = sg_num_get_u32(chain.data + chain.len - 9);
        chain.data[chain.len - 9 - 12 * frames + field] ^= 1;
        for (int stream = 0; stream < 2; stream++) {
            r = read_bytes("g.jsonl.zst", &chain, (struct sg_frames_options){.stream = stream});
            assert_refused(&r, field == 4 && !stream ? "" : "seek table does not agree");
        }
    }
    /* gz: the CRC, which libarchive would not look at. */
    static const unsigned char crc_wrong[] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xAB,
                                              0xE6, 2,    0, 1, 2, 3, 4, 3, 0, 0, 0};
    chain.len = 0;
    sg_buf_put(&chain, crc_wrong, sizeof crc_wrong);
    r = read_bytes("g.jsonl.gz", &chain, (struct sg_frames_options){0});
    assert_refused(&r, "damaged gzip data");
    chain.len = 0;
    sg_buf_puts(&chain, "this was a zst file once");
    r = read_bytes("g.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_refused(&r, "its name promises");
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

/* A seekable file of another program: its frames have no checksums, but its table has. */
static void sums_in_the_table_alone(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0}, entries = {0};
    put_records(&raw, 0, 400);
    size_t half =
        (size_t)((char *)memchr(raw.data + raw.len / 2, '\n', raw.len / 2) + 1 - raw.data);
    for (int i = 0; i < 2; i++) {
        const char *from = raw.data + (i ? half : 0);
        size_t len = i ? raw.len - half : half, bound = ZSTD_compressBound(len);
        size_t packed = ZSTD_compress(sg_buf_room(&chain, bound), bound, from, len, 1);
        chain.len += packed;
        uint32_t entry[3] = {(uint32_t)packed, (uint32_t)len, (uint32_t)sg_hash_xxh64(from, len)};
        for (int f = 0; f < 3; f++)
            sg_num_put_u32(sg_buf_room(&entries, 4), entry[f]), entries.len += 4;
    }
    struct sg_frames_table table = {.entries = entries, .frames = 2};
    sg_frames_table_end(&table, &chain);
    for (int stream = 0; stream < 2; stream++) {
        struct result r =
            read_bytes("t.jsonl.zst", &chain, (struct sg_frames_options){.stream = stream});
        assert_lines(&r, &raw);
        assert_int_equal(r.packed, stream ? 0 : 2);
        result_free(&r);
    }
    chain.data[chain.len - 9 - 12 - 2] ^= 1; /* the first frame's sum */
    struct result r = read_bytes("t.jsonl.zst", &chain, (struct sg_frames_options){0});
    assert_refused(&r, "seek table does not agree");
    sg_frames_table_free(&table);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

static void window_limits(void **state) {
    (void)state;
    /* A frame header that asks for 2 GiB; the rest does not matter. */
    static const unsigned char head[] = {0x28, 0xB5, 0x2F, 0xFD, 0x04, (31 - 10) << 3, 1, 0,
                                         0,    0,    0,    0,    0};
    struct sg_buf bytes = {0};
    sg_buf_put(&bytes, head, sizeof head);
    struct result r = read_bytes("w.jsonl.zst", &bytes, (struct sg_frames_options){0});
    assert_non_null(strstr(r.err.text, "128"));
    assert_non_null(strstr(r.err.text, "--long=27"));
    assert_int_equal(r.err.frame_offset, 0);
    assert_refused(&r, "2");
    sg_buf_free(&bytes);
    /* --long=27 itself is read, and the budget can ask for its window before the first byte. */
    char command[200];
    snprintf(command, sizeof command,
             "yes '{\"id\":\"1\"}' | head -c 1100 | zstd -q --long=27 >%s/l.jsonl.zst", folder);
    assert_int_equal(system(command), 0);
    struct sg_frames *reader;
    assert_int_equal(sg_frames_open(&reader, in_folder("l.jsonl.zst"), NULL, NULL), SG_OK);
    assert_true(sg_frames_memory(reader) > 128 << 20);
    sg_frames_close(reader);
    r = read_name("l.jsonl.zst", (struct sg_frames_options){0});
    assert_int_equal(r.code, SG_END);
    assert_int_equal(r.lines.len, 1100);
    result_free(&r);
}

/* A pipe that gives the file in pieces of odd sizes: the same borders as the file. */
static void dribbled(const char *name, const struct sg_buf *bytes, const struct result *want) {
    const char *fifo = "fifo";
    unlink(in_folder(fifo));
    assert_int_equal(mkfifo(in_folder(fifo), 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int fd = open(in_folder(fifo), O_WRONLY);
        uint64_t dice = 7;
        for (size_t at = 0; at < bytes->len;) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            size_t len = 1 + (dice >> 40) % 9973;
            if (len > bytes->len - at) len = bytes->len - at;
            ssize_t n = write(fd, bytes->data + at, len);
            if (n < 0) _exit(1);
            at += (size_t)n;
            if (dice >> 63) usleep(50);
        }
        _exit(0);
    }
    struct result r = read_name(fifo, (struct sg_frames_options){0});
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    if (r.code != SG_END) fail_msg("%s: %s", name, r.err.text);
    assert_int_equal(r.borders.len, want->borders.len);
    assert_memory_equal(r.borders.data, want->borders.data, want->borders.len);
    assert_int_equal(sg_hash_compare(r.hash, want->hash), 0);
    assert_memory_equal(r.lines.data, want->lines.data, want->lines.len);
    result_free(&r);
}

static void borders_do_not_depend_on_pipes(void **state) {
    (void)state;
    static const char *const names[] = {"q.jsonl", "q.jsonl.zst", "q.jsonl.gz", "q.jsonl.xz",
                                        "q.jsonl.bz2"};
    static const char *const tools[] = {"cat", "zstd -q", "gzip -n", "xz -0", "bzip2 -1"};
    struct sg_buf raw = {0}, bytes = {0};
    put_records(&raw, 0, 15000);
    save("raw", &raw);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char command[200];
        snprintf(command, sizeof command, "cd %s && %s <raw >%s", folder, tools[i], names[i]);
        assert_int_equal(system(command), 0);
        assert_int_equal(sg_file_load(in_folder(names[i]), 64 << 20, &bytes, NULL), SG_OK);
        struct result want = read_name(names[i], (struct sg_frames_options){.stream = true});
        dribbled(names[i], &bytes, &want);
        result_free(&want);
    }
    sg_buf_free(&raw);
    sg_buf_free(&bytes);
}

static void put_line(struct sg_buf *out, size_t len) {
    memset(sg_buf_room(out, len), 'x', len);
    out->len += len;
    sg_buf_putc(out, '\n');
}

/* Lines around the limits: at a limit they pass, one over it they are a too_long batch; what stands around is kept. */
static void long_lines(void **state) {
    (void)state;
    static const size_t limits[] = {100, SG_FRAMES_BATCH - 1, SG_FRAMES_BATCH, SG_FRAMES_BATCH + 1,
                                    5000000};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        for (int form = 0; form < 3; form++) {
            struct sg_buf bytes = {0}, want = {0}, chain = {0};
            for (size_t over = 0; over < 2; over++) {
                sg_buf_puts(&bytes, "{}\n[]\n");
                sg_buf_puts(&want, "{}\n[]\n");
                put_line(&bytes, limits[i] + over);
                if (!over) put_line(&want, limits[i]);
            }
            if (form > 0) bytes.len--; /* the last, too long line has no LF */
            if (form < 2) {
                sg_buf_puts(&bytes, form ? "\n{}" : "{}");
                sg_buf_puts(&want, "{}\n");
            }
            struct sg_frames_options options = {.max_record = limits[i]};
            struct result r = read_bytes("l.jsonl", &bytes, options);
            assert_lines(&r, &want);
            assert_int_equal(r.too_long, limits[i] + 1);
            assert_int_equal(r.last, 1);
            assert_true(r.most_cap <= 2 * (SG_FRAMES_BATCH + 2) || r.most_cap <= limits[i] + 2);
            result_free(&r);
            if (form == 0) sg_buf_putc(&bytes, '\n');
            if (form == 1) sg_buf_putc(&bytes, '\n');
            put_chain(&chain, &bytes, 1000);
            r = read_bytes("l.jsonl.zst", &chain, options);
            if (form < 2) assert_lines(&r, &want);
            result_free(&r);
            sg_buf_free(&bytes);
            sg_buf_free(&want);
            sg_buf_free(&chain);
        }
    }
}

/* Memory changes no result: what is over max_record is too_long whatever the memory; else the figure is named. */
static void memory_limits(void **state) {
    (void)state;
    struct sg_buf bytes = {0};
    sg_buf_puts(&bytes, "{}\n");
    put_line(&bytes, 9000000);
    sg_buf_puts(&bytes, "{}\n");
    struct sg_frames_options options = {.max_record = 8000000, .memory_bytes = 2000000};
    struct result r = read_bytes("m.jsonl", &bytes, options);
    assert_int_equal(r.code, SG_END);
    assert_int_equal(r.too_long, 9000000);
    assert_true(r.most_cap <= 2 * (SG_FRAMES_BATCH + 2));
    result_free(&r);
    options.max_record = 0;
    r = read_name("m.jsonl", options);
    assert_int_equal(r.code, SG_BUDGET);
    assert_non_null(strstr(r.err.text, "8.6 MiB"));
    assert_true(r.most_cap <= 2 * (SG_FRAMES_BATCH + 2));
    result_free(&r);
    options.memory_bytes = 9000000;
    r = read_name("m.jsonl", options);
    assert_lines(&r, &bytes);
    assert_true(r.batches == 3 && r.most_cap <= 9000002);
    result_free(&r);
    /* Frames that do not fit are streamed, not refused. */
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 20000);
    put_chain(&chain, &raw, 4 << 20);
    r = read_bytes("m.jsonl.zst", &chain, (struct sg_frames_options){.memory_bytes = 2 << 20});
    assert_lines(&r, &raw);
    assert_int_equal(r.packed, 0);
    result_free(&r);
    sg_buf_free(&bytes);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

static void line_ends(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"{}", "{}\n"},   {"{}\n", "{}\n"}, {"{}\r\n[]\r\n", "{}\r\n[]\r\n"},
        {"\n\n", "\n\n"}, {"\n", "\n"},     {"{}\r", "{}\r\n"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sg_buf bytes = {0}, want = {0}, chain = {0};
        sg_buf_puts(&bytes, texts[i][0]);
        sg_buf_puts(&want, texts[i][1]);
        struct result r = read_bytes("e.jsonl", &bytes, (struct sg_frames_options){0});
        assert_lines(&r, &want);
        assert_int_equal(r.last, 1);
        result_free(&r);
        /* The same as one frame with a table. */
        struct sg_frames_packer *packer = sg_frames_packer_new(SG_ZST, 3);
        struct sg_frames_table table = {0};
        assert_int_equal(sg_frames_pack(packer, bytes.data, bytes.len, &chain, NULL), SG_OK);
        sg_frames_table_add(&table, chain.data, chain.len, bytes.len);
        sg_frames_table_end(&table, &chain);
        r = read_bytes("e.jsonl.zst", &chain, (struct sg_frames_options){0});
        assert_lines(&r, &want);
        assert_int_equal(r.packed, 1);
        result_free(&r);
        sg_frames_packer_free(packer);
        sg_frames_table_free(&table);
        sg_buf_free(&bytes);
        sg_buf_free(&want);
        sg_buf_free(&chain);
    }
}

/* A seekable file of another program whose frames end inside lines: said so, and read whole as a stream. */
static void split_lines(void **state) {
    (void)state;
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 1000);
    struct sg_frames_packer *packer = sg_frames_packer_new(SG_ZST, 3);
    struct sg_frames_table table = {0};
    for (size_t at = 0; at < raw.len; at += 1001) {
        size_t len = raw.len - at < 1001 ? raw.len - at : 1001, from = chain.len;
        assert_int_equal(sg_frames_pack(packer, raw.data + at, len, &chain, NULL), SG_OK);
        sg_frames_table_add(&table, chain.data + from, chain.len - from, len);
    }
    sg_frames_table_end(&table, &chain);
    struct sg_frames_options options = {0};
    struct sg_frames *reader;
    struct sg_frames_batch batch = {0};
    struct sg_frames_decoder *decoder = sg_frames_decoder_new();
    bool split = false;
    save("s.jsonl.zst", &chain);
    assert_int_equal(sg_frames_open(&reader, in_folder("s.jsonl.zst"), &options, NULL), SG_OK);
    assert_int_equal(sg_frames_next(reader, &batch, NULL), SG_OK);
    assert_int_equal(sg_frames_lines(decoder, &batch, &split, NULL), SG_OK);
    assert_true(split);
    sg_frames_close(reader);
    sg_frames_batch_free(&batch);
    sg_frames_decoder_free(decoder);
    options.stream = true;
    struct result r = read_name("s.jsonl.zst", options);
    assert_lines(&r, &raw);
    assert_true(r.has_table);
    result_free(&r);
    sg_frames_packer_free(packer);
    sg_frames_table_free(&table);
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

/* A packer gives the same bytes whatever it packed before. */
static void packer_has_no_memory(void **state) {
    (void)state;
    struct sg_buf raw = {0};
    put_records(&raw, 0, 12000);
    static const enum sg_compression kinds[] = {SG_ZST, SG_GZ};
    for (int level = 1; level <= 13; level++) {
        for (size_t k = 0; k < 2 && (k == 0 || level <= 9); k++) {
            struct sg_frames_packer *worn = sg_frames_packer_new(kinds[k], level);
            size_t at = 0;
            for (unsigned i = 0; i < 8; i++) {
                size_t len = (size_t[]){100000, 1000, 150000, 50, 70000}[i % 5];
                if (at + len > raw.len) at = 0;
                struct sg_buf one = {0}, two = {0};
                struct sg_frames_packer *fresh = sg_frames_packer_new(kinds[k], level);
                assert_int_equal(sg_frames_pack(worn, raw.data + at, len, &one, NULL), SG_OK);
                assert_int_equal(sg_frames_pack(fresh, raw.data + at, len, &two, NULL), SG_OK);
                assert_int_equal(one.len, two.len);
                assert_memory_equal(one.data, two.data, one.len);
                sg_frames_packer_free(fresh);
                sg_buf_free(&one);
                sg_buf_free(&two);
                at += len / 2;
            }
            sg_frames_packer_free(worn);
        }
    }
    sg_buf_free(&raw);
}

static void packed_files_are_read_by_others(void **state) {
    (void)state;
    struct sg_buf raw = {0}, packed = {0}, none = {0};
    put_records(&raw, 0, 3000);
    put_chain(&packed, &raw, 100000);
    save("raw", &raw);
    save("o.jsonl.zst", &packed);
    packed.len = 0;
    struct sg_frames_packer *gz = sg_frames_packer_new(SG_GZ, 6),
                            *plain = sg_frames_packer_new(SG_PLAIN, 0);
    for (size_t at = 0; at < raw.len; at += 100000)
        assert_int_equal(sg_frames_pack(gz, raw.data + at,
                                        raw.len - at < 100000 ? raw.len - at : 100000, &packed,
                                        NULL),
                         SG_OK);
    assert_int_equal(sg_num_get_u32(packed.data + 4), 0); /* no time in it */
    save("o.jsonl.gz", &packed);
    packed.len = 0;
    assert_int_equal(sg_frames_pack(gz, raw.data, 0, &packed, NULL), SG_OK);
    assert_int_equal(packed.len, 0);
    assert_int_equal(sg_frames_pack(plain, raw.data, raw.len, &packed, NULL), SG_OK);
    assert_int_equal(packed.len, raw.len);
    put_chain(&none, &(struct sg_buf){0}, 1);
    save("none.jsonl.zst", &none);
    char command[400];
    snprintf(command, sizeof command,
             "cd %s && zstd -tq o.jsonl.zst none.jsonl.zst && zstdcat o.jsonl.zst | cmp - raw && "
             "zcat o.jsonl.gz | cmp - raw && test -z \"$(zstdcat none.jsonl.zst)\"",
             folder);
    assert_int_equal(system(command), 0);
    sg_frames_packer_free(gz);
    sg_frames_packer_free(plain);
    sg_buf_free(&raw);
    sg_buf_free(&packed);
    sg_buf_free(&none);
}

static void names_and_places(void **state) {
    (void)state;
    enum sg_compression c = SG_PLAIN;
    assert_true(sg_frames_suffix("a/b.jsonl", &c) && c == SG_PLAIN);
    assert_true(sg_frames_suffix("b.jsonl.zst", &c) && c == SG_ZST);
    assert_true(sg_frames_suffix("b.jsonl.gz", &c) && c == SG_GZ);
    assert_true(sg_frames_suffix("b.jsonl.xz", &c) && c == SG_XZ);
    assert_true(sg_frames_suffix("b.jsonl.bz2", &c) && c == SG_BZ2);
    assert_false(sg_frames_suffix("b.json", &c) || sg_frames_suffix("b.zst", &c) ||
                 sg_frames_suffix("", &c));
    struct result r = read_name("nothing-here.jsonl", (struct sg_frames_options){0});
    assert_int_equal(r.code, SG_SYSTEM);
    r = read_name(".", (struct sg_frames_options){0});
    assert_int_equal(r.code, SG_SYSTEM);
    /* The offset of a damaged frame is named. */
    struct sg_buf raw = {0}, chain = {0};
    put_records(&raw, 0, 1000);
    put_chain(&chain, &raw, 50000);
    size_t first = ZSTD_findFrameCompressedSize(chain.data, chain.len);
    chain.data[first + 1000] ^= 1;
    for (int stream = 0; stream < 2; stream++) {
        r = read_bytes("p.jsonl.zst", &chain, (struct sg_frames_options){.stream = stream});
        assert_int_equal(r.code, SG_DATA);
        assert_int_equal(r.err.frame_offset, first);
        result_free(&r);
    }
    sg_buf_free(&raw);
    sg_buf_free(&chain);
}

/* Windows and tables that were made to hurt. */
static void header_fields(void **state) {
    (void)state;
    static const struct {
        unsigned char bytes[SG_ZSTD_HEADER_MAX];
        size_t len;
        uint64_t window;
    } headers[] = {
        {{0x28, 0xB5, 0x2F, 0xFD, 0x20, 7}, 6, 7},
        {{0x28, 0xB5, 0x2F, 0xFD, 0x60, 1, 0}, 7, 257},
        {{0x28, 0xB5, 0x2F, 0xFD, 0xA0, 1, 2, 0, 0}, 9, 513},
        {{0x28, 0xB5, 0x2F, 0xFD, 0xE1, 9, 1, 0, 0, 0, 1, 0, 0, 0}, 14, 0x100000001},
        {{0x28, 0xB5, 0x2F, 0xFD, 0x00, 17 << 3 | 1}, 6, (1 << 27) + (1 << 24)},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct sg_zstd_header got;
        assert_true(sg_zstd_header(headers[i].bytes, headers[i].len, &got));
        assert_int_equal(got.window_bytes, headers[i].window);
        if (i != 4) assert_false(sg_zstd_header(headers[i].bytes, headers[i].len - 1, &got));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(foreign_files),
        cmocka_unit_test(concatenated_chains),
        cmocka_unit_test(empty_files),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(chain_damaged_anywhere),
        cmocka_unit_test(garbage_and_tables),
        cmocka_unit_test(window_limits),
        cmocka_unit_test(sums_in_the_table_alone),
        cmocka_unit_test(borders_do_not_depend_on_pipes),
        cmocka_unit_test(long_lines),
        cmocka_unit_test(memory_limits),
        cmocka_unit_test(line_ends),
        cmocka_unit_test(split_lines),
        cmocka_unit_test(packer_has_no_memory),
        cmocka_unit_test(packed_files_are_read_by_others),
        cmocka_unit_test(names_and_places),
        cmocka_unit_test(header_fields),
    };
    return cmocka_run_group_tests_name("frames", tests, make_folder, remove_folder);
}
