/*
 * report: a sheet about tagged records for somebody who knows the languages: how many, how sure, and what they look like.
 *
 * Shape   per label: records, bytes of text, a histogram of scores, second labels, and a few lines chosen by the hash of
 *         their text, half of them from the least sure third of scores.
 * Units   records; bytes of UTF-8.
 * Calls   report_new, report_add per record, report_write, report_free. One thread.
 * Owns    what it keeps of texts.
 * Errors  none.
 */
#ifndef SANGAM_LANGTAG_REPORT_H
#define SANGAM_LANGTAG_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct report;

struct report_record {
    const char *label, *second; /* "hin_Deva"; "" when there is no second one */
    double score;
    const char *text;
    size_t text_len;
};

struct report *report_new(uint64_t seed);
void report_free(struct report *report); /* accepts NULL */
void report_add(struct report *report, const struct report_record *record);
void report_write(const struct report *report, struct sg_buf *out);

#endif
