#!/usr/bin/env python3
"""Write compat_table.c from StandardizedVariants.txt.

usage: compat_table.py [/usr/share/unicode] > compat_table.c

Checked in, so that every build has the same table; this script refuses another version of Unicode.
"""
import re
import sys

PINNED = "15.0.0"
folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
lines = open(folder + "/StandardizedVariants.txt", encoding="utf-8").read().split("\n")
if PINNED not in lines[0]:
    sys.exit("%s is not Unicode %s" % (folder, PINNED))
rows = []
for line in lines:
    m = re.match(r"([0-9A-F]+) (FE0[0-9A-F]); CJK COMPATIBILITY IDEOGRAPH-([0-9A-F]+);", line)
    if m:
        rows.append((int(m[3], 16), int(m[1], 16), int(m[2], 16)))
rows.sort()
print("/* Made by compat_table.py from StandardizedVariants-%s.txt: do not edit. Data: (c) Unicode, Inc., Unicode License v3. */" % PINNED)
print('#include "compat_table.h"\n')
print("/* clang-format off */\nconst struct compat compat_table[] = {")
for at in range(0, len(rows), 4):
    print("    " + " ".join("{0x%04X, 0x%04X, 0x%04X}," % r for r in rows[at:at + 4]))
print("};\n/* clang-format on */\nconst size_t compat_count = sizeof compat_table / sizeof *compat_table;")
