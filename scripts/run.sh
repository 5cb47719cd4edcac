#!/usr/bin/env bash
# Serves the demo network and tells how to try it. Usage: scripts/run.sh BINARY DATA PORT
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$1
data=$2
port=$3
url="http://127.0.0.1:$port"

if [ ! -e "$data/book.db" ]; then
    "$binary" load fixtures/demo --data "$data"
fi

log="$data/server.log"
mkdir -p "$data"
: >"$data/server.out"
"$binary" serve --data "$data" --port "$port" --sandbox >"$data/server.out" 2>>"$log" &
server=$!
trap 'kill -TERM "$server" 2>/dev/null || true' INT TERM

until grep -q '^listening' "$data/server.out" 2>/dev/null; do
    if ! kill -0 "$server" 2>/dev/null; then
        tail -n 3 "$log" >&2
        exit 3
    fi
    sleep 0.05
done

demo=fixtures/demo/demo-credentials.json
staff=OP000101
terminal=S0001-T1
pin=$(sed -n "s/.*\"user_id\":\"$staff\",\"pin\":\"\([0-9]*\)\".*/\1/p" "$demo")
secret=$(sed -n "s/.*\"terminal_id\":\"$terminal\",\"secret_hex\":\"\([0-9a-f]*\)\".*/\1/p" "$demo")
account=$(awk -F, 'NR > 1 && $1 == "WATER" { print $2; exit }' fixtures/demo/bills.csv)

cat <<TEXT

AgencyPOS serves the demo network at $url   (log: $log; stop with Ctrl-C)

  operator  $staff   PIN $pin
  terminal  $terminal   secret $secret
  everyone else: $demo

Try:

  TOKEN=\$(curl -s $url/v1/sessions -d '{"staff_id":"$staff","pin":"$pin","terminal_id":"$terminal","terminal_secret":"$secret"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
  curl -s $url/v1/shifts -H "Authorization: Bearer \$TOKEN" -d '{"till_id":"S0001-C1"}'
  curl -s $url/v1/bill-payments -H "Authorization: Bearer \$TOKEN" -H "Idempotency-Key: $(date +%F)-0001" \\
       -d '{"product_id":"MOBILE","account_number":"13800138000","amount_fen":5000}'

Send the last one again: it pays nothing twice. And what a household owes:

  curl -s "$url/v1/bills?product_id=WATER&account_number=$account" -H "Authorization: Bearer \$TOKEN"

TEXT
status=0
wait "$server" || status=$?
# A trapped signal ends the first wait; the second one sees the server's own end.
wait "$server" 2>/dev/null || status=$?
exit "$status"
