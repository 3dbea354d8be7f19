#!/usr/bin/env python3
"""Write normal_form_table.c from the Unicode Character Database.

usage: normal_form_table.py [/usr/share/unicode] > normal_form_table.c

Checked in and pinned like unicode_table.c, whose reader of the database this script uses.
"""
import os
import sys

sys.dont_write_bytecode = True
from unicode_table import PINNED, compositions, emit, load  # noqa: E402


def fields(folder):
    """(first, last, fields) of every entry of UnicodeData.txt."""
    start = None
    for line in open(os.path.join(folder, "UnicodeData.txt"), encoding="utf-8"):
        f = line.rstrip("\n").split(";")
        c = int(f[0], 16)
        if f[1].endswith(", First>"):
            start = c
            continue
        yield (c if start is None else start), c, f
        start = None


def spans(points):
    """Sorted code points as (first, last)."""
    out = []
    for c in sorted(points):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def lower_runs(lower):
    """(first, last, step, delta): c, c + step, ... last all go to themselves + delta; step is 1 or 2."""
    runs = []
    for c in sorted(lower):
        delta = lower[c] - c
        if runs:
            first, last, step, same = runs[-1]
            gap = c - last
            if same == delta and (gap == step or (first == last and gap <= 2)):
                runs[-1] = (first, c, gap, delta)
                continue
        runs.append((c, c, 1, delta))
    return runs


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
    ccc = load(folder)[2]
    decompositions, lower, marks = [], {}, set()
    for first, last, f in fields(folder):
        if f[5] and not f[5].startswith("<"):
            parts = [int(p, 16) for p in f[5].split()] + [0]
            decompositions.append(first << 42 | parts[0] << 21 | parts[1])
        if f[13]:
            lower[first] = int(f[13], 16)
        if f[2] == "Mn":
            marks.update(range(first, last + 1))
    print("/* Written by normal_form_table.py from Unicode %s: do not edit. */" % PINNED)
    print('#include "normal_form_table.h"')
    emit("uint64_t", "dedup_decompositions", ["%dull" % d for d in sorted(decompositions)], 6)
    print("\nconst unsigned dedup_decomposition_count = %d;" % len(decompositions))
    emit("uint32_t", "dedup_composed", [c for _, _, c in compositions(folder, ccc)], 18)
    runs = lower_runs(lower)
    emit("int32_t", "dedup_lower_runs", [n for run in runs for n in run], 16)
    print("\nconst unsigned dedup_lower_count = %d;" % len(runs))
    ranges = spans(marks)
    emit("uint32_t", "dedup_mark_ranges", [n for r in ranges for n in r], 16)
    print("\nconst unsigned dedup_mark_count = %d;" % len(ranges))


if __name__ == "__main__":
    main()
