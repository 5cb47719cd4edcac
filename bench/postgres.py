"""A conventional posting on PostgreSQL: one transaction per payment, by pgbench."""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import time

from server import BenchError, POLL_SECONDS, START_SECONDS, STOP_SECONDS

ACCOUNTS = 100_000
CLIENTS = 16

SCHEMA = f"""
CREATE TABLE ledger_account (account_id int PRIMARY KEY, debits bigint NOT NULL,
    credits bigint NOT NULL);
CREATE TABLE journal_entry (entry_id bigserial PRIMARY KEY, business_date int NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(), kind text NOT NULL, narrative text NOT NULL);
CREATE TABLE posting (entry_id bigint NOT NULL REFERENCES journal_entry, line int NOT NULL,
    account_id int NOT NULL REFERENCES ledger_account, amount bigint NOT NULL,
    PRIMARY KEY (entry_id, line));
CREATE TABLE idempotency_key (key text, credential int, fingerprint bytea NOT NULL,
    answer bytea NOT NULL, PRIMARY KEY (key, credential));
CREATE TABLE service_transaction (serial bigserial PRIMARY KEY, entry_id bigint NOT NULL,
    shift_id int NOT NULL, product_id int NOT NULL, status text NOT NULL,
    account_reference text NOT NULL, amount_fen bigint NOT NULL);
INSERT INTO ledger_account SELECT n, 0, 0 FROM generate_series(1, {ACCOUNTS}) n;
CREATE SEQUENCE key_number;
VACUUM ANALYZE;
"""

# Three accounts at random and in ascending order: no payment waits for another's row, and none
# deadlocks. That flatters PostgreSQL, whose real payments would meet at the biller's account.
PAYMENT = f"""
\\set third {ACCOUNTS} / 3
\\set till random(1, :third)
\\set station random(:third + 1, 2 * :third)
\\set biller random(2 * :third + 1, {ACCOUNTS})
\\set amount random(1000, 50000)
BEGIN;
INSERT INTO idempotency_key VALUES (to_char(nextval('key_number'), 'FM00000000000000000000'),
    :client_id, decode(repeat('ab', 32), 'hex'), decode(repeat('78', 385), 'hex'));
INSERT INTO journal_entry (business_date, kind, narrative)
    VALUES (20778, 'bill_payment', 'MOBILE') RETURNING entry_id \\gset
INSERT INTO posting VALUES (:entry_id, 1, :till, :amount), (:entry_id, 2, :station, -10),
    (:entry_id, 3, :biller, 10 - :amount);
UPDATE ledger_account SET debits = debits + :amount WHERE account_id = :till;
UPDATE ledger_account SET credits = credits + 10 WHERE account_id = :station;
UPDATE ledger_account SET credits = credits + :amount - 10 WHERE account_id = :biller;
INSERT INTO service_transaction (entry_id, shift_id, product_id, status, account_reference,
    amount_fen) VALUES (:entry_id, 1, 3, 'posted', '13800000000', :amount);
COMMIT;
"""


def programs():
    """The folder of the newest installed PostgreSQL's programs."""
    found = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]))
    if not found:
        raise BenchError("PostgreSQL is not installed (apt-get install postgresql)")
    return found[-1].parent


class Cluster:
    """A temporary cluster with durable commits, on a socket in its own folder."""

    def __init__(self, folder):
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        self.bin = programs()
        self.environment = {
            "PATH": f"{self.bin}:/usr/bin:/bin", "LC_ALL": "C", "PGHOST": str(self.folder),
            "PGUSER": "bench", "PGDATABASE": "postgres"}
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "bench", "-E", "UTF8")
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(self.folder), "fsync": "on",
            "synchronous_commit": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"}
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        self.log = (self.folder.parent / "postgres.log").open("wb")
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", "data", *options], cwd=self.folder,
            env=self.environment, stdout=self.log, stderr=self.log, **self._identity())
        deadline = time.monotonic() + START_SECONDS
        while self._start("pg_isready", "-q").wait() != 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                raise BenchError("PostgreSQL did not start")
            time.sleep(POLL_SECONDS)
        self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", text=SCHEMA)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the cluster without waiting for clients."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        self.log.close()

    def payments(self, seconds):
        """Runs the conventional payment and gives its rate and mean latency."""
        script = self.folder / "payment.sql"
        script.write_text(PAYMENT)
        script.chmod(0o644)
        output = self._run(
            "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds),
            "-f", script.name)
        rate = re.search(r"tps = ([0-9.]+)", output)
        latency = re.search(r"latency average = ([0-9.]+) ms", output)
        failed = re.search(r"number of failed transactions: (\d+)", output)
        if not rate or not latency or (failed and int(failed[1])):
            raise BenchError(f"pgbench: {output}")
        return {
            "clients": CLIENTS, "per_second": round(float(rate[1])),
            "mean_us": round(float(latency[1]) * 1000)}

    def _identity(self):
        return {"user": self.user, "group": self.user} if os.geteuid() == 0 else {}

    def _start(self, program, *words, **options):
        return subprocess.Popen(
            [self.bin / program, *words], cwd=self.folder, env=self.environment, text=True,
            **self._identity(), **options)

    def _run(self, program, *words, text=""):
        pipe = subprocess.PIPE
        process = self._start(program, *words, stdin=pipe, stdout=pipe, stderr=pipe)
        output, errors = process.communicate(text)
        if process.returncode != 0:
            raise BenchError(f"{program}: {errors[-500:]}")
        return output
