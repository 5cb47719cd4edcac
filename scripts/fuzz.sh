#!/usr/bin/env bash
# Fuzzes the readers of foreign bytes with libFuzzer under Address Sanitizer.
# Usage: scripts/fuzz.sh SECONDS [TARGET…]     SECONDS are those of each target.
#
# An input that crashes, hangs, or takes too much memory is left in .build/fuzz/found and ends the
# run with an error; put it into fixtures/fuzz/TARGET once its cause is gone.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$1
shift
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=(settlement sidecar table layout layout-file json)

folder=.build/fuzz
mkdir -p "$folder/found"
# The same checks that a release has, with every branch counted.
flags=(-O -wmo -swift-version 6 -parse-as-library -sanitize=fuzzer -sanitize=address -enable-testing
    -I "$folder" -I Sources/CSSL)

# A module is built again only when a source of it, or of one before it, is newer.
objects=()
is_changed=false
for module in CivilTime StrictJSON Cryptography Settlement; do
    object=$folder/$module.o
    objects+=("$object")
    if [ ! -e "$object" ] || [ -n "$(find "Sources/$module" scripts/fuzz.sh -newer "$object" -name '*.s*' -print -quit)" ]; then
        is_changed=true
    fi
    if "$is_changed"; then
        echo "fuzz: building $module"
        mapfile -t sources < <(find "Sources/$module" -name '*.swift' | sort)
        swiftc "${flags[@]}" -module-name "$module" -emit-module \
            -emit-module-path "$folder/$module.swiftmodule" -emit-object -o "$object" "${sources[@]}"
    fi
done
program=$folder/fuzz
swiftc "${flags[@]}" -module-name Fuzz -use-ld=lld -lcrypto -o "$program" "${objects[@]}" \
    Tests/SettlementTests/Fuzz/FuzzTarget.swift Tests/Fuzz/FuzzEntry.swift

for target in "${targets[@]}"; do
    echo "fuzz: $target for $seconds s"
    corpus=$folder/corpus/$target
    mkdir -p "$corpus"
    log=$folder/$target.log
    # New inputs go to the first folder; the published corpus stays as it is. What is freed is not
    # kept for long, so that memory that grows is told from memory that waits. The sanitizer's own
    # search for leaks does not see all references of Swift.
    ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8 \
        AGENCYPOS_FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=512 -malloc_limit_mb=256 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="$folder/found/$target-" "$corpus" "fixtures/fuzz/$target" \
        >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        echo "fuzz: $target failed; the input is in $folder/found, the whole log is $log" >&2
        exit 1
    }
    grep -E '^stat::(number_of_executed_units|peak_rss_mb)' "$log"
done
echo "fuzz: nothing found"
