/*
 * inputs: which files a run reads, in which order, and what its outputs are called.
 *
 * Shape   a list of regular files (or "-"), sorted by the bytes of the path below their INPUT argument, whatever
 *         order the arguments came in; each with the relative name its output keeps.
 * Calls   sg_inputs_find, then read-only, sg_inputs_free.
 * Owns    all names.
 * Errors  SG_SYSTEM: an argument that does not exist (glob without match included) or cannot be read.
 *         SG_USAGE: two inputs that would give one output (both named, with the advice to give the common parent).
 * Source  contract.md section 1 (INPUT, Names, folders).
 */
#ifndef SANGAM_RUN_INPUTS_H
#define SANGAM_RUN_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum sg_inputs_want {
    SG_INPUTS_CHAIN, /* in a folder: *.jsonl[.zst|.gz|.xz|.bz2] */
    SG_INPUTS_ANY,   /* ingest: every file of a folder */
};

struct sg_input {
    char *path; /* as it can be opened from here; "-" is standard input */
    char *
        name; /* below its INPUT argument (a file argument: its last part), '/' separated, raw bytes */
    char *
        root; /* the INPUT argument it was found under: its folder; "" for a file argument or "-" */
    uint64_t bytes;
    bool regular; /* false: FIFO, "-" */
};

/* Met in a folder and not read: links out of the tree, special files. */
struct sg_input_skipped {
    char *path, *name;
    const char *reason; /* "unsupported: link", "unsupported: special file" */
};

struct sg_inputs {
    struct sg_input *items;
    size_t count;
    struct sg_input_skipped *skipped;
    size_t skipped_count;
    size_t
        ignored; /* receipts, ledgers, bad files, dot names, and for chain stages files of other kinds */
    bool
        many; /* an argument was a folder, glob or list, or there was more than one: OUTPUT is a folder */
};

struct sg_inputs_options {
    enum sg_inputs_want want;
    bool follow;        /* --follow: links that lead out of the tree */
    const char *output; /* a folder inside INPUT that is left out; may be NULL */
    bool one_output;    /* of all inputs: two may have the same name */
};

enum sg_code sg_inputs_find(struct sg_inputs *out, size_t count, char *const *args,
                            const struct sg_inputs_options *options,
                            struct sg_err *err) SG_MUST_CHECK;
void sg_inputs_free(struct sg_inputs *inputs);

/* True for *.receipt.json, *.dropped.jsonl.zst, *.bad.zst, *.statistics.json, sangam-source.yaml and names that begin with
 * a dot. */
bool sg_inputs_beside(const char *file_name);

/* "a/b.jsonl.gz" -> "a/b.jsonl.zst"; caller frees. */
char *sg_inputs_chain_name(const char *name);

#endif
