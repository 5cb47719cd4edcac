#!/usr/bin/env bash
# Installs the Debian packages that a task needs and are missing, and checks the Swift toolchain.
# Usage: scripts/require.sh PACKAGE…
set -euo pipefail

minimum_swift=6.2

missing=()
for package in "$@"; do
    dpkg-query --show --showformat='${db:Status-Status}\n' "$package" 2>/dev/null |
        grep -qx installed || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "agencypos: missing ${missing[*]}; install them (apt-get is not on this system)" >&2
        exit 1
    fi
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "agencypos: missing ${missing[*]}; run as root: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "agencypos: installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
        echo "agencypos: apt-get could not install ${missing[*]}; see its message above" >&2
        exit 1
    }
fi

if ! command -v swift >/dev/null; then
    echo "agencypos: no Swift toolchain in PATH; install Swift $minimum_swift or later (swift.org)" >&2
    exit 1
fi
found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
if [ "$(printf '%s\n' "$minimum_swift" "${found:-0}" | sort -V | head -n 1)" != "$minimum_swift" ]; then
    echo "agencypos: Swift ${found:-unknown} is too old; install Swift $minimum_swift or later" >&2
    exit 1
fi
