#!/usr/bin/env bash
# Checks format, the arrows between modules, and the shell scripts.
set -euo pipefail
cd "$(dirname "$0")/.."

swift format lint --strict --recursive Package.swift Sources Tests bench/ledger

# `swift build` accepts an import of a module that is only a dependency's dependency.
declare -A allowed=(
    [CivilTime]="Glibc"
    [StrictJSON]=""
    [Cryptography]="CSSL Glibc Foundation"
    [SQL]="CSQLite CivilTime Cryptography Dispatch Foundation Synchronization"
    [Ledger]="SQL CivilTime Cryptography StrictJSON Dispatch Synchronization"
    [Settlement]="Cryptography CivilTime StrictJSON Dispatch Glibc Foundation Synchronization"
    [Printing]="CQREncode Glibc"
    [HTTPServer]="CMicroHTTPD Glibc Foundation Synchronization Dispatch"
    [HTTPClient]="CCurl Glibc Synchronization"
    [PartnerAPI]="HTTPClient Cryptography CivilTime StrictJSON Foundation Dispatch Synchronization"
    [Agency]="Ledger Settlement SQL Printing PartnerAPI HTTPClient Cryptography CivilTime StrictJSON Foundation Glibc Dispatch Synchronization"
    [AgencyPOS]="Agency HTTPServer PartnerAPI Ledger Settlement SQL Printing Cryptography CivilTime StrictJSON Foundation Glibc Dispatch Synchronization"
)
status=0
for module in "${!allowed[@]}"; do
    while IFS=: read -r file import; do
        name=$(awk '{print $NF}' <<<"$import")
        case " ${allowed[$module]} " in
        *" $name "*) ;;
        *)
            echo "$file: module $module may not import $name" >&2
            status=1
            ;;
        esac
    done < <(grep -rHE '^(@preconcurrency |@testable )?import ' "Sources/$module" || true)
done

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck "${scripts[@]}"
[ "$status" -eq 0 ] && echo "lint: clean"
exit "$status"
