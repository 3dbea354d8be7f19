#!/usr/bin/env python3
"""Write unicode_table.c from the Unicode Character Database.

usage: unicode_table.py [/usr/share/unicode] > unicode_table.c

The table is checked in, not made by the build: key text must be the same on every machine and in every
year, so its Unicode version is pinned (15.0.0) and this script refuses another one.
"""
import os
import re
import sys

PINNED = "15.0.0"
SEPARATOR, WORD, LONE, MARK, DROP = range(5)
FOLD, SPACE, NFC, CCC, NO = 8, 16, 32, 64, 128
LONE_SCRIPTS = set("Han Hiragana Katakana Thai Lao Khmer Myanmar Tai_Le New_Tai_Lue Tai_Tham Javanese Balinese Yi".split())
LONE_CODES = set("Hani Hira Kana Thai Laoo Khmr Mymr Tale Talu Lana Java Bali Yiii".split())
COUNT = 0x110000


def ranges(folder, name, field=1):
    """(first, last, value) of every line of a property file."""
    for line in open(os.path.join(folder, name), encoding="utf-8"):
        part = [p.strip() for p in line.split("#")[0].split(";")]
        if len(part) > field:
            first, _, last = part[0].partition("..")
            yield int(first, 16), int(last or first, 16), part[field:]


def load(folder):
    if PINNED not in open(os.path.join(folder, "Scripts.txt")).readline():
        sys.exit("%s is not Unicode %s" % (folder, PINNED))
    category, name, ccc, digit = ["Cn"] * COUNT, {}, [0] * COUNT, {}
    start = None
    for line in open(os.path.join(folder, "UnicodeData.txt"), encoding="utf-8"):
        f = line.rstrip("\n").split(";")
        c = int(f[0], 16)
        first = start if f[1].endswith(", Last>") else c
        start = c if f[1].endswith(", First>") else None
        for i in range(first, c + 1):
            category[i], ccc[i] = f[2], int(f[3])
        name[c] = f[1]
        if f[2] == "Nd":
            digit[c] = int(f[6])
    script, fold = {}, {}
    for a, b, v in ranges(folder, "Scripts.txt"):
        for c in range(a, b + 1):
            script[c] = v[0]
    extensions = {}
    for a, b, v in ranges(folder, "ScriptExtensions.txt"):
        for c in range(a, b + 1):
            extensions[c] = set(v[0].split())
    for a, b, v in ranges(folder, "CaseFolding.txt"):
        if v[0] in "CS":
            fold[a] = int(v[1], 16)
    props = {"Default_Ignorable_Code_Point": set(), "White_Space": set(), "NFC_QC": set(), "NFC_NO": set()}
    for file in ("DerivedCoreProperties.txt", "PropList.txt", "DerivedNormalizationProps.txt"):
        for a, b, v in ranges(folder, file):
            if v[0] in props:
                props[v[0]].update(range(a, b + 1))
            if v == ["NFC_QC", "N"]:
                props["NFC_NO"].update(range(a, b + 1))
    return category, name, ccc, digit, script, extensions, fold, props, compositions(folder, ccc)


def compositions(folder, ccc):
    """(second, first) of every primary composite: two characters that NFC makes one of."""
    excluded, pairs = set(), []
    for a, b, v in ranges(folder, "DerivedNormalizationProps.txt"):
        if v[0] == "Full_Composition_Exclusion":
            excluded.update(range(a, b + 1))
    for line in open(os.path.join(folder, "UnicodeData.txt"), encoding="utf-8"):
        f = line.split(";")
        parts = f[5].split()
        if len(parts) == 2 and not f[5].startswith("<") and int(f[0], 16) not in excluded:
            pairs.append((int(parts[1], 16), int(parts[0], 16), int(f[0], 16)))
    return sorted(pairs)


def is_lone(c, script, extensions):
    own = script.get(c)
    if own in LONE_SCRIPTS:
        return True
    # U+30FC and its like are Common, but written only in these scripts.
    return own in ("Common", "Inherited") and bool(extensions.get(c)) and extensions[c] <= LONE_CODES


def make(folder):
    category, name, ccc, digit, script, extensions, fold, props, pairs = load(folder)
    entry, target = bytearray(COUNT), {}
    for c in range(COUNT):
        kind = category[c][0]
        e = SEPARATOR
        if kind == "M":
            e = MARK
        elif kind in "LN":
            e = LONE if category[c] != "Nd" and is_lone(c, script, extensions) else WORD
        dropped = (c in props["Default_Ignorable_Code_Point"] or c in (0x640, 0x670) or 0x64B <= c <= 0x652
                   or name.get(c, "").startswith("HEBREW POINT"))
        if dropped:
            e = DROP
        to = 0x30 + digit[c] if c in digit else fold.get(c, c)
        if e in (WORD, LONE, MARK) and to != c:
            e |= FOLD
            target[c] = to
        e |= SPACE if c in props["White_Space"] else 0
        e |= NFC if c in props["NFC_QC"] else 0
        e |= CCC if ccc[c] else 0
        # The jamo of a syllable compose by arithmetic, not by pairs: they are left to the slow path.
        e |= NO if c in props["NFC_NO"] or 0x1161 <= c <= 0x1175 or 0x11A8 <= c <= 0x11C2 else 0
        entry[c] = e
    return entry, target, ccc, pairs


def blocks(values):
    """Split into blocks of 64, equal blocks shared. -> index, blocks"""
    index, seen, out = [], {}, []
    for i in range(0, COUNT, 64):
        block = tuple(values[i:i + 64])
        if block not in seen:
            seen[block] = len(out)
            out.append(block)
        index.append(seen[block])
    return index, out


def emit(kind, name, numbers, per_line):
    print("\nconst %s %s[%d] = {" % (kind, name, len(numbers)))
    for i in range(0, len(numbers), per_line):
        print("    " + ",".join(str(n) for n in numbers[i:i + per_line]) + ",")
    print("};")


def main():
    entry, target, ccc, pairs = make(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode")
    print("/* Written by unicode_table.py from Unicode %s: do not edit. */" % PINNED)
    print('#include "unicode_table.h"')
    index, out = blocks(entry)
    emit("uint16_t", "dedup_unicode_index", index, 24)
    emit("uint8_t", "dedup_unicode_entries", [e for b in out for e in b], 32)
    last = max(target) | 63
    values = [target.get(c, 0) for c in range(last + 1)] + [0] * (COUNT - last - 1)
    index, out = blocks(values)
    emit("uint8_t", "dedup_unicode_fold_index", index, 32)
    emit("uint32_t", "dedup_unicode_folds", [v for b in out for v in b], 12)
    assert len(out) < 256
    index, out = blocks(ccc)
    emit("uint8_t", "dedup_unicode_class_index", index, 32)
    emit("uint8_t", "dedup_unicode_classes", [v for b in out for v in b], 32)
    assert len(out) < 256
    emit("uint64_t", "dedup_unicode_pairs", ["%dull" % (second << 21 | first) for second, first, _ in pairs], 12)
    emit("uint64_t", "dedup_unicode_composites", ["%dull" % c for c in sorted(c for _, _, c in pairs)], 16)
    print("\nconst unsigned dedup_unicode_pair_count = %d;" % len(pairs))


if __name__ == "__main__":
    main()
