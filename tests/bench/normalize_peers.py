#!/usr/bin/env python3
"""normalize beside ftfy, plsfix and uconv: speed on one core, and the same mojibake repairs as ftfy.

usage: normalize_peers.py BUILD WORK [--docs FOLDER] [--cases FILE] [--list N]

BUILD   holds bin/sangam-normalize and bench/bench_normalize
WORK    a folder for files made on the way
--docs  plain JSONL with `text` and `metadata.lang` to take lines from, beside tests/golden/normalize_clean.tsv
--cases ftfy's own tests/test_cases.json, of its source distribution
--list  how many differences to show (20)

Needs ftfy; plsfix and uconv get their rows where they are there. MB/s are bytes of UTF-8 by seconds of CPU time;
a figure is the median of three.
"""
import argparse
import collections
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import unicodedata

import ftfy
import ftfy.bad_codecs.sloppy  # noqa: F401  the windows code pages with their undefined bytes

try:
    import plsfix
except ImportError:
    plsfix = None

GOLDEN = os.path.join(os.path.dirname(__file__), "../golden/normalize_clean.tsv")
ENCODINGS = ["latin-1"] + ["sloppy-windows-%d" % n for n in (1252, 1251, 1250, 1253, 1254, 1257)] + [
    "iso-8859-2", "macroman", "cp437"]
UNDEFINED = dict.fromkeys([0x81, 0x8D, 0x8F, 0x90, 0x9D])
DOCUMENT = 4096
TEXT_BYTES = 2_000_000
ROUNDS = 3


# ---- lines to work on ----

def read_lines(folder):
    """language -> clean lines of 20 to 400 characters, in the order of the files."""
    lines = collections.defaultdict(list)
    with open(GOLDEN, encoding="utf-8") as golden:
        for row in golden:
            if not row.startswith("#"):
                language, text = row.rstrip("\n").split("\t")
                lines[language].append(text)
    for name in sorted(os.listdir(folder)) if folder else []:
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for row in file:
                document = json.loads(row)
                language = (document.get("metadata") or {}).get("lang", "und")
                lines[language] += [s for s in document["text"].split("\n") if is_clean(s)]
    return {language: list(dict.fromkeys(found)) for language, found in lines.items()}


UNCLEAN = re.compile("[\0-\x1f\x7f-\xa0\xad&<\ufffd\ufeff\u200b-\u200f\u2028-\u202f\u3000\ufb00-\ufb06\uff61-\uffee]|  |^ | $")


def is_clean(line):
    return 20 <= len(line) <= 400 and not UNCLEAN.search(line) and unicodedata.is_normalized("NFC", line)


def mostly(line, first, last):
    letters = [c for c in line if c.isalpha() or unicodedata.category(c) in ("Mn", "Mc")]
    return letters and sum(first <= c <= last for c in letters) >= 0.8 * len(letters)


def documents(lines):
    """Documents of about 4 KB, TEXT_BYTES in all, the lines repeated where there are too few."""
    made, part, size, total = [], [], 0, 0
    while lines and total < TEXT_BYTES:
        for line in lines:
            part.append(line)
            size += len(line.encode()) + 1
            if size >= DOCUMENT:
                made.append("\n".join(part))
                total, part, size = total + size, [], 0
            if total >= TEXT_BYTES:
                break
        else:
            if not made:
                continue
    return made


def break_once(line, encoding):
    return line.encode("utf-8").decode(encoding)


def four_texts(lines):
    of = lambda *labels: [s for l in lines for s in lines[l] if l.lower().split("-")[0].split("_")[0] in labels]
    broken = []
    for i, (language, found) in enumerate(sorted(lines.items())):
        for j, line in enumerate(found[:100]):
            if not line.isascii():
                broken.append(break_once(line, ENCODINGS[(i + j) % len(ENCODINGS)]))
    random.Random(7).shuffle(broken)
    return {
        "ascii": documents([s for s in of("en", "eng") if s.isascii()] or ["The ferry leaves at seven."]),
        "hindi": documents([s for s in of("hi", "hin") if mostly(s, "\u0900", "\u097f")]),
        "chinese": documents([s for s in of("zh", "zho") if mostly(s, "\u4e00", "\u9fff")]),
        "broken": documents(broken),
    }


# ---- speed ----

def cpu_seconds():
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def median_seconds(work):
    seconds = []
    for _ in range(ROUNDS):
        start = cpu_seconds()
        work()
        seconds.append(cpu_seconds() - start)
    return statistics.median(seconds)


def over(function, texts):
    return lambda: [function(text) for text in texts]


def uconv_mbs(path, empty, size):
    run = lambda name: subprocess.run(["uconv", "-f", "utf-8", "-t", "utf-8", "-x", "any-nfc", name],
                                      stdout=subprocess.DEVNULL, check=True)
    return size / (median_seconds(lambda: run(path)) - median_seconds(lambda: run(empty))) / 1e6


def sangam_mbs(build, paths):
    out = subprocess.run([build + "/bench/bench_normalize", "--mb", "16", "--documents", *paths],
                         capture_output=True, text=True, check=True).stdout
    speeds = {}
    for row in out.splitlines():
        cells = row.split()
        if cells and cells[0].endswith(".jsonl"):
            speeds[cells[0][:-len(".jsonl")]] = float(cells[1])
    return speeds


def write_texts(texts, work):
    for name, made in texts.items():
        with open("%s/%s.jsonl" % (work, name), "w", encoding="utf-8") as file:
            for i, text in enumerate(made):
                file.write(json.dumps({"id": str(i), "text": text}, ensure_ascii=False) + "\n")
        with open("%s/%s.txt" % (work, name), "w", encoding="utf-8") as file:
            for _ in range(16):
                file.write("\n".join(made) + "\n")
    open(work + "/empty.txt", "w").close()


def print_speeds(texts, build, work):
    write_texts(texts, work)
    ours = sangam_mbs(build, ["%s/%s.jsonl" % (work, name) for name in texts])
    peers = {"ftfy.fix_text": ftfy.fix_text, "ftfy.fix_encoding": ftfy.fix_encoding}
    if plsfix:
        peers["plsfix.fix_text"] = plsfix.fix_text
    else:
        print("skipped: plsfix is not there")
    rows = {}
    for name, function in peers.items():
        rows[name] = {text: sum(len(t.encode()) for t in made) / median_seconds(over(function, made)) / 1e6
                      for text, made in texts.items()}
    if shutil.which("uconv"):
        rows["uconv -x any-nfc"] = {
            text: uconv_mbs("%s/%s.txt" % (work, text), work + "/empty.txt",
                            os.path.getsize("%s/%s.txt" % (work, text))) for text in texts}
    else:
        print("skipped: uconv is not there")
    print("%-34s" % "MB/s, one core" + "".join("%12s" % text for text in texts))
    print("%-34s" % "normalize, core, web" + "".join("%12.1f" % ours[text] for text in texts))
    for name, speeds in rows.items():
        print("%-34s" % name + "".join("%12.1f" % speeds[text] for text in texts))
    for name, speeds in rows.items():
        print("%-34s" % ("normalize over " + name) +
              "".join("%11.1fx" % (ours[text] / speeds[text]) for text in texts))


# ---- the same repairs ----

def sangam(build, lines, *options):
    """Each line as a document of its own through sangam-normalize."""
    given = "".join(json.dumps({"id": str(i), "text": line}) + "\n" for i, line in enumerate(lines))
    out = subprocess.run([build + "/bin/sangam-normalize", "-q", "-j1", *options, "-", "-o", "-"],
                         input=given.encode(), stdout=subprocess.PIPE, check=True).stdout
    answers = [json.loads(row)["text"] for row in out.decode().splitlines()]
    assert len(answers) == len(lines)
    return answers


def breakages(line):
    """name, broken line: every encoding, then what is done to text on top of it."""
    for encoding in ENCODINGS:
        yield encoding.replace("sloppy-", ""), break_once(line, encoding)
    once = break_once(line, "sloppy-windows-1252")
    yield "windows-1252 twice", break_once(once, "sloppy-windows-1252")
    yield "latin-1 after windows-1252", break_once(once, "latin-1")
    yield "no-break space to space", once.replace("\xa0", " ")
    yield "undefined bytes to FFFD", re.sub("[\x80-\x9f]", "\ufffd", once)
    yield "undefined bytes to ?", re.sub("[\x80-\x9f]", "?", once)
    words = line.split(" ")
    half = len(words) // 2
    yield "half of the line", " ".join(words[:half] + [break_once(" ".join(words[half:]), "sloppy-windows-1252")])


def without_undefined(text):
    """normalize removes the five C1 controls that windows-1252 leaves undefined; ftfy keeps them."""
    return text.translate(UNDEFINED)


def show(text):
    return text if len(text) <= 100 else text[:100] + " ..."


def points(text, other):
    at = next((i for i, (a, b) in enumerate(zip(text, other)) if a != b), min(len(text), len(other)))
    return " ".join("%04X" % ord(c) for c in text[max(0, at - 2):at + 10])


def compare_repairs(lines, build, listed):
    cases = [("clean", language, line, line) for language, found in lines.items() for line in found[:40]]
    cases += [(name, language, line, broken) for language, found in lines.items() for line in found[:6]
              if not line.isascii() for name, broken in breakages(line) if broken != line]
    texts = [broken for _, _, _, broken in cases]
    line_wise = ["--set", "moji_weak=line"]
    ours = sangam(build, texts, "--only", "mojibake,c1", *line_wise)
    bare = sangam(build, texts, "--only", "mojibake", *line_wise)
    count = collections.defaultdict(collections.Counter)
    different = []
    for case, got, alone in zip(cases, ours, bare):
        name, _, clean, broken = case
        want = ftfy.fix_encoding(broken)
        tally = count[name]
        tally["lines"] += 1
        tally["ours"] += got == clean
        tally["ftfy"] += want == clean
        if got == without_undefined(want):
            tally["same"] += 1
        elif alone == ftfy.fix_encoding(broken, fix_c1_controls=False):
            tally["c1"] += 1
        else:
            different.append((case, got, want))
    print("%-28s %8s %8s %8s %8s %10s %10s" % ("mojibake by", "lines", "as ftfy", "c1 only", "other", "ours exact", "ftfy exact"))
    total = collections.Counter()
    for name, tally in count.items():
        total.update(tally)
        print_tally(name, tally)
    print_tally("all", total)
    for (name, language, clean, broken), got, want in different[:listed]:
        print("  %s, %s" % (name, language))
        for label, text, other in (("clean", clean, broken), ("broken", broken, clean), ("ours", got, want), ("ftfy", want, got)):
            print("    %-6s %s    %s" % (label, show(text).encode("unicode_escape").decode() if label == "broken" else show(text), points(text, other)))


def print_tally(name, tally):
    n = tally["lines"]
    print("%-28s %8d %8d %8d %8d %10d %10d" % (name, n, tally["same"], tally["c1"], n - tally["same"] - tally["c1"],
                                             tally["ours"], tally["ftfy"]))


# ---- ftfy's own cases ----

def own_cases(path, build, listed):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    texts = [case["original"] for case in cases]
    ours = sangam(build, texts, "--only", "mojibake,c1", "--set", "moji_weak=line")
    wants = [without_undefined(ftfy.fix_encoding(text)) for text in texts]
    same = sum(got == want for got, want in zip(ours, wants))
    print("ftfy's own cases, repaired as fix_encoding does: %d of %d" % (same, len(cases)))
    for text, got, want in [t for t in zip(texts, ours, wants) if t[1] != t[2]][:listed]:
        print("    %r\n      ours %r\n      ftfy %r" % (text, got, want))
    alone = [case["original"] for case in cases if case["expect"] == "pass" and case["original"] == case["fixed"]]
    spaces = lambda text: re.sub(" +", " ", text.replace("\xa0", " ")).strip()
    web = sangam(build, alone)
    tools = {
        "normalize, mojibake and c1": sangam(build, alone, "--only", "mojibake,c1"),
        "normalize, web, but for its spaces": [text if spaces(text) == spaces(got) else got for text, got in zip(alone, web)],
        "ftfy.fix_text": [ftfy.fix_text(text) for text in alone],
    }
    if plsfix:
        tools["plsfix.fix_text"] = [plsfix.fix_text(text) for text in alone]
    for tool, answers in tools.items():
        damaged = [(text, got) for text, got in zip(alone, answers) if text != got]
        print("%-38s damages %d of %d texts that are to be left alone" % (tool, len(damaged), len(alone)))
        for text, got in damaged[:listed]:
            print("    %r -> %r" % (text, got))


def golden_harm(build):
    """Clean sentences of many languages: how many does each tool change?"""
    with open(GOLDEN, encoding="utf-8") as golden:
        clean = [row.rstrip("\n").split("\t")[1] for row in golden if not row.startswith("#")]
    tools = {
        "normalize, web": sangam(build, clean),
        "ftfy.fix_text": [ftfy.fix_text(s) for s in clean],
        "NFKC": [unicodedata.normalize("NFKC", s) for s in clean],
    }
    if plsfix:
        tools["plsfix.fix_text"] = [plsfix.fix_text(s) for s in clean]
    for tool, answers in tools.items():
        print("%-38s changes %d of %d clean sentences" % (tool, sum(a != b for a, b in zip(answers, clean)), len(clean)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("work")
    parser.add_argument("--docs")
    parser.add_argument("--cases")
    parser.add_argument("--list", type=int, default=20)
    a = parser.parse_args()
    lines = read_lines(a.docs)
    print_speeds(four_texts(lines), a.build, a.work)
    compare_repairs(lines, a.build, a.list)
    golden_harm(a.build)
    if a.cases:
        own_cases(a.cases, a.build, a.list)
    else:
        print("skipped: ftfy's own cases (its source distribution is not there)")


if __name__ == "__main__":
    main()
