#include "dates.h"

#include <stdio.h>

static bool digits(const char *at, size_t count, uint32_t *value) {
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
        *value = *value * 10 + (uint32_t)(at[i] - '0');
    }
    return true;
}

bool dedup_days_of(const char *text, size_t len, uint32_t *days) {
    uint32_t year, month, day;
    if (len < 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, &year) || !digits(text + 5, 2, &month) ||
        !digits(text + 8, 2, &day) || month < 1 || month > 12 || day < 1 || day > 31 || year == 0)
        return false;
    year -= month <= 2;
    uint32_t of_era = year % 400, of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    *days = year / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    return true;
}

const char *dedup_days_text(uint32_t days, char text[DEDUP_DATE_TEXT]) {
    uint32_t era = days / 146097, of_era = days % 146097;
    uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    uint32_t day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    snprintf(text, DEDUP_DATE_TEXT, "%04u-%02u-%02u", (unsigned)(year + era * 400 + (month <= 2)) % 10000, (unsigned)month % 100,
             (unsigned)day % 100);
    return text;
}
