#!/usr/bin/env python3
"""Measures bill payments end to end, against raw SQLite and against PostgreSQL.

Usage: measure.py PROGRAM OUT_FOLDER

Environment: RUNS (3), SECONDS (10) per run, BENCH_STATIONS (100), BENCH_BILLS (200000),
BENCH_FOLDER (/var/tmp: on the disk to be measured), BENCH_PGBENCH_SECONDS (20).
It prints a table of medians and writes each run to OUT_FOLDER; any refused payment, error,
time-out, or difference between answers and rows ends it with code 1.
"""

import contextlib
import json
import os
import pathlib
import platform
import random
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from postgres import CLIENTS, Cluster
from server import BenchError, Server, copy_book, make_quotes, paced, payments

SCRIPTS = pathlib.Path(__file__).resolve().parent
CONNECTIONS = (1, 16, 64, 256)
TARGET_CONNECTIONS = 64
MANY_CONNECTIONS = 1_000
PACED_RATE = 4_000
CEILING_BATCHES = (1, 64, 256)
CEILING_SECONDS_SHARE = 2
SHUFFLE_SEED = 20261121
SYNC_COUNT = 200
OPEN_FILES = 8_192


def number(name, default):
    """A whole number from the environment."""
    return int(os.environ.get(name, default))


class Bench:
    """One whole run: the prepared book, the measurements and their results."""

    def __init__(self, program, work):
        self.program, self.work = program, work
        self.runs, self.seconds = number("RUNS", 3), number("SECONDS", 10)
        self.tokens, self.quotes = work / "tokens", work / "quotes"
        self.book = work / "prepared"
        self.results, self.run_number = {}, 0

    def say(self, text):
        """Shows progress with the time of day."""
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def keep(self, name, result):
        """Keeps one run's figures under the measurement's name."""
        self.results.setdefault(name, []).append(result)
        self.say(f"{name}: {json.dumps(result)}")

    def prepare(self):
        """Builds the clients and a book with operators signed on and bills quoted."""
        for source, library in (("paced", []), ("ceiling", ["-lsqlite3"])):
            self.call("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", self.work / source,
                      SCRIPTS / f"{source}.c", *library)
        bills, fixtures = number("BENCH_BILLS", 200_000), self.work / "fixtures"
        self.say(f"loading {bills} bills")
        self.call(self.program, "fixtures", "--out", fixtures, "--bills", bills,
                  "--stations", number("BENCH_STATIONS", 100))
        self.call(self.program, "load", fixtures, "--data", self.book)
        with Server(self.program, self.book) as server:
            self.say("signing operators on")
            self.call(sys.executable, SCRIPTS / "sign_on.py", server.url, fixtures, self.tokens)
            self.say("quoting the bills")
            lines = make_quotes(server, SCRIPTS, self.tokens, bills, self.work)
        # Customers do not come in the order in which their bills were loaded.
        random.Random(SHUFFLE_SEED).shuffle(lines)
        self.quotes.write_text("".join(lines))

    def call(self, *words):
        """Runs a program that must succeed."""
        done = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{words[0]} {words[1]}: {done.stderr[-500:]}")
        return done.stdout

    def serve(self, log_level="warning"):
        """A server on a fresh copy of the prepared book."""
        return Server(self.program, copy_book(self.book, self.work / "copy"), log_level)

    def pay(self, server, name, connections, **environment):
        """One closed-loop run under a name."""
        self.run_number += 1
        variables = {"BENCH_TOKENS": str(self.tokens), "BENCH_RUN": str(self.run_number)}
        self.keep(name, payments(
            server, SCRIPTS, connections, self.seconds, variables | environment))

    def measure_server(self):
        """Blind bills at each number of connections and at a fixed pace."""
        with self.serve() as server:
            for connections in CONNECTIONS:
                self.pay(server, f"blind, {connections} connections", connections)
            self.run_number += 1
            self.keep(f"blind, paced {PACED_RATE}/s", paced(
                server, self.work / "paced", self.tokens, TARGET_CONNECTIONS, PACED_RATE,
                self.seconds, self.run_number))

    def measure_variants(self):
        """What other conditions cost, once each: logging, keys, many connections."""
        with self.serve("info") as server:
            self.pay(server, "blind, 64, every request logged", TARGET_CONNECTIONS)
        for keys in ("terminal", "random"):
            with self.serve() as server:
                self.pay(server, f"blind, 64, {keys} keys", TARGET_CONNECTIONS, BENCH_KEYS=keys)
        with self.serve() as server:
            self.pay(server, f"blind, {MANY_CONNECTIONS} connections", MANY_CONNECTIONS)

    def measure_ceiling(self):
        """The same rows straight into SQLite, also at the batch size that the server reached."""
        reached = round(self.median(f"blind, {TARGET_CONNECTIONS} connections", "mean_batch"))
        sizes = {f"ceiling, batch {batch}": batch for batch in CEILING_BATCHES}
        sizes["ceiling, the server's batch"] = reached
        for name, batch in sizes.items():
            book = copy_book(self.book, self.work / "copy")
            seconds = max(1, self.seconds // CEILING_SECONDS_SHARE)
            self.keep(name, json.loads(self.call(
                self.work / "ceiling", book / "book.db", batch, seconds, self.answer_bytes())))
        check_balances(book / "book.db")

    def answer_bytes(self):
        """The size of a payment's answer, as the server keeps it."""
        return number("BENCH_ANSWER_BYTES", 385)

    def median(self, name, field):
        """The median of a field over the runs of a measurement."""
        return statistics.median(result[field] for result in self.results[name])

    def ratio(self, name, other):
        """The median of the ratios of two rates, each of the same round."""
        pairs = zip(self.results[name], self.results[other])
        return statistics.median(one["per_second"] / two["per_second"] for one, two in pairs)

    def measure(self):
        """Everything, in rounds, so that a drift of the machine meets all alike."""
        self.prepare()
        for _ in range(self.runs):
            # First, for quotes expire.
            with self.serve() as server:
                self.pay(server, "quoted, 64 connections", TARGET_CONNECTIONS,
                         BENCH_QUOTES=str(self.quotes))
        with Cluster(self.work / "postgres") as cluster:
            for _ in range(self.runs):
                self.measure_server()
                self.measure_ceiling()
                self.keep("PostgreSQL", cluster.payments(number("BENCH_PGBENCH_SECONDS", 20)))
        self.measure_variants()


def check_balances(path):
    """Compares the balances of a book without a tree with its postings."""
    book = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        off = book.execute(
            "SELECT count(*) FROM account_balance b LEFT JOIN (SELECT account_id, sum(amount) AS "
            "total FROM posting GROUP BY account_id) p USING (account_id) "
            "WHERE b.debits - b.credits <> ifnull(p.total, 0)").fetchone()[0]
    finally:
        book.close()
    if off:
        raise BenchError(f"the ceiling left {off} balances that are not the sum of their postings")


def machine(folder):
    """What the figures were taken on; the disk's sync is 4 KiB appended and fdatasync."""
    times = []
    with open(folder / "sync", "wb") as file:
        for _ in range(SYNC_COUNT):
            start = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1e6)
    models = [line.split(":", 1)[1].strip()
              for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    return {
        "cores": os.cpu_count(), "processor": models[0] if models else platform.machine(),
        "kernel": platform.release(), "sync_us": round(statistics.median(times)),
        "load_before": round(os.getloadavg()[0], 2)}


def table(bench, about):
    """The medians as the lines of a table, and the ratios that the project aims at."""
    yield (f"{about['cores']} cores ({about['processor']}), Linux {about['kernel']}, sync of "
           f"4 KiB {about['sync_us']} us, load before {about['load_before']}; "
           f"medians of {bench.runs} runs of {bench.seconds} s")
    yield ""
    yield (f"| {'measurement':34} | {'per second':>10} | {'p50 ms':>7} | {'p99 ms':>7} "
           f"| {'max ms':>7} | {'batch':>6} | {'CPU us':>6} |")
    yield f"|{'-' * 36}|{'-' * 11}:|{'-' * 8}:|{'-' * 8}:|{'-' * 8}:|{'-' * 7}:|{'-' * 7}:|"
    for name, runs in bench.results.items():
        cells = []
        for field, scale, digits, width in (
                ("per_second", 1, 0, 10), ("p50_us", 1000, 2, 7), ("p99_us", 1000, 2, 7),
                ("max_us", 1000, 1, 7), ("mean_batch", 1, 1, 6), ("cpu_us_per_payment", 1, 1, 6)):
            known = [run[field] / scale for run in runs if field in run]
            cells.append(f"{statistics.median(known):>{width}.{digits}f}" if known else " " * width)
        yield f"| {name:34} | {' | '.join(cells)} |"
    target = f"blind, {TARGET_CONNECTIONS} connections"
    rate = bench.median(target, "per_second")
    reached = "ceiling, the server's batch"
    share, times = bench.ratio(target, reached), bench.ratio(target, "PostgreSQL")
    batch = bench.results[reached][0]["batch"]
    yield ""
    yield (f"{target}: {rate:.0f}/s (aim 12000), p99 {bench.median(target, 'p99_us') / 1000:.1f} "
           "ms (aim 15)")
    yield f"share of the raw SQLite ceiling at batch {batch}: {100 * share:.0f} % (aim 70)"
    yield ("processor time of a payment, the ceiling's against the server's busiest thread: "
           f"{bench.median(reached, 'cpu_us_per_payment'):.1f} / "
           f"{bench.median(target, 'busiest_thread_us_per_payment'):.1f} us")
    yield (f"paced {PACED_RATE}/s: p99 "
           f"{bench.median(f'blind, paced {PACED_RATE}/s', 'p99_us') / 1000:.1f} ms (aim 5)")
    yield f"times the rate of PostgreSQL with {CLIENTS} clients: {times:.1f} (aim 2)"


@contextlib.contextmanager
def workplace(purpose):
    """A folder on the disk to be measured; what cannot be trusted ends the program with its reason."""
    work = pathlib.Path(tempfile.mkdtemp(
        prefix=f"agencypos-{purpose}-", dir=os.environ.get("BENCH_FOLDER", "/var/tmp")))
    try:
        yield work
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(1)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def publish(out, prefix, results, lines):
    """Keeps the runs and the table of a measurement, and prints the table."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    (out / f"{prefix}{stamp}.json").write_text(json.dumps(results, indent=1) + "\n")
    text = "\n".join(lines) + "\n"
    (out / f"{prefix}table.md").write_text(text)
    print(text, end="")


def main():
    program, out = sys.argv[1], pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, OPEN_FILES), hard))
    with workplace("bench") as work:
        # The database server's user passes through to its own folder; nothing else is readable.
        work.chmod(0o711)
        about = machine(work)
        bench = Bench(program, work)
        bench.measure()
        publish(out, "", {"machine": about, "runs": bench.runs, "seconds": bench.seconds,
                          "results": bench.results}, table(bench, about))


if __name__ == "__main__":
    main()
