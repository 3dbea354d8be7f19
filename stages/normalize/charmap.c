#include "charmap.h"

enum { SUBSTITUTE = 0x1A, REPLACEMENT = 0xFFFD };

static struct charmap_cell *cell(struct charmap *charmap, uint32_t point, uint16_t *count) {
    if (!charmap->cell_of[point]) charmap->cell_of[point] = ++*count;
    return &charmap->cells[charmap->cell_of[point]];
}

static uint8_t roles_of(uint8_t byte) {
    if (byte < 0xC0) return ROLE_TRAIL | ROLE_TRAIL_ONLY;
    if (byte >= 0xC2 && byte <= 0xDF) return ROLE_LEAD_2;
    if (byte >= 0xE0 && byte <= 0xEF) return ROLE_LEAD_3;
    return byte == 0xF0 || byte == 0xF3 ? ROLE_LEAD_4 : 0;
}

static void allow(struct charmap_cell *to, unsigned encoding, uint8_t byte) {
    to->encodings |= (uint16_t)(1u << encoding);
    to->byte[encoding] = byte;
}

/* They are trails, but stand for themselves in clean text beside mojibake. */
static void spare_punctuation(struct charmap *charmap) {
    static const uint16_t spared[] = {' ',    0x2013, 0x2014, 0x2015, 0x2018, 0x2019,
                                      0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026};
    for (unsigned i = 0; i < sizeof spared / sizeof *spared; i++)
        charmap->cells[charmap->cell_of[spared[i]]].roles &= (uint8_t)~ROLE_TRAIL_ONLY;
}

void charmap_init(struct charmap *charmap) {
    uint16_t count = 0;
    *charmap = (struct charmap){0};
    for (unsigned encoding = 0; encoding < MOJIBAKE_ENCODINGS; encoding++) {
        bool windows = charmap_is_windows(encoding);
        for (uint8_t byte = 0; byte < 0x80; byte++)
            if (!windows || byte != SUBSTITUTE) allow(cell(charmap, byte, &count), encoding, byte);
        if (windows) allow(cell(charmap, REPLACEMENT, &count), encoding, SUBSTITUTE);
        for (unsigned high = 0; high < 0x80; high++) {
            struct charmap_cell *to = cell(charmap, charmap_table[encoding][high], &count);
            allow(to, encoding, (uint8_t)(0x80 + high));
            if (encoding <= WINDOWS_1257) to->roles |= roles_of((uint8_t)(0x80 + high));
        }
    }
    cell(charmap, ' ', &count)->roles |= ROLE_TRAIL;
    spare_punctuation(charmap);
}
