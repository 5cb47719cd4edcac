"""Makes the two tables that the matching benchmark compares: seeded, shuffled, a few lines wrong."""

import json
import pathlib
import random
import sys

NAMES = ("ours.csv", "theirs.csv")
HEADER = "serial,reference,type,account,amount_fen,status,time\n"
DATE = "2026-11-21"
TYPES = ("BILL_PAYMENT", "TICKET_SALE", "STOCK_SALE", "REMITTANCE")
# How many of 1,000 lines differ, and in what way.
KINDS = ("ours only", "theirs only", "amount", "status", "doubled", "timing", "no serial")


def exchanged(amount):
    """The amount with its two last different neighbours exchanged, or one fen more."""
    digits = list(str(amount))
    for place in range(len(digits) - 1, 0, -1):
        if digits[place] != digits[place - 1] and (place > 1 or digits[place] != "0"):
            digits[place], digits[place - 1] = digits[place - 1], digits[place]
            return int("".join(digits))
    return amount + 1


def sides(count, seed):
    """The lines of both sides and how many are of each kind."""
    chance = random.Random(seed)
    ours, theirs, counts = [], [], dict.fromkeys(KINDS, 0)
    for number in range(count):
        serial = f"{20261121_0000000 + number}"
        reference = f"W{chance.randrange(10**6):06}-{number:07}" if chance.random() < 0.7 else ""
        kind = chance.choice(KINDS) if chance.random() < len(KINDS) / 1000 else ""
        if kind == "no serial" and not reference:
            kind = ""
        account = f"{chance.randrange(10**10):010}"
        amount = chance.randrange(100, 50_000)
        second = chance.randrange(25_200, 72_000)
        if kind == "timing":
            second = 86_399 - chance.randrange(120)
        status = "REVERSED" if chance.random() < 0.005 else "POSTED"
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"
        head = f"{reference},{chance.choice(TYPES)},{account}"
        line = f"{serial},{head},{amount},{status},{DATE}T{clock}\n"
        if kind:
            counts[kind] += 1
        if kind != "theirs only":
            ours.append(line)
        if kind in ("ours only", "timing"):
            continue
        if kind == "amount":
            amount = exchanged(amount)
        if kind == "status":
            status = "POSTED" if status == "REVERSED" else "REVERSED"
        if kind == "no serial":
            serial = ""
        line = f"{serial},{head},{amount},{status},{DATE}T{clock}\n"
        theirs.append(line)
        if kind == "doubled":
            theirs.append(line)
    chance.shuffle(ours)
    chance.shuffle(theirs)
    return ours, theirs, counts


def write(folder, count, seed):
    """Writes both tables; gives how many lines are of each kind, and how many each has."""
    ours, theirs, counts = sides(count, seed)
    for name, lines in zip(NAMES, (ours, theirs)):
        with open(folder / name, "w", encoding="ascii", newline="") as file:
            file.write(HEADER)
            file.writelines(lines)
    return {"kinds": counts, "lines": [len(ours), len(theirs)]}


if __name__ == "__main__":
    print(json.dumps(write(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
