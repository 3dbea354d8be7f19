/*
 * settings: from the options of a run to an identifier, and the files that they name.
 *
 * Shape   made once, read-only afterwards and shared by threads.
 * Calls   settings_take, then settings->langtag; settings_free accepts NULL.
 * Owns    the identifier, and the bytes of the user's files that it reads from.
 * Errors  SG_USAGE for options that do not go together or say what cannot be; SG_SYSTEM and SG_DATA for files, with their
 *         names. *out is set even then.
 */
#ifndef SANGAM_LANGTAG_SETTINGS_H
#define SANGAM_LANGTAG_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "langtag.h"
#include "run/opts.h"

struct settings {
    struct langtag *langtag;
    struct sg_buf model, priors, thresholds; /* the user's */
    char *prior_field;
    bool drop_low;
};

/* identity: members of JSON for what decides beside the options, files by their content. */
enum sg_code settings_take(const struct sg_opts *opts, struct settings **out,
                           struct sg_buf *identity, struct sg_err *err) SG_MUST_CHECK;
uint64_t settings_bytes(const struct settings *settings);
void settings_free(struct settings *settings);

#endif
