#!/usr/bin/env python3
"""Turn labelled lines into the samples that the embedded language model is trained on.

    samples.py DATA OUT [--base N] [--seed N]      DATA/<label>.txt.zst -> OUT, lines of `__label__xxx_Xxxx stream`
    samples.py --dev DATA OUT [--short]            every line once (or one short window of it)

The stream is what stages/langtag/letters.c makes of a text: letters and marks of the label's scripts in lower
case, a run of digits as one 0, an apostrophe or middle dot only between letters, Han and kana one by one, everything else one space.
A model is only as good as the likeness of what it learned from and what it is shown, so the two must not drift apart:
tests/unit/test_langtag.c holds what both make of some examples.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import unicodedata

UNICODE_SCRIPTS = "/usr/share/unicode/Scripts.txt"
GROUP = {"Hans": "Hani", "Hant": "Hani", "Jpan": "Hani", "Kore": "Hang", "Zxxx": "Latn"}
APOSTROPHES = "\u0027\u2018\u2019\u02bb\u02bc"
UNSPACED = {"Thai", "Laoo", "Khmr", "Mymr", "Tibt"}


def read_scripts():
    """Code point -> ISO 15924 code, by way of the names that Scripts.txt uses."""
    short = {}
    with open(os.path.join(os.path.dirname(UNICODE_SCRIPTS), "PropertyValueAliases.txt"), encoding="utf-8") as f:
        for line in f:
            parts = [p.strip() for p in line.split("#")[0].split(";")]
            if parts[0] == "sc":
                short[parts[2]] = parts[1]
    script = {}
    with open(UNICODE_SCRIPTS, encoding="utf-8") as f:
        for line in f:
            parts = [p.strip() for p in line.split("#")[0].split(";")]
            if len(parts) == 2:
                first, _, last = parts[0].partition("..")
                for c in range(int(first, 16), int(last or first, 16) + 1):
                    script[c] = short[parts[1]]
    return script


def group_of_script(script):
    return "Hani" if script in ("Hira", "Kana", "Bopo") else script


class Stream(dict):
    """str.translate table of one script group, filled as code points turn up."""

    def __init__(self, group, script):
        self.group, self.script = group, script

    def __missing__(self, c):
        self[c] = out = self.make(c)
        return out

    def make(self, c):
        char = chr(c)
        category = unicodedata.category(char)
        if char in APOSTROPHES:
            return "'"
        if c == 0xB7:
            return char
        if category == "Cf" or c == 0x640 or 0xFE00 <= c <= 0xFE0F:
            return None
        if category == "Nd":
            return "0"
        if category[0] not in "LM":
            return " "
        group = group_of_script(self.script.get(c, "Zzzz"))
        if group not in (self.group, "Zyyy", "Zinh"):
            return " "
        lower = "i" if c == 0x130 else char.lower()
        if len(lower) != 1:
            lower = char
        return f" {lower} " if self.group == "Hani" and group == "Hani" else lower

    def stream(self, text):
        text = re.sub("0+", "0", text.translate(self))
        text = re.sub(r"(?<![^ 0'\u00b7])['\u00b7]|['\u00b7](?![^ 0'\u00b7])", " ", text)
        return " ".join(text.split(" ")).strip() if "  " not in text else " ".join(text.split())


def windows(rng, line, low, high, unspaced):
    """A piece of low..high characters of the line, cut at word ends where the script has them."""
    if len(line) <= low:
        return line
    size = rng.randint(low, high)
    start = rng.randrange(max(1, len(line) - size + 1))
    if not unspaced:
        while start > 0 and line[start - 1] != " ":
            start -= 1
    end = min(len(line), start + size)
    if not unspaced:
        while end < len(line) and line[end] != " ":
            end += 1
    return line[start:end].strip()


def sample(rng, lines, wordlist, unspaced):
    line = lines[rng.randrange(len(lines))]
    if wordlist and rng.random() < .5:
        goal = rng.randint(20, 140)
        while len(line) < goal:
            line += " " + lines[rng.randrange(len(lines))]
        return line
    kind = rng.random()
    if kind < .4:
        return line
    return windows(rng, line, *((10, 45) if kind < .8 else (4, 17)), unspaced)


def read_lines(path):
    data = subprocess.run(["zstd", "-dcq", path], check=True, stdout=subprocess.PIPE).stdout
    return data.decode("utf-8").split("\n")[:-1]


def main():
    arguments = argparse.ArgumentParser(description="samples for the embedded language model")
    arguments.add_argument("data")
    arguments.add_argument("out")
    arguments.add_argument("--base", type=int, default=14000, help="samples of a label with 20,000 lines")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--dev", action="store_true")
    arguments.add_argument("--short", action="store_true")
    a = arguments.parse_args()
    script = read_scripts()
    labels = sorted(name[:-len(".txt.zst")] for name in os.listdir(a.data) if name.endswith(".txt.zst"))
    groups = {}
    for label in labels:
        groups.setdefault(GROUP.get(label[-4:], label[-4:]), []).append(label)
    tables, samples = {}, []
    for label in labels:
        group = GROUP.get(label[-4:], label[-4:])
        table = tables.setdefault(group, Stream(group, script))
        raw = read_lines(os.path.join(a.data, label + ".txt.zst"))
        lines = [s for s in map(table.stream, raw) if s]
        rng = random.Random(f"{a.seed} {label}")
        unspaced = group in UNSPACED
        if a.dev:
            if a.short:
                lines = [windows(rng, s, 15, 30, unspaced) for s in lines if len(s) > 40]
            samples += [f"__label__{label} {s}" for s in lines]
            continue
        wordlist = sum(map(len, lines)) < 30 * len(lines)
        # A script with one language is decided by the script: the model only needs to know the label.
        count = 300 if len(groups[group]) == 1 else int(a.base * (len(raw) / 20000) ** .3)
        if label == "zxx_Zxxx":
            count //= 2   # most of it is decided by rules before the model is asked
        samples += [f"__label__{label} {sample(rng, lines, wordlist, unspaced)}" for _ in range(count)]
        print(f"{label}\t{len(raw)}\t{count}", file=sys.stderr)
    random.Random(a.seed).shuffle(samples)
    with open(a.out, "w", encoding="utf-8") as f:
        f.writelines(s + "\n" for s in samples)


if __name__ == "__main__":
    main()
