#!/bin/sh
# Installs what the benchmark needs and is missing, builds release, measures.
#
# BENCH_PARTS names what is measured: "payments" (measure.py), "ledger" (ledger.py), "matching"
# (matching.py), or several; without it the first two.
# This is plain sh, for which SECONDS is a variable like any other; bash makes a clock of it.
set -eu

cd "$(dirname "$0")/.."

missing=""
need() {
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
parts="${BENCH_PARTS:-payments ledger}"
need gcc gcc
need python3 python3
[ -e /usr/include/sqlite3.h ] || missing="$missing libsqlite3-dev"
case " $parts " in *" payments "*)
    need wrk wrk
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
    ls /usr/lib/postgresql/*/bin/pgbench >/dev/null 2>&1 || missing="$missing postgresql-contrib"
    ;;
esac
case " $parts " in *" matching "*)
    python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
    ;;
esac
if [ -n "$missing" ]; then
    echo "installing:$missing" >&2
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    $sudo apt-get update -qq
    # shellcheck disable=SC2086  # a list of words
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null
fi

if ! command -v swift >/dev/null 2>&1; then
    echo "bench: there is no swift here; install a Swift 6.2 toolchain or newer (swift.org)" >&2
    exit 1
fi
folder="$(swift build -c release --show-bin-path)"
for part in $parts; do
    case "$part" in
    payments)
        if [ -z "${BENCH_PROGRAM:-}" ]; then
            swift build -c release --product agencypos >&2
            BENCH_PROGRAM="$folder/agencypos"
        fi
        python3 -B bench/measure.py "$BENCH_PROGRAM" bench/out
        ;;
    ledger)
        swift build -c release --product LedgerBench >&2
        python3 -B bench/ledger.py "$folder/LedgerBench" bench/out
        ;;
    matching)
        swift build -c release --product agencypos >&2
        python3 -B bench/matching.py "$folder/agencypos" bench/out
        ;;
    *)
        echo "bench: BENCH_PARTS may name payments, ledger and matching, not $part" >&2
        exit 1
        ;;
    esac
done
