"""A server under measurement on a copy of the prepared book, and the clients that load it."""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time

START_SECONDS = 30
STOP_SECONDS = 60
POLL_SECONDS = 0.05
WRK_THREADS = 2
CLOCK_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The measurement cannot be trusted, or something it needs is missing."""


class Server:
    """A running `agencypos serve` on a data folder of its own."""

    def __init__(self, program, folder, log_level="warning"):
        self.folder = pathlib.Path(folder)
        self.log_path = self.folder.with_name(self.folder.name + ".log")
        self.log = self.log_path.open("wb")
        self.process = subprocess.Popen(
            [program, "serve", "--data", str(folder), "--port", "0", "--log-level", log_level],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if "http://" not in line:
            self.stop()
            raise BenchError(f"the server did not start: {self.log_path.read_text()[-500:]}")
        self.url = line.split()[-1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Asks the server to finish; ends it when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def last_serial(self):
        """The serial number of the latest transaction in the book."""
        book = sqlite3.connect(f"file:{self.folder}/book.db?mode=ro", uri=True)
        try:
            return book.execute(
                "SELECT ifnull(max(serial), 0) FROM service_transaction").fetchone()[0]
        finally:
            book.close()

    def batches_since(self, serial):
        """How many batches wrote the transactions after a serial number.

        A batch records one reading of the clock, in milliseconds; batches shorter than that
        count as one, so that the mean batch is overstated where it is small.
        """
        book = sqlite3.connect(f"file:{self.folder}/book.db?mode=ro", uri=True)
        try:
            return book.execute(
                "SELECT count(DISTINCT recorded_at) FROM service_transaction WHERE serial > ?",
                (serial,)).fetchone()[0]
        finally:
            book.close()

    def processor_seconds(self):
        """The processor time of the whole process and of its busiest thread, in seconds."""
        threads = []
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            threads.append((int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_SECOND)
        return sum(threads), max(threads)


def copy_book(source, target):
    """Makes a fresh copy of a book that no process holds."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return pathlib.Path(target)


def watched(server, connections, measure):
    """Runs a measurement and checks it against the book: an answer is a row, and no row is lost."""
    serial, processor = server.last_serial(), server.processor_seconds()
    result = measure()
    # Payments that were under way when the client stopped are still being written.
    written = server.last_serial() - serial
    while True:
        time.sleep(POLL_SECONDS)
        later = server.last_serial() - serial
        if later == written:
            break
        written = later
    requests = result["requests"]
    if not requests <= written <= requests + connections:
        raise BenchError(f"{requests} payments were answered, but {written} are in the book")
    used = [after - before for after, before in zip(server.processor_seconds(), processor)]
    mean_batch = written / max(1, server.batches_since(serial))
    result["mean_batch"] = round(min(mean_batch, connections), 1)
    result["cpu_us_per_payment"] = round(used[0] * 1e6 / max(1, written), 1)
    result["busiest_thread_us_per_payment"] = round(used[1] * 1e6 / max(1, written), 1)
    return result


def wrk(server, script, connections, seconds, environment):
    """Runs wrk with a script of ours and gives its figures; any refusal or error fails."""
    command = [
        "wrk", f"-t{min(WRK_THREADS, connections)}", f"-c{connections}", f"-d{seconds}s",
        "-s", str(script), server.url]
    threads = str(min(WRK_THREADS, connections))
    done = subprocess.run(
        command, env=os.environ | environment | {"BENCH_THREADS": threads},
        capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not lines:
        raise BenchError(f"wrk failed: {done.stdout[-500:]} {done.stderr[-500:]}")
    result = json.loads(lines[0].removeprefix("RESULT "))
    result["connections"] = connections
    result["per_second"] = round(result["requests"] * 1e6 / result["duration_us"])
    if result["ran_out"]:
        raise BenchError("the prepared quotes ran out; raise BENCH_BILLS or lower SECONDS")
    faults = {key: result[key] for key in result if key.endswith("_errors") or key == "timeouts"}
    if any(faults.values()):
        raise BenchError(f"{connections} connections: {faults}")
    return result


def payments(server, scripts, connections, seconds, environment):
    """Closed-loop payments by wrk, checked against the book."""
    return watched(
        server, connections,
        lambda: wrk(server, scripts / "payments.lua", connections, seconds, environment))


def paced(server, client, tokens, connections, rate, seconds, run):
    """Open-loop payments by our own client, checked against the book."""

    def measure():
        words = [client, server.port, tokens, connections, rate, seconds, run]
        done = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"paced failed: {done.stderr}")
        result = json.loads(done.stdout)
        if result["refused"]:
            raise BenchError(f"paced: {result['refused']} payments refused: {done.stderr}")
        return result

    return watched(server, connections, measure)


def make_quotes(server, scripts, tokens, count, folder):
    """Has every one of the first bills quoted over REST; gives the lines of their file."""
    environment = os.environ | {
        "BENCH_TOKENS": str(tokens), "BENCH_THREADS": str(WRK_THREADS),
        "BENCH_QUOTE_COUNT": str(count), "BENCH_QUOTE_FOLDER": str(folder)}
    limit_seconds = 120
    client = subprocess.Popen(
        ["wrk", f"-t{WRK_THREADS}", "-c64", f"-d{limit_seconds}s", "-s",
         str(scripts / "quotes.lua"), server.url],
        env=environment, stdout=subprocess.DEVNULL)
    try:
        while not all((folder / f"done-{n}").exists() for n in range(WRK_THREADS)):
            if client.poll() is not None:
                raise BenchError("the quotes could not be made")
            time.sleep(POLL_SECONDS)
    finally:
        client.terminate()
        client.wait()
    lines = []
    for number in range(WRK_THREADS):
        lines += (folder / f"quotes-{number}").read_text().splitlines(keepends=True)
    return lines
