#!/usr/bin/env python3
"""What --mode substr must find, computed the slow way.

    repeats_oracle.py L CORPUS.jsonl LEDGER.jsonl

A stretch of L units (code points; Han and kana count two) is a copy when the same stretch stands earlier: in a document before it
in survivor order (here: texts of different length, the longest first), or before it in the same text and not overlapping it.
The union of all copies must be the spans of the ledger, to the code point. Besides, a suffix array over the whole corpus says
which positions are in a repeat of L units or more, and how many of them are spans or hold the first copy."""
import json
import re
import sys

length, corpus, ledger = int(sys.argv[1]), sys.argv[2], sys.argv[3]
DOUBLE = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]")

docs = {}
for line in open(corpus, encoding="utf-8", newline="\n"):
    record = json.loads(line)
    docs[record["id"]] = record["text"]
order = sorted(docs, key=lambda name: -len(docs[name].encode()))
sizes = [len(docs[name].encode()) for name in order]
assert len(set(sizes)) == len(sizes), "the texts must differ in length"
spans = {}
for line in open(ledger, encoding="utf-8", newline="\n"):
    record = json.loads(line)
    spans[record["id"]] = record.get("spans") or [[0, len(docs[record["id"]])]]

first, wrong, cut, total = {}, [], 0, 0
stays = []  # stretches that overlap their first copy, as in "=======": no copies
for name in order:
    text, copied = docs[name], bytearray(len(docs[name]))
    units = [i for i, c in enumerate(text) for _ in range(2 if DOUBLE.match(c) else 1)]
    seen = None
    for u in range(len(units) - length + 1):
        begin, end = units[u], units[u + length - 1] + 1
        if seen == (begin, end):
            continue
        seen = (begin, end)
        stretch = text[begin:end]
        holder = first.setdefault(stretch, (name, begin, end))
        if holder[0] != name or holder[2] <= begin:
            copied[begin:end] = b"\1" * (end - begin)
        else:
            stays.append((name, begin, end))
    found = bytearray(len(text))
    for begin, end in spans.get(name, []):
        found[begin:end] = b"\1" * (end - begin)
    if found != copied:
        at = next(i for i in range(len(text)) if found[i] != copied[i])
        wrong.append((name, at, found[at], text[max(0, at - 20):at + 20]))
    cut += sum(copied)
    total += len(text)

# The suffix array: neighbours that share L units.
joined = "\0".join(docs[name] for name in order)
window = [0] * len(joined)  # code points of the stretch of L units that begins here
weight, end = 0, 0
for begin in range(len(joined)):
    end = max(end, begin)
    while end < len(joined) and weight < length:
        weight += 2 if DOUBLE.match(joined[end]) else 1
        end += 1
    window[begin] = end - begin if weight >= length else 0
    weight -= 2 if DOUBLE.match(joined[begin]) else 1
array = sorted((i for i in range(len(joined)) if window[i] and "\0" not in joined[i:i + window[i]]),
               key=lambda i: joined[i:i + length])
repeated = bytearray(len(joined))
for a, b in zip(array, array[1:]):
    if joined[a:a + window[a]] == joined[b:b + window[b]]:
        for i in (a, b):
            repeated[i:i + window[i]] = b"\1" * window[i]
covered, base = 0, 0
kept = bytearray(len(joined))
start = {}
for name in order:
    start[name] = base
    base += len(docs[name]) + 1
for name, begin, end in stays:
    kept[start[name] + begin:start[name] + end] = b"\1" * (end - begin)
for name in order:
    for begin, end in spans.get(name, []):
        kept[start[name] + begin:start[name] + end] = b"\1" * (end - begin)
in_repeats = sum(repeated)
covered = sum(1 for i in range(len(joined)) if repeated[i] and kept[i])
print(f"{len(docs)} documents, {total} code points, {cut} of them copies, {in_repeats} in repeats by suffix array, "
      f"{covered} of these covered")
for name, at, was, around in wrong[:5]:
    print(f"  {name} at {at}: {'cut' if was else 'not cut'}: {around!r}")
sys.exit(1 if wrong or covered < in_repeats * 0.999 else 0)
