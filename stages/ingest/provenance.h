/*
 * provenance: who a text comes from and under which terms, for what the record does not say itself.
 *
 * Shape   one struct per sangam-source.yaml met, and one of the command line. The nearest file from
 *         an input's folder up to INPUT counts; for an INPUT that is a file, its own folder. Its
 *         keys win over the command line, one by one.
 * Calls   provenances_init, provenances_find per input, provenances_free.
 * Owns    all strings; a struct found stays until provenances_free.
 * Errors  SG_USAGE with file, line and column: an unknown key, a value that is no text, a charset
 *         that is not known.
 * Source  architecture.md section 5.
 *
 * Example owner: Sahitya Trust
 *         license: CC-BY-4.0
 *         charset: windows-1252
 */
#ifndef INGEST_PROVENANCE_H
#define INGEST_PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define PROVENANCE_FILE "sangam-source.yaml"

struct provenance {
    const char *owner, *source, *license, *url, *date, *charset; /* "" when not known */
    char *path; /* the file it was read from; NULL: the command line alone */
    struct sg_config *file;
};

struct provenances {
    struct provenance line; /* the command line */
    bool ignore_files;
    struct provenance **found; /* by file, in the order met */
    size_t count;
    /* inputs come in order of their path, so most have the folder of the one before */
    char *last_folder;
    const struct provenance *last;
};

/* The strings of `line` are borrowed. */
void provenances_init(struct provenances *all, const struct provenance *line, bool ignore_files);
void provenances_free(struct provenances *all);
/* root "": the input is a file argument (or "-"). */
enum sg_code provenances_find(struct provenances *all, const char *root, const char *path,
                              const struct provenance **out, struct sg_err *err) SG_MUST_CHECK;

#endif
