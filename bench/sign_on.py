#!/usr/bin/env python3
"""Signs operators on, each with a till of its own, and writes their session tokens.

Usage: sign_on.py URL FIXTURES_FOLDER TOKENS_FILE

It takes one operator for each till of the generated network, and stops with a message when any
sign-in or sign-on is refused. The tokens file has one token a line.
"""

import collections
import concurrent.futures
import json
import pathlib
import sys
import urllib.request

PARALLEL_SIGN_INS = 8
TIMEOUT_SECONDS = 60


def post(url, body, token=None):
    """Posts JSON and gives the answer; an error status raises."""
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method="POST")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        return json.load(answer)


def posts_of_network(folder):
    """Pairs each till with an operator and a terminal of its station."""
    network = json.loads((folder / "network.json").read_text())
    staff = json.loads((folder / "staff.json").read_text())
    secrets = json.loads((folder / "demo-credentials.json").read_text())
    pins = {user["user_id"]: user["pin"] for user in secrets["user_pins"]}
    terminal_secrets = {t["terminal_id"]: t["secret_hex"] for t in secrets["terminal_secrets"]}

    at_station = collections.defaultdict(lambda: ([], [], []))
    for till in network["tills"]:
        at_station[till["station_id"]][0].append(till["id"])
    for terminal in network["terminals"]:
        at_station[terminal["station_id"]][1].append(terminal["id"])
    for person in next(value for value in staff.values() if isinstance(value, list)):
        if person["role"] == "operator":
            at_station[person["station_id"]][2].append(person["id"])
    for tills, terminals, operators in at_station.values():
        for till, terminal, operator in zip(tills, terminals, operators):
            yield till, {
                "staff_id": operator, "pin": pins[operator],
                "terminal_id": terminal, "terminal_secret": terminal_secrets[terminal],
            }


def sign_on(base, till, credentials):
    """Signs in and takes the till; gives the session's token."""
    token = post(base + "/v1/sessions", credentials)["token"]
    post(base + "/v1/shifts", {"till_id": till}, token)
    return token


def main():
    base, folder, tokens_file = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    with concurrent.futures.ThreadPoolExecutor(PARALLEL_SIGN_INS) as pool:
        waiting = [pool.submit(sign_on, base, *post) for post in posts_of_network(folder)]
        tokens = [answer.result() for answer in waiting]
    pathlib.Path(tokens_file).write_text("".join(token + "\n" for token in tokens))
    print(f"{len(tokens)} operators signed on")


if __name__ == "__main__":
    main()
