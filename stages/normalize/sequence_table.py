#!/usr/bin/env python3
"""Write sequence_table.c from do-not-emit.tsv (rows of Unicode's DoNotEmit.txt).

usage: sequence_table.py [/usr/share/unicode] > sequence_table.c

Both sides of a row are put in NFC, for the passes work on NFC text: U+0928 U+093C U+094D U+093E is looked up as
U+0929 U+094D U+093E. Checked in, so that every build has the same table; another version of Unicode is refused.
"""
import os
import sys
import unicodedata

PINNED, SOURCE = "15.0.0", "17.0.0"
INDIC = ("Indic_Vowel_Letter", "Bengali_Khanda_Ta", "Malayalam_Chillu", "Tamil_Shrii", "Dotless_Form")
ARABIC = ("Hamza_Form",)
ARABIC_LETTERS = ("0673", "0675", "0676", "0677", "0678")
# Described in the head of do-not-emit.tsv: C 094D [200D] 093E is C. (Indic_Atomic_Consonant, Indic_Consonant_Conjunct)
ATOMIC = """0916 0917 0918 091A 091C 091D 091E 0923 0924 0925 0927 0928 0929 092A 092C 092D 092E 092F 0932 0935 0936 0937
0938 0959 095A 095B 095F 0979 097A 097B 097C 097E 097F""".split()
NUKTA = {"0928": "0929", "0916": "0959", "0917": "095A", "091C": "095B", "092F": "095F"}
CONJUNCT = ["0915 094D 091A", "0915 094D 0937", "0924 094D 0924", "0928 094D 0924"]


def refuse_another_version(folder):
    if PINNED not in open(os.path.join(folder, "Scripts.txt"), encoding="utf-8").readline():
        sys.exit("%s is not Unicode %s" % (folder, PINNED))


def text(points):
    return unicodedata.normalize("NFC", "".join(chr(int(p, 16)) for p in points.split()))


def listed(path):
    for line in open(path, encoding="utf-8"):
        if line.startswith("#"):
            if "DoNotEmit-" in line and "DoNotEmit-%s" % SOURCE not in line:
                sys.exit("%s is not of DoNotEmit-%s" % (path, SOURCE))
            continue
        yield line.rstrip("\n").split("\t")


def rows(path):
    seen = {}
    for sequence, to, kind in listed(path):
        if kind in INDIC:
            seen[text(sequence)] = (text(to), "SEQUENCE_INDIC")
        elif kind in ARABIC or sequence in ARABIC_LETTERS:
            seen[text(sequence)] = (text(to), "SEQUENCE_ARABIC")
    described = [(c, c) for c in ATOMIC + CONJUNCT] + [(c + " 093C", to) for c, to in NUKTA.items()]
    for c, to in described:
        for joiner in (" 094D 093E", " 094D 200D 093E"):
            seen.setdefault(text(c + joiner), (text(to), "SEQUENCE_AGGRESSIVE"))
    # By first code point, the longest first: the first that fits is the one.
    return sorted(((s, to, kind) for s, (to, kind) in seen.items() if s != to), key=lambda r: (ord(r[0][0]), -len(r[0]), r[0]))


def points(s):
    return "{" + ", ".join("0x%04X" % ord(c) for c in s) + "}"


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
    refuse_another_version(folder)
    out = rows(os.path.join(os.path.dirname(os.path.abspath(__file__)), "do-not-emit.tsv"))
    print("/* Made by sequence_table.py from DoNotEmit-%s.txt, in NFC of Unicode %s: do not edit." % (SOURCE, PINNED))
    print(" * Data: (c) Unicode, Inc., Unicode License v3, see LICENSE-UNICODE. */")
    print('#include "sequence_table.h"\n')
    print('const char sequence_source[] = "DoNotEmit-%s";\n' % SOURCE)
    print("/* clang-format off */\nconst struct sequence sequence_table[] = {")
    for sequence, to, kind in out:
        assert len(sequence) <= 6 and len(to) <= 4
        print("    {%s, %s, %d, %d, %s}," % (points(sequence), points(to), len(sequence), len(to), kind))
    print("};\n")
    print("const uint64_t sequence_starts[3][64] = {")
    for kind in ("SEQUENCE_INDIC", "SEQUENCE_AGGRESSIVE", "SEQUENCE_ARABIC"):
        words = [0] * 64
        for sequence, _, own in out:
            first = ord(sequence[0])
            words[first >> 6 & 63] |= (own == kind) << (first & 63)
        print("    {" + ",".join("0x%x" % w for w in words) + "},")
    print("};\n/* clang-format on */")
    print("const size_t sequence_count = sizeof sequence_table / sizeof *sequence_table;")


if __name__ == "__main__":
    main()
