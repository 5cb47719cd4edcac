#!/usr/bin/env bash
# Runs the tests under Thread Sanitizer, then under Address Sanitizer; any report is a failure.
# Usage: scripts/sanitize.sh [REGEX]     REGEX chooses the tests (default: all).
set -euo pipefail
cd "$(dirname "$0")/.."

filter=(${1:+--filter "$1"})
export AGENCYPOS_SANITIZED=1

for sanitizer in thread address; do
    # Each has a folder of its own: what one built is of no use to the other.
    folder=.build/$sanitizer-sanitizer
    echo "sanitize: building for the $sanitizer sanitizer"
    swift build --build-tests --sanitize="$sanitizer" --scratch-path "$folder"
    echo "sanitize: running under the $sanitizer sanitizer"
    TSAN_OPTIONS="suppressions=$PWD/scripts/thread-sanitizer.suppressions halt_on_error=0 exitcode=66" \
        ASAN_OPTIONS="detect_leaks=0" \
        swift test --skip-build --sanitize="$sanitizer" --scratch-path "$folder" \
        ${filter[@]+"${filter[@]}"}
done
echo "sanitize: nothing reported"
