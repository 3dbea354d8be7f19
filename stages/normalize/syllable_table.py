#!/usr/bin/env python3
"""Write syllable_table.c: what a code point is in a syllable, from the Unicode Character Database.

usage: syllable_table.py [/usr/share/unicode] > syllable_table.c

Checked in, so that every build has the same table; another version of Unicode is refused.
"""
import os
import sys

PINNED = "15.0.0"
FIRST, LAST = 0x0900, 0x109F
MYANMAR_EXTENDED = [(0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)]
INDIC, THAI_LAO, MYANMAR = (0x0900, 0x0DFF), (0x0E00, 0x0EFF), (0x1000, 0x109F)


def ranges(folder, name):
    lines = open(os.path.join(folder, name), encoding="utf-8").read().split("\n")
    if PINNED not in lines[0]:
        sys.exit("%s of %s is not of Unicode %s" % (name, folder, PINNED))
    values = {}
    for line in lines:
        part = [p.strip() for p in line.split("#")[0].split(";")]
        if len(part) == 2:
            first, _, last = part[0].partition("..")
            for c in range(int(first, 16), int(last or first, 16) + 1):
                values[c] = part[1]
    return values


def categories(folder):
    values = {}
    for line in open(os.path.join(folder, "UnicodeData.txt"), encoding="utf-8"):
        f = line.split(";")
        values[int(f[0], 16)] = f[2]
    return values


def indic(c, category, syllabic):
    if category == "Cn":
        # xx64 and xx65 of every block but Devanagari's own were kept free for dandas, which are common to all.
        return "DANDA_SLOT" if c >= 0x0980 and c & 0x7F in (0x64, 0x65) else "NONE"
    if category[0] == "M":
        # Gujarati has more nuktas, above (0AFD-0AFF), for other scripts' letters: they stay where they are.
        return {"Vowel_Dependent": "VOWEL_SIGN", "Virama": "VIRAMA", "Bindu": "BINDU",
                "Nukta": "NUKTA" if c & 0x7F == 0x3C else "MARK"}.get(syllabic, "MARK")
    return "LETTER" if category[0] == "L" else "NONE"


def thai_lao(c, category, syllabic, positional):
    if category == "Lo" and syllabic == "Consonant":
        return "CONSONANT"
    if syllabic in ("Tone_Mark", "Consonant_Killer") or c == 0x0ECC:
        return "TONE"
    if syllabic == "Vowel_Dependent" and category == "Mn" and positional in ("Top", "Bottom"):
        return "VOWEL_SIGN"
    return "NONE"


def myanmar(c, category, syllabic):
    if category == "Cn":
        return "NONE"
    if syllabic == "Consonant":
        return "CONSONANT"
    if syllabic in ("Consonant_Medial", "Vowel_Independent", "Consonant_Placeholder"):
        return "HOLDER"
    return "MARK" if category[0] == "M" else "LETTER" if category[0] == "L" else "NONE"


def classes(folder):
    category = categories(folder)
    syllabic, positional = ranges(folder, "IndicSyllabicCategory.txt"), ranges(folder, "IndicPositionalCategory.txt")

    def of(c):
        own, kind = category.get(c, "Cn"), syllabic.get(c, "")
        if INDIC[0] <= c <= INDIC[1]:
            return indic(c, own, kind)
        if THAI_LAO[0] <= c <= THAI_LAO[1]:
            return thai_lao(c, own, kind, positional.get(c, ""))
        if c >= MYANMAR[0]:
            return myanmar(c, own, kind)
        return "NONE"

    return of


NAMES = "NONE LETTER CONSONANT HOLDER VOWEL_SIGN NUKTA VIRAMA BINDU TONE MARK DANDA_SLOT".split()


def main():
    of = classes(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
    points = list(range(FIRST, LAST + 1))
    for first, last in MYANMAR_EXTENDED:
        points += range(first, last + 1)
    print("/* Made by syllable_table.py from Unicode %s (IndicSyllabicCategory, IndicPositionalCategory, UnicodeData)," % PINNED)
    print(" * do not edit. Data: (c) Unicode, Inc., Unicode License v3, see LICENSE-UNICODE. The numbers are enum syllable. */")
    print('#include "syllable_table.h"\n')
    print('const char syllable_unicode[] = "%s";\n' % PINNED)
    print("/* clang-format off */\nconst uint8_t syllable_classes[%d] = {" % len(points))
    for at in range(0, len(points), 32):
        print("    " + ",".join(str(NAMES.index(of(c))) for c in points[at:at + 32]) + ", /* %04X */" % points[at])
    print("};\n/* clang-format on */")


if __name__ == "__main__":
    main()
