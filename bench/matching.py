#!/usr/bin/env python3
"""Measures `settlement match` over two tables, against DuckDB doing the same full join.

Usage: matching.py PROGRAM OUT_FOLDER

Environment: MATCH_RUNS (5), MATCH_LINES (1000000) of each side, MATCH_SEED (7), BENCH_FOLDER
(/var/tmp). DuckDB comes from PyPI into OUT_FOLDER/duckdb. The files are read from the page cache:
each program reads them once before the first run.
"""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
import venv

import matching_lines
from measure import machine, number, publish, workplace
from server import BenchError

SCRIPTS = pathlib.Path(__file__).resolve().parent
DUCKDB = "duckdb==2.0.1"
OURS, JOIN = "agencypos", "duckdb"
AIM_SECONDS, AIM_MEGABYTES = 1.0, 150


def duckdb_python(out):
    """A Python that can import DuckDB, made when it is not there yet."""
    folder = out / "duckdb"
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", "import duckdb"], check=False,
                      stderr=subprocess.DEVNULL).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", DUCKDB], check=True)
    return python


def measured(words, allowed):
    """Runs a program to its end: its output, and its wall, processor time and peak memory."""
    start = time.perf_counter()
    with subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        output, errors = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in allowed:
        raise BenchError(f"{words[0]}: {errors.decode()[-500:]}")
    if usage.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
        raise BenchError(f"{words[0]}: the peak memory is the one of this process, not its own")
    return output.decode(), {
        "wall_s": round(wall, 3), "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_mb": round(usage.ru_maxrss / 1024, 1)}


class MatchingBench:
    """The two tables, the runs over them, and their results."""

    def __init__(self, program, out, work):
        self.program, self.work = program, work
        self.runs, self.count = number("MATCH_RUNS", 5), number("MATCH_LINES", 1_000_000)
        # By another process: a program that is started inherits the peak of the one that starts it.
        made = json.loads(subprocess.run(
            [sys.executable, "-B", SCRIPTS / "matching_lines.py", work, str(self.count),
             str(number("MATCH_SEED", 7))], check=True, stdout=subprocess.PIPE).stdout)
        self.paths = [work / name for name in matching_lines.NAMES]
        self.kinds, self.lines = made["kinds"], made["lines"]
        self.python = duckdb_python(out)
        self.results = {OURS: [], JOIN: []}

    def commands(self):
        """What each program is called with."""
        ours, theirs = self.paths
        return {
            OURS: [self.program, "settlement", "match", ours, theirs, "--out",
                   self.work / "differences.csv", "--date", matching_lines.DATE,
                   "--rule", "account+amount+1d"],
            JOIN: [self.python, SCRIPTS / "matching_join.py", ours, theirs]}

    def measure(self):
        """Every run, in turns, so that a drift of the machine meets both alike."""
        for turn in range(-1, self.runs):
            for name, words in self.commands().items():
                output, result = measured(words, {0, 1} if name == OURS else {0})
                self.check(name, output)
                print(f"{time.strftime('%H:%M:%S')} {name}: {json.dumps(result)}",
                      file=sys.stderr, flush=True)
                if turn >= 0:
                    self.results[name].append(result)

    def check(self, name, output):
        """The counts must be those that the tables were made with."""
        kinds = self.kinds
        if name == OURS:
            rows = {line.split()[0]: line.split()[1::2][:2] for line in output.splitlines()
                    if line.split()[0].isupper()}
            found = {row: [int(cell) for cell in cells] for row, cells in rows.items()}
            expected = {
                "OURS_ONLY": [kinds["ours only"], 0], "PARTNER_ONLY": [0, kinds["theirs only"]],
                "AMOUNT_DIFF": [kinds["amount"]] * 2, "STATUS_DIFF": [kinds["status"]] * 2,
                "DUPLICATE": [0, kinds["doubled"]], "TIMING": [kinds["timing"], 0]}
            matched = (self.lines[0] - kinds["ours only"] - kinds["timing"] - kinds["amount"]
                       - kinds["status"])
            expected["MATCHED"] = [matched, matched]
        else:
            # It knows serials only: a line without one is on its side alone, for both sides.
            found = json.loads(output)
            expected = {
                "OURS_ONLY": kinds["ours only"] + kinds["timing"] + kinds["no serial"],
                "PARTNER_ONLY": kinds["theirs only"] + kinds["no serial"],
                "AMOUNT_DIFF": kinds["amount"], "STATUS_DIFF": kinds["status"]}
            expected["MATCHED"] = (self.lines[1] - expected["PARTNER_ONLY"]
                                   - kinds["amount"] - kinds["status"])
        if found != expected:
            raise BenchError(f"{name} found {found}, expected {expected}")

    def median(self, name, field):
        """The median of a figure over the runs."""
        return statistics.median(run[field] for run in self.results[name])

    def ratio(self, field):
        """The median of DuckDB's figure over ours, each pair of the same turn."""
        pairs = zip(self.results[JOIN], self.results[OURS])
        return statistics.median(join[field] / ours[field] for join, ours in pairs)

    def table(self, about):
        """The medians as the lines of a table, and what is aimed at."""
        yield (f"{about['cores']} cores ({about['processor']}), Linux {about['kernel']}, load "
               f"before {about['load_before']}; {self.lines[0]:,} x {self.lines[1]:,} lines, "
               f"{sum(path.stat().st_size for path in self.paths) / 1e6:.0f} MB; medians of "
               f"{self.runs} runs in turns")
        yield ""
        yield "| program | wall s | CPU s | peak MB |"
        yield "|---|--:|--:|--:|"
        for name in self.results:
            yield (f"| {name} | {self.median(name, 'wall_s'):.2f} | "
                   f"{self.median(name, 'cpu_s'):.2f} | {self.median(name, 'peak_mb'):.0f} |")
        yield (f"| {JOIN} / {OURS} | {self.ratio('wall_s'):.1f} | {self.ratio('cpu_s'):.1f} | "
               f"{self.ratio('peak_mb'):.1f} |")
        yield ""
        yield (f"aims: {AIM_SECONDS} s, {AIM_MEGABYTES} MB, and no slower than {JOIN} in the "
               "same turns")


def main():
    program, out = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    out.mkdir(parents=True, exist_ok=True)
    with workplace("matching") as work:
        about = machine(work)
        bench = MatchingBench(program, out, work)
        bench.measure()
        publish(out, "matching-", {"machine": about, "lines": bench.lines, "kinds": bench.kinds,
                                   "results": bench.results}, bench.table(about))


if __name__ == "__main__":
    main()
