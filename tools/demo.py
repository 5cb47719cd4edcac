#!/usr/bin/env python3
"""Plays one business day over REST and checks every settlement file with openssl.

Usage: tools/demo.py BINARY. It serves a fresh demo network on a free port of 127.0.0.1, and ends
with a status other than 0 if anything is off.
"""

import csv
import hmac
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "fixtures" / "demo"
STATIONS = ["S0001", "S0002", "S0005"]
START_DEADLINE_SECONDS = 30


class Off(Exception):
    """Something is not as it should be."""


def yuan(fen):
    return f"{fen / 100:,.2f}"


def count(fen):
    """The fewest notes and coins that make up a sum, as a count by denomination."""
    lines = []
    for value in (10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1):
        if fen >= value:
            lines.append({"denomination_fen": value, "count": fen // value})
            fen %= value
    return lines


class Server:
    """A server of its own on a folder of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.log = open(folder / "server.log", "wb")
        run(binary, "load", DEMO, "--data", folder / "data")
        self.process = subprocess.Popen(
            [binary, "serve", "--data", folder / "data", "--port", "0", "--sandbox"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise Off(f"the server did not start: {line!r}")
        self.base = line.split()[-1]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=START_DEADLINE_SECONDS)
        self.log.close()
        if code != 0:
            raise Off(f"the server ended with {code}")


class Client:
    """A caller with a token."""

    def __init__(self, base, token=None):
        self.base, self.token = base, token

    def call(self, method, path, body=None, expect=200, money=False):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, method=method, data=data)
        if self.token:
            request.add_header("Authorization", "Bearer " + self.token)
        if money:
            request.add_header("Idempotency-Key", str(uuid.uuid4()))
        try:
            with urllib.request.urlopen(request) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        if status != expect:
            raise Off(f"{method} {path}: {status} instead of {expect}: {text}")
        return json.loads(text) if text.startswith(("{", "[")) else text


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise Off(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def say(text):
    print(text, flush=True)


class Day:
    """One business day of a few stations."""

    def __init__(self, base):
        self.base = base
        credentials = json.loads((DEMO / "demo-credentials.json").read_text())
        self.pins = {u["user_id"]: u["pin"] for u in credentials["user_pins"]}
        self.secrets = {t["terminal_id"]: t["secret_hex"] for t in credentials["terminal_secrets"]}
        self.keys = {k["key_id"]: k["key_hex"] for k in credentials["settlement_keys"]}
        self.bills = {}
        with open(DEMO / "bills.csv", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                self.bills.setdefault(row["product_id"], []).append(row["account_number"])

    def sign_in(self, staff, terminal=None):
        body = {"staff_id": staff, "pin": self.pins[staff]}
        if terminal:
            body |= {"terminal_id": terminal, "terminal_secret": self.secrets[terminal]}
        answer = Client(self.base).call("POST", "/v1/sessions", body, 201)
        return Client(self.base, answer["token"])

    def play_station(self, index, station):
        say(f"{station}: sign-on")
        operator = self.sign_in(f"OP{station[1:]}01", f"{station}-T1")
        till = operator.call("GET", "/v1/tills")["tills"][0]["till_id"]
        shift = operator.call("POST", "/v1/shifts", {"till_id": till}, 201)
        cash = shift["opening_cash_fen"]
        for product in ("WATER", "POWER"):
            cash += self.pay_quoted(operator, station, product, self.bills[product][index])
        for product, amount in (("MOBILE", 5000), ("TELECOM", 10000)):
            cash += self.pay_blind(operator, station, product, amount + index * 100)
        for product in ("COACH", "RAIL"):
            cash += self.sell_ticket(operator, station, product, seats=index + 1)
        cash -= self.withdraw(operator, station, "CASH01", 50000 + index * 10000)
        cash -= self.withdraw(operator, station, "CASH02", 20000)
        self.fail_to_withdraw(operator, station, index)
        cash += self.pay_basket(operator, station)
        self.void_payment(operator, station)
        self.sign_off(operator, station, shift, cash, difference=(0, 100, -250)[index % 3])

    def pay_quoted(self, operator, station, product, account):
        path = f"/v1/bills?product_id={product}&account_number={account}"
        bill = operator.call("GET", path)["bills"][0]
        quote = operator.call("POST", "/v1/bill-quotes", {"bill_id": bill["bill_id"]}, 201)
        receipt = operator.call(
            "POST", "/v1/bill-payments",
            {"quote_id": quote["quote_id"], "amount_fen": quote["amount_fen"]}, 201, money=True)
        say(f"{station}: {product} bill {bill['period']} {yuan(receipt['total_fen'])}"
            f"  receipt {receipt['receipt_number']}")
        return receipt["total_fen"]

    def pay_blind(self, operator, station, product, amount):
        receipt = operator.call(
            "POST", "/v1/bill-payments",
            {"product_id": product, "account_number": "13800138000", "amount_fen": amount},
            201, money=True)
        say(f"{station}: {product} {yuan(receipt['total_fen'])}"
            f"  receipt {receipt['receipt_number']}")
        return receipt["total_fen"]

    def sell_ticket(self, operator, station, product, seats):
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + (24 + 8) * 3600))
        trips = operator.call("GET", f"/v1/trips?product_id={product}&travel_date={tomorrow}")
        trip = next(trip for trip in trips["trips"] if trip["seats_left"] >= seats)
        held = operator.call(
            "POST", "/v1/ticket-reservations",
            {"trip_id": trip["trip_id"], "travel_date": tomorrow, "seat_count": seats}, 201)
        sold = operator.call(
            "POST", "/v1/tickets",
            {"reservation_id": held["reservation_id"], "amount_fen": held["amount_fen"]},
            201, money=True)
        if len(sold["tickets"]) != seats:
            raise Off(f"{station}: {len(sold['tickets'])} tickets instead of {seats}")
        say(f"{station}: {product} {seats} × {trip['origin']}→{trip['destination']}"
            f" {yuan(sold['receipt']['amount_fen'])} + fee"
            f" {yuan(sold['receipt']['service_fee_fen'])}")
        return sold["receipt"]["total_fen"]

    def pay_basket(self, operator, station):
        phone = {"kind": "bill", "account_number": "13800138000"}
        items = [phone | {"product_id": "MOBILE", "amount_fen": 2000},
                 phone | {"product_id": "TELECOM", "amount_fen": 1500}]
        basket = operator.call(
            "POST", "/v1/baskets", {"items": items, "tendered_fen": 5000}, 201, money=True)
        if basket["change_fen"] != 5000 - basket["total_fen"]:
            raise Off(f"{station}: wrong change of a basket")
        say(f"{station}: basket of {len(items)} {yuan(basket['total_fen'])},"
            f" change {yuan(basket['change_fen'])}, receipt {basket['receipt_number']}")
        return basket["total_fen"]

    def void_payment(self, operator, station):
        paid = operator.call(
            "POST", "/v1/bill-payments",
            {"product_id": "MOBILE", "account_number": "13900139000", "amount_fen": 3000},
            201, money=True)
        supervisor = self.sign_in("SV-D01")
        allowed = supervisor.call(
            "POST", "/v1/authorisations",
            {"correction": "void", "serial": paid["serial"], "reason": "wrong number"}, 201)
        voided = operator.call(
            "POST", f"/v1/receipts/{paid['serial']}/void",
            {"authorisation_code": allowed["authorisation_code"]}, 201, money=True)
        if voided["total_fen"] != -paid["total_fen"]:
            raise Off(f"{station}: a void of another amount")
        say(f"{station}: a payment of {yuan(paid['total_fen'])} is voided by a supervisor's code")

    @staticmethod
    def card(ending, product="CASH01", amount=10000):
        return {"product_id": product, "card_number": "621799000000" + ending,
                "encrypted_pin_block": "0123456789ABCDEF", "amount_fen": amount,
                "identity": {"document_type": "resident_card",
                             "document_number": "990001199001010013"}}

    def withdraw(self, operator, station, product, amount):
        card = self.card("12" + station[-2:], product, amount)
        asked = operator.call("POST", "/v1/withdrawals", card, 201, money=True)
        if asked["status"] != "authorised":
            raise Off(f"{station}: withdrawal is {asked['status']}")
        path = f"/v1/withdrawals/{asked['serial']}/cash-paid"
        paid = operator.call("POST", path, money=True)
        if paid["status"] != "posted":
            raise Off(f"{station}: withdrawal is {paid['status']}")
        say(f"{station}: {product} withdrawal {yuan(amount)}, authorised, cash paid")
        return amount

    def fail_to_withdraw(self, operator, station, index):
        if index == 0:
            operator.call("POST", "/v1/withdrawals", self.card("0051"), 422, money=True)
            say(f"{station}: a withdrawal is declined by the bank, no cash paid")
        elif index == 1:
            operator.call("POST", "/v1/withdrawals", self.card("0068"), 504, money=True)
            say(f"{station}: the bank does not answer, the withdrawal is reversed")
        else:
            asked = operator.call("POST", "/v1/withdrawals", self.card("4321"), 201, money=True)
            path = f"/v1/withdrawals/{asked['serial']}/cancel"
            operator.call("POST", path, money=True)
            say(f"{station}: an authorised withdrawal is cancelled and reversed")

    def sign_off(self, operator, station, shift, cash, difference):
        path = f"/v1/shifts/{shift['shift_id']}/sign-off"
        closed = operator.call("POST", path, {"counts": count(cash + difference)}, money=True)
        if closed["book_cash_fen"] != cash:
            raise Off(f"{station}: the book says {closed['book_cash_fen']}, the till {cash}")
        if closed["over_fen"] - closed["short_fen"] != difference:
            raise Off(f"{station}: over {closed['over_fen']} short {closed['short_fen']}")
        say(f"{station}: sign-off, counted {yuan(cash + difference)},"
            f" over {yuan(closed['over_fen'])}, short {yuan(closed['short_fen'])}")

    def close(self, folder):
        administrator = self.sign_in("AD0001")
        date = administrator.call("GET", "/v1/business-date")["business_date"]
        closed = administrator.call(
            "POST", "/v1/day-close", {"business_date": date}, money=True)
        say(f"day {date} closed: {closed['entry_count']} entries,"
            f" {closed['transaction_count']} transactions; {closed['next_date']} is open")
        for file in closed["settlement_files"]:
            self.check_file(administrator, folder, file)
        if len(closed["settlement_files"]) != len(self.keys):
            raise Off("not every partner has its file")
        balance = administrator.call("GET", "/v1/reports/trial-balance")
        if not balance["is_balanced"]:
            raise Off("the trial balance is off")
        return administrator.call("GET", f"/v1/reports/revenue?from={date}")

    def check_file(self, administrator, folder, file):
        """Downloads a file and its sidecar and has openssl make the same line."""
        name = file["name"]
        for suffix, path in (("", ""), (".hmac", "/hmac")):
            text = administrator.call("GET", f"/v1/settlement-files/{name}{path}")
            (folder / (name + suffix)).write_bytes(text.encode())
        key = self.keys[file["key_id"]]
        made = subprocess.run(
            ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:" + key, name],
            cwd=folder, capture_output=True, text=True, check=True).stdout
        if made != (folder / (name + ".hmac")).read_text():
            raise Off(f"{name}: openssl does not confirm the HMAC")
        say(f"openssl confirms {name}: {file['detail_count']} lines, net {yuan(file['net_fen'])}")


def reconcile(binary, folder, partner):
    """Plays a partner that sends its own view of the day, in which one line differs."""
    data = folder / "data"
    made = run(binary, "settlement", "key", "create", "--partner", partner,
               "--direction", "in", "--data", data)
    key = dict(line.split("\t") for line in made.splitlines())
    ours = next((data / "settlement" / partner).glob("APS_*.txt"))
    records = [line.split("|") for line in ours.read_text().splitlines()]
    records[0][8:10] = [key["key_id"], "0" * 64]
    line = next(record for record in records if record[0] == "D" and record[9] == "POSTED")
    for record, position in (
            (line, 6),
            (next(r for r in records if r[0] == "S" and r[1] == line[4]), 4),
            (records[-1], 4), (records[-1], 7)):
        record[position] = str(int(record[position]) + 100)
    text = "".join("|".join(record) + "\n" for record in records).encode()
    code = hmac.new(bytes.fromhex(key["key_hex"]), text, "sha256").hexdigest()
    inbox = data / "inbox" / partner
    inbox.mkdir(parents=True, exist_ok=True)
    for suffix, content in (
            (".hmac", f"HMAC-SHA2-256({ours.name})= {code}\n".encode()), ("", text)):
        path = inbox / (ours.name + suffix)
        path.write_bytes(content)
        # The server leaves alone what may still be on its way.
        os.utime(path, (time.time() - 60, time.time() - 60))
    say(f"{partner} sends its own view of the day")
    for told in run(binary, "settlement", "receive", "--data", data).strip().splitlines():
        say("  " + told)
    answer = next((data / "settlement" / partner).glob("APA_*.txt")).read_text().splitlines()
    if [record.split("|")[4] for record in answer if record[0] == "I"] != ["AMOUNT_DIFFERS"]:
        raise Off(f"the acknowledgement says: {answer}")
    say("  and the partner reads: " + answer[1])


def prove(binary, folder):
    """Has the first receipt's proof checked against the seal in a partner's file."""
    (folder / "receipt.json").write_text(
        run(binary, "proof", "receipt", "1", "--data", folder / "data"))
    seal = sorted(folder.glob("APS_*.txt"))[0]
    checked = run(ROOT / "tools" / "verify-proof", "--seal", seal, folder / "receipt.json")
    say("tools/verify-proof: " + checked.strip().split(": ", 1)[1].replace(f"{folder}/", ""))


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="agencypos-demo-") as name:
        folder = pathlib.Path(name)
        say("loading the demo network")
        server = Server(binary, folder)
        try:
            day = Day(server.base)
            for index, station in enumerate(STATIONS):
                day.play_station(index, station)
            revenue = day.close(folder)
        finally:
            server.stop()
        reconcile(binary, folder, "MOBILE01")
        say(run(binary, "verify", "--data", folder / "data").strip().splitlines()[-1])
        prove(binary, folder)
        say("")
        say("revenue by village and product (yuan)")
        for line in revenue["lines"]:
            say(f"  {line['village_id']}  {line['product_id']:<8}"
                f"{line['transaction_count']:>4}{yuan(line['amount_fen']):>14}"
                f"{yuan(line['service_fee_fen']):>10}{yuan(line['commission_fen']):>10}")
        say(f"  total {revenue['transaction_count']:>14}{yuan(revenue['amount_fen']):>14}"
            f"{yuan(revenue['service_fee_fen']):>10}{yuan(revenue['commission_fen']):>10}")
        say("")
        say("demo: all is well")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Off as error:
        print(f"demo: {error}", file=sys.stderr)
        sys.exit(1)
