#!/usr/bin/env python3
"""Write entity_table.c: the named character references of HTML that end in a semicolon, from Python's html.entities.

usage: entity_table.py > entity_table.c

Sorted by the bytes of the name. The list is that of the HTML standard, section 13.5, which does not change any more.
"""
import sys
from html.entities import html5

COUNT = 2125  # HTML 5, names with a semicolon
LONGEST = 31


def main():
    names = sorted(name[:-1] for name in html5 if name.endswith(";"))
    assert len(names) == COUNT and max(map(len, names)) == LONGEST and all(name.isalnum() for name in names)
    print("/* Written by entity_table.py from html.entities of Python %d.%d: do not edit. */" % sys.version_info[:2])
    print('#include "entity_table.h"')
    print("\nconst struct entity entity_table[ENTITIES] = {")
    row = "   "
    for name in names:
        points = [ord(c) for c in html5[name + ";"]]
        assert len(points) <= 2
        cell = ' {"%s", 0x%X, %s},' % (name, points[0], "0x%X" % points[1] if len(points) > 1 else "0")
        if len(row) + len(cell) > 120:
            print(row)
            row = "   "
        row += cell
    print(row)
    print("};")


if __name__ == "__main__":
    main()
