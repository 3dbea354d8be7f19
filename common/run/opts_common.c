#include "run/opts_common.h"

/* clang-format off */
#define TALK_OPTIONS                                                                                                        \
    {"quiet",    'q', SG_OPTION_FLAG,   NULL,                NULL,   "say nothing but warnings and errors"},                \
    {"verbose",  'v', SG_OPTION_FLAG,   NULL,                NULL,   "say more: files left out, files skipped and why"},    \
    {"log",      0,   SG_OPTION_CHOICE, "text|json",         "text", "messages as text, or as one JSON object a line"}

#define SELF_OPTIONS                                                                                                        \
    {"help",     'h', SG_OPTION_FLAG,   NULL,                NULL,   "print this help and stop"},                           \
    {"version",  0,   SG_OPTION_FLAG,   NULL,                NULL,   "print name, version and library versions and stop"},  \
    {"generate", 0,   SG_OPTION_CHOICE, "man|bash|zsh|fish|contract", NULL,                                                 \
     "print the manual page, a shell's completion, or all options as JSON, and stop"}

const struct sg_option sg_common_options[] = {
    {"output",   'o', SG_OPTION_TEXT,   "OUTPUT",            "-",    "folder (ends in /), file, or - for standard output"},
    {"threads",  'j', SG_OPTION_COUNT,  "N",                 NULL,   "worker threads (default: the CPUs this process may use)"},
    {"memory",   0,   SG_OPTION_BYTES,  "SIZE",              NULL,
     "limit for the whole process, such as 512M or 8G (default: three quarters of what the machine or its limits allow)"},
    {"tmp",      0,   SG_OPTION_TEXT,   "DIR",               NULL,
     "folder for intermediate files (default: a hidden one in OUTPUT; for -, $TMPDIR)"},
    {"max-bad",  0,   SG_OPTION_LIMIT,  "N|P%",              "0",    "bad units allowed in the whole run before exit 3"},
    {"max-record", 0, SG_OPTION_BYTES,  "SIZE",              "256M", "a longer record is a bad one",                        true},
    {"level",    0,   SG_OPTION_COUNT,  "N",                 "1",    "zstd level of the files written",                     true},
    TALK_OPTIONS,
    {"progress", 0,   SG_OPTION_CHOICE, "auto|always|never", "auto", "the live line; auto: on a terminal"},
    {"dry-run",  0,   SG_OPTION_FLAG,   NULL,                NULL,   "print inputs, outputs and the memory split, and stop"},
    {"receipt",  0,   SG_OPTION_TEXT,   "FILE",              NULL,   "write the receipt here (default: beside OUTPUT)"},
    {"dropped",  0,   SG_OPTION_TEXT,   "FILE",              NULL,
     "write the ledger of dropped records here (default: beside OUTPUT)"},
    {"keep-dropped", 0, SG_OPTION_FLAG, NULL,                NULL,
     "put the text of dropped records into the ledger too", true},
    {"bad",      0,   SG_OPTION_TEXT,   "FILE",              NULL,   "write the list of bad units here (default: beside OUTPUT)"},
    {"follow",   0,   SG_OPTION_FLAG,   NULL,                NULL,   "read links that lead out of an INPUT folder"},
    SELF_OPTIONS,
    {0}};

const struct sg_option sg_bare_options[] = {TALK_OPTIONS, SELF_OPTIONS, {0}};
/* clang-format on */

void sg_stage_tables(const struct sg_stage *stage, const struct sg_verb *verb,
                     const struct sg_option *tables[SG_STAGE_TABLES]) {
    size_t count = 0;
    if (!verb && stage->verbs) verb = stage->verbs;
    const struct sg_option *own = verb && verb->options ? verb->options : stage->options;
    if (own) tables[count++] = own;
    tables[count++] = verb && verb->bare ? sg_bare_options : sg_common_options;
    tables[count] = NULL;
}
