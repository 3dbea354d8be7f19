/*
 * dates: days of the calendar from the beginnings of date strings, and back.
 *
 * Shape   "2024-02-29T10:00:00Z" <-> days since 0000-03-01. Years 0001 to 9999.
 * Calls   plain functions.
 * Owns    nothing.
 * Errors  dedup_days_of is false for text that does not begin with a date.
 * Source  Hinnant, "chrono-compatible low-level date algorithms": days_from_civil, civil_from_days.
 */
#ifndef SANGAM_DEDUP_DATES_H
#define SANGAM_DEDUP_DATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEDUP_DATE_TEXT 11 /* with the NUL */

bool dedup_days_of(const char *text, size_t len, uint32_t *days);
const char *dedup_days_text(uint32_t days, char text[DEDUP_DATE_TEXT]);

#endif
