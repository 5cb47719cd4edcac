#!/usr/bin/env python3
"""Measures entries per second straight into the ledger, against raw SQLite.

Usage: ledger.py LEDGER_BENCH OUT_FOLDER

Environment: LEDGER_RUNS (3), LEDGER_SECONDS (3) per run, LEDGER_ENTRIES (10000000) in the book
that is not empty, LEDGER_ACCOUNTS ("10 1000000"), BENCH_FOLDER (/var/tmp: on the disk to be
measured), LEDGER_QUICK (1: a short run for a first look). The large books are kept in
OUT_FOLDER/books and made anew when the schema changes; ten million entries take about 1.1 GB,
and three times that while it is measured.
"""

import itertools
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

from measure import machine, number, publish, workplace
from server import BenchError

SCRIPTS = pathlib.Path(__file__).resolve().parent
BATCHES = (1, 16, 64, 256, 8_192)
WRITER_ACCOUNTS = 10
AIMS = {64: 25_000, 8_192: 40_000}
AIM_SHARE, AIM_LARGE, AIM_AUDIT = 80, 80, 200_000
QUICK = {"LEDGER_RUNS": "1", "LEDGER_SECONDS": "1", "LEDGER_ENTRIES": "200000"}
# Where SQLite's header tells them: https://www.sqlite.org/fileformat.html
PAGE_LAYOUT = slice(16, 21)
JOURNAL, WRITER, CEILING, AUDIT = "journal", "writer", "ceiling", "audit"


class LedgerBench:
    """The books, the runs over them, and their results."""

    def __init__(self, program, out, work):
        self.program, self.work, self.cache = program, work, out / "books"
        self.runs, self.seconds = number("LEDGER_RUNS", 3), number("LEDGER_SECONDS", 3)
        self.entries = number("LEDGER_ENTRIES", 10_000_000)
        self.accounts = [int(word) for word in os.environ.get(
            "LEDGER_ACCOUNTS", "10 1000000").split()]
        self.results = {}

    def say(self, text):
        """Shows progress with the time of day."""
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def call(self, *words):
        """Runs a program that must succeed."""
        done = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{words[0]} {words[1]}: {done.stderr[-500:]}")
        return done.stdout

    def prepare(self):
        """Builds the ceiling, and the books that are not there yet."""
        self.call("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.work / CEILING,
                  SCRIPTS / "ledger_ceiling.c", "-lsqlite3")
        self.cache.mkdir(parents=True, exist_ok=True)
        for accounts in self.accounts:
            empty, large = self.work / f"empty-{accounts}", self.large_book(accounts)
            self.call(self.program, "make", empty, accounts, 0)
            if not large.exists() or layout(large) != layout(empty):
                self.say(f"making a book of {accounts} accounts and {self.entries} entries")
                remove(large)
                making = large.with_suffix(".making")
                remove(making)
                self.call(self.program, "make", making, accounts, self.entries)
                making.rename(large)

    def audit(self):
        """Checks each large book as `verify` checks the ledger."""
        for accounts in self.accounts:
            book = self.large_book(accounts)
            for line in self.call(self.program, "audit", book, self.runs, 10).splitlines():
                result = json.loads(line)
                self.results.setdefault((accounts, self.entries, 0), {}).setdefault(
                    AUDIT, []).append(result)
                self.say(f"{accounts} accounts, {self.entries} entries, audit: {line}")

    def large_book(self, accounts):
        """Where a book with entries is kept."""
        return self.cache / f"{accounts}-{self.entries}"

    def measure(self):
        """Every run, in rounds, so that a drift of the machine meets all alike."""
        self.prepare()
        for accounts in self.accounts:
            # The large books grow a little from run to run; a copy each time would take minutes.
            large = {kind: copy(self.large_book(accounts), self.work / f"large-{kind}")
                     for kind in (JOURNAL, CEILING)}
            os.sync()
            for _, batch in itertools.product(range(self.runs), BATCHES):
                for kind in (JOURNAL, WRITER, CEILING):
                    if kind != WRITER or accounts == WRITER_ACCOUNTS:
                        book = copy(self.work / f"empty-{accounts}", self.work / "book")
                        os.sync()
                        self.run(kind, accounts, 0, batch, book)
                    if kind in large:
                        self.run(kind, accounts, self.entries, batch, large[kind])
            for book in large.values():
                remove(book)

    def run(self, kind, accounts, entries, batch, book):
        """One run; its count of entries must be that of the book."""
        before = last_entry(book)
        words = [self.work / CEILING] if kind == CEILING else [self.program, kind]
        result = json.loads(self.call(*words, book, batch, self.seconds))
        written = last_entry(book) - before
        if written != result["entries"]:
            raise BenchError(f"{result['entries']} entries were counted, {written} are in the book")
        self.results.setdefault((accounts, entries, batch), {}).setdefault(kind, []).append(result)
        self.say(f"{accounts} accounts, {entries} entries, {kind}: {json.dumps(result)}")

    def median(self, key, kind, field="per_second"):
        """The median of a figure over the runs, or nothing."""
        runs = self.results[key].get(kind)
        return statistics.median(run[field] for run in runs) if runs else None

    def ratio(self, key, kind, other_key, other_kind):
        """The median of the ratios of two rates, each of the same round, in percent."""
        pairs = zip(self.results[key][kind], self.results[other_key][other_kind])
        return 100 * statistics.median(a["per_second"] / b["per_second"] for a, b in pairs)

    def table(self, about):
        """The medians as the lines of a table, and what is aimed at."""
        yield (f"{about['cores']} cores ({about['processor']}), Linux {about['kernel']}, sync of "
               f"4 KiB {about['sync_us']} us, load before {about['load_before']}; "
               f"medians of {self.runs} runs of {self.seconds} s")
        yield ""
        yield ("| accounts | entries before | batch | entries/s | through the writer | ceiling/s "
               "| share % | CPU us | its ceiling | share of CPU % |")
        yield "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        for key in sorted(key for key, kinds in self.results.items() if AUDIT not in kinds):
            used = [self.median(key, kind, "cpu_us_per_entry") for kind in (JOURNAL, CEILING)]
            through = self.median(key, WRITER)
            yield "| " + " | ".join([
                *(f"{part:,}" for part in key), f"{self.median(key, JOURNAL):,.0f}",
                f"{through:,.0f}" if through else "", f"{self.median(key, CEILING):,.0f}",
                f"{self.ratio(key, JOURNAL, key, CEILING):.0f}", f"{used[0]:.1f}",
                f"{used[1]:.1f}", f"{100 * used[1] / used[0]:.0f}"]) + " |"
        yield ""
        for key in sorted(key for key, kinds in self.results.items() if AUDIT in kinds):
            yield (f"audit of {key[1]:,} entries over {key[0]:,} accounts: "
                   f"{self.median(key, AUDIT):,.0f} entries/s (aim {AIM_AUDIT:,})")
        yield ""
        few = self.accounts[0]
        for batch, aim in AIMS.items():
            key, large = (few, 0, batch), (few, self.entries, batch)
            yield (f"batch {batch}: {self.median(key, JOURNAL):,.0f}/s (aim {aim:,}), "
                   f"{self.ratio(key, JOURNAL, key, CEILING):.0f} % of the ceiling "
                   f"(aim {AIM_SHARE}); the large book at "
                   f"{self.ratio(large, JOURNAL, key, JOURNAL):.0f} % of the empty one "
                   f"(aim {AIM_LARGE})")


def layout(book):
    """The text of a book's schema, its page size and the bytes that a page keeps free."""
    with open(book, "rb") as file:
        header = file.read(PAGE_LAYOUT.stop)
    connection = sqlite3.connect(f"file:{book}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
        return rows, header[PAGE_LAYOUT]
    finally:
        connection.close()


def last_entry(book):
    """The number of a book's last entry."""
    connection = sqlite3.connect(book)
    try:
        return connection.execute("SELECT ifnull(max(entry_id), 0) FROM journal_entry").fetchone()[0]
    finally:
        connection.close()


def remove(book):
    """Removes a book with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{book}{suffix}").unlink(missing_ok=True)


def copy(source, target):
    """Makes a fresh copy of a book that no process holds."""
    remove(target)
    shutil.copyfile(source, target)
    return target


def main():
    program, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    if os.environ.get("LEDGER_QUICK"):
        for name, value in QUICK.items():
            os.environ.setdefault(name, value)
    out.mkdir(parents=True, exist_ok=True)
    with workplace("ledger") as work:
        about = machine(work)
        bench = LedgerBench(program, out, work)
        bench.measure()
        bench.audit()
        results = [{"accounts": key[0], "entries_before": key[1], "batch": key[2], "kind": kind,
                    "runs": runs} for key, kinds in bench.results.items()
                   for kind, runs in kinds.items()]
        publish(out, "ledger-", {"machine": about, "seconds": bench.seconds, "results": results},
                bench.table(about))


if __name__ == "__main__":
    main()
