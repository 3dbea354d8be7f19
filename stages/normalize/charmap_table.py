#!/usr/bin/env python3
"""Write charmap_table.c: what the upper bytes of ten one-byte encodings decode to, from Python's codecs.

usage: charmap_table.py > charmap_table.c

Bytes that a windows encoding leaves unassigned decode to the same number, and byte 1A stands there for U+FFFD, as in
ftfy's "sloppy" codecs (Apache-2.0). The other encodings assign all 256 bytes.
"""
import sys

ENCODINGS = "latin-1 cp1252 cp1251 cp1250 cp1253 cp1254 cp1257 iso-8859-2 mac-roman cp437".split()


def decoded(encoding, byte):
    try:
        return ord(bytes([byte]).decode(encoding))
    except UnicodeDecodeError:
        return byte


def main():
    print("/* Written by charmap_table.py from the codecs of Python %d.%d: do not edit. */" % sys.version_info[:2])
    print('#include "charmap.h"')
    print("\nconst uint16_t charmap_table[MOJIBAKE_ENCODINGS][128] = {")
    for encoding in ENCODINGS:
        for byte in range(128):  # ASCII stays ASCII in all of them
            assert decoded(encoding, byte) == byte
        print("    {" + " /* %s */" % encoding)
        for row in range(128, 256, 16):
            print("        " + " ".join("0x%04X," % decoded(encoding, b) for b in range(row, row + 16)))
        print("    },")
    print("};")


if __name__ == "__main__":
    main()
