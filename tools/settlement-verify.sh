#!/bin/sh
# Checks settlement files of the format APS1 and acknowledgements of the format APA1 with a POSIX
# shell, awk and openssl alone, step by step as docs/settlement-file.md and
# docs/acknowledgement-file.md have it; says the same as tools/settlement-verify, in the same words.
#
#   tools/settlement-verify.sh [--keys FILE] [--previous FILE] FILE|FOLDER…
#
# A folder is checked as a chain: its files *.txt by agency, partner and number, each against the
# one accepted before it; then its acknowledgements APA_*.txt, each by itself. A file is checked alone, after --previous against that file and then each
# against the one before it. Every file's sidecar FILE.hmac lies beside it.
# The key file has lines "agency partner key-id hex"; empty lines and those with # are passed over.
# Without --keys the variable KEY holds one key in hexadecimal, for every file.
#
# Exit status: 0 all are accepted, 1 one is refused, 2 the command line or the key file is wrong.
#
# No key is ever an argument of a process: HMAC (RFC 2104) is two plain SHA-256, and the key's pads
# go into them from printf, which is the shell's own. Every pass over a file takes its SHA-256 too,
# so that the bytes that were read are those whose MAC was right. Numbers of awk are exact to 2^53
# only, so sums are kept in two parts, below and above 10^6 fen, and compared digit by digit.
set -u
LC_ALL=C
export LC_ALL
umask 077

# Reads the lines of a file and prints one line with its fields separated by |: the names of the
# key (STAGE is key; steps 4a and 4b), or the totals (steps 6 to 13), or the refusal; of an
# acknowledgement (KIND is APA) the same in its own steps, with its verdict instead of totals.
# In its input NUL is \002; \001 stands at the very end and nowhere else; lines are cut at 1,024.
# shellcheck disable=SC2016 # it is a program of awk
program='
function refuse(step, error, line, field, cause) {
    print "refused|" step "|" error "|" line "|" field "|" cause
    is_done = 1
    exit
}
function invalid(step, place, cause) {
    refuse(step, "fieldInvalid", NR, $1 place " " names[$1 place], cause)
}

# Forms of values: each function gives the cause of a fault, or nothing.

function is_digits(raw) { return raw != "" && raw !~ /[^0-9]/ }
function is_date(raw,   year, month, day, days) {
    if (length(raw) != 10 || substr(raw, 5, 1) substr(raw, 8, 1) != "--") return 0
    if (!is_digits(substr(raw, 1, 4) substr(raw, 6, 2) substr(raw, 9, 2))) return 0
    year = substr(raw, 1, 4) + 0
    month = substr(raw, 6, 2) + 0
    day = substr(raw, 9, 2) + 0
    days = 31
    if (month == 4 || month == 6 || month == 9 || month == 11) days = 30
    if (month == 2)
        days = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    return year >= 2000 && month >= 1 && month <= 12 && day >= 1 && day <= days
}
function date(raw) {
    return is_date(raw) ? "" : "not a date YYYY-MM-DD of the years 2000 to 9999"
}
function time(raw) {
    if (length(raw) == 25 && is_date(substr(raw, 1, 10)) &&
        substr(raw, 11) ~ /^T[0-2][0-9]:[0-5][0-9]:[0-5][0-9][+]08:00$/ &&
        substr(raw, 12, 2) + 0 < 24) return ""
    return "not a time YYYY-MM-DDThh:mm:ss+08:00 of the years 2000 to 9999"
}
function identifier(raw) {
    if (raw == "") return "must not be empty"
    if (length(raw) > 32) return "longer than 32 characters"
    return raw ~ /^-/ || raw ~ /[^A-Za-z0-9-]/ ? "has a forbidden character" : ""
}
function digest(raw) {
    return length(raw) == 64 && raw !~ /[^0-9a-f]/ ? "" : "not 64 lower-case hexadecimal digits"
}
function is_within(digits, limit) {
    if (length(digits) != length(limit)) return length(digits) < length(limit)
    return (digits "") <= (limit "")
}
function integer(raw, lowest, highest,   is_fine) {
    if (raw !~ /^-?[1-9][0-9]*$/ && raw != "0") return "not a plain decimal integer"
    if (raw ~ /^-/) is_fine = lowest ~ /^-/ && is_within(substr(raw, 2), substr(lowest, 2))
    else is_fine = is_within(raw, highest) && !(raw == "0" && lowest == "1")
    return is_fine ? "" : "outside " lowest " to " highest
}
# One character of UTF-8 that begins at a place; sets its code point and its width in bytes.
function is_character(raw, place,   byte, lowest, highest, i) {
    byte = ordinal[substr(raw, place, 1)]
    lowest = 128
    highest = 191
    if (byte < 128) { point = byte; width = 1 }
    else if (byte < 194) return 0
    else if (byte < 224) { point = byte - 192; width = 2 }
    else if (byte < 240) { point = byte - 224; width = 3 }
    else if (byte < 245) { point = byte - 240; width = 4 }
    else return 0
    if (byte == 224) lowest = 160
    if (byte == 237) highest = 159
    if (byte == 240) lowest = 144
    if (byte == 244) highest = 143
    for (i = 1; i < width; i++) {
        if (place + i > length(raw)) return 0
        byte = ordinal[substr(raw, place + i, 1)]
        if (byte < lowest || byte > highest) return 0
        point = point * 64 + byte - 128
        lowest = 128
        highest = 191
    }
    return 1
}
function is_forbidden(c) {
    return c < 32 || c == 124 || (c >= 127 && c <= 159) || (c >= 8203 && c <= 8207) ||
        (c >= 8232 && c <= 8238) || (c >= 8288 && c <= 8303) || (c >= 64976 && c <= 65007) ||
        c == 65279 || (c >= 65529 && c <= 65531) || c % 65536 >= 65534
}
function text(raw, limit,   place, count, has_forbidden) {
    if (raw !~ /[^ -~]/) count = length(raw)
    else for (place = 1; place <= length(raw); place += width) {
        if (!is_character(raw, place)) return "not UTF-8"
        if (is_forbidden(point)) has_forbidden = 1
        count++
    }
    if (count > limit) return "longer than " limit " characters"
    if (has_forbidden) return "has a forbidden character"
    return raw ~ /^ / || raw ~ / $/ ? "begins or ends with a space" : ""
}
function account(raw, type,   cause) {
    if (raw == "") return "must not be empty"
    cause = text(raw, 32)
    if (cause != "") return cause
    if (type != "WITHDRAWAL" && !((type == "REMITTANCE" || type == "TRANSFER") && raw ~ /[*]/))
        return ""
    if (length(raw) == 16 && substr(raw, 1, 12) == "************" && is_digits(substr(raw, 13)))
        return ""
    return "not twelve asterisks and four digits"
}
function money(raw) { return integer(raw, "-99999999999", "99999999999") }
function nonzero(raw,   cause) {
    cause = money(raw)
    return cause == "" && raw == "0" ? "must not be 0" : cause
}
function part(raw, amount,   cause) {
    cause = money(raw)
    if (cause == "" && raw != "0" && (raw ~ /^-/) != (amount ~ /^-/))
        return "has not the sign of the amount"
    return cause
}
function original(raw, amount) {
    if ((raw != "") != (amount ~ /^-/)) return "belongs to a negative amount and to no other"
    return raw == "" ? "" : identifier(raw)
}

# Sums in two parts.

function add(sum, raw,   value, high) {
    value = raw + 0
    high = int(value / million)
    highs[sum] += high
    lows[sum] += value - high * million
}
# The exact decimal digits of high * 10^6 + low.
function decimal(high, low,   carry, sign) {
    carry = int(low / million)
    high += carry
    low -= carry * million
    if (high > 0 && low < 0) { high--; low += million }
    if (high < 0 && low > 0) { high++; low -= million }
    if (high < 0 || low < 0) { sign = "-"; high = -high; low = -low }
    return high == 0 ? sign sprintf("%.0f", low) : sign sprintf("%.0f%06.0f", high, low)
}

# Lines.

function check(step, place, cause) { if (cause != "") invalid(step, place, cause) }
function expect(step, place, expected, lowest, highest,   cause) {
    cause = integer($place, lowest, highest)
    if (cause != "") invalid(step, place, cause)
    else if (($place "") != (expected ""))
        refuse(step, "totalWrong", NR, $1 place " " names[$1 place], "the details give " expected)
}
function check_count(step) {
    if (NF != field_count[$1])
        refuse(step, "fieldCountWrong", NR, "",
            NF " fields, record " $1 " has " field_count[$1])
}
function read_header(   place) {
    if ($1 != "H") refuse(first, "recordUnexpected", 1, "", "the record must be H")
    else if ($2 != "APS1") refuse("4a", "versionUnsupported", "", "", "H2 is not APS1")
    else if (NF != 13) check_count("4b")
    else if ($8 != "HMAC-SHA256")
        refuse("4b", "algorithmUnsupported", "", "", "H8 is not HMAC-SHA256")
    if (is_done || ENVIRON["STAGE"] != "key") return
    for (place = 3; place <= 9 && !is_done; place += place == 4 ? 5 : 1)
        check("4b", place, identifier($place))
    if (is_done) return
    print "key|" $3 "|" $4 "|" $9
    is_done = 1
    exit
}
function check_header(   place, cause, zeros, parts) {
    for (place = 3; place <= 13 && !is_done; place++) {
        if (place == 5) cause = date($5)
        else if (place == 6)
            cause = length($6) == 3 && $6 !~ /[^A-Z]/ ? "" : "not three capital letters"
        else if (place == 7) cause = integer($7, "1", "999999")
        else if (place == 8) cause = ""
        else if (place == 10 || place == 12) cause = digest($place)
        else if (place == 11) cause = time($11)
        else if (place == 13) cause = integer($13, "0", "999999999999999")
        else cause = identifier($place)
        check("7", place, cause)
    }
    if (is_done) return
    zeros = $10 !~ /[^0]/
    if (zeros != ($7 == 1)) {
        check("7", 10, "64 zeros belong to file number 1 and to no other")
        return
    }
    split(ENVIRON["NAME"], parts, "_")
    cause = "not the one in the file\047s name"
    named[3] = parts[2]
    named[4] = parts[3]
    named[5] = substr(parts[4], 1, 4) "-" substr(parts[4], 5, 2) "-" substr(parts[4], 7)
    named[7] = substr(parts[5], 1, 6) + 0
    for (place = 3; place <= 7 && !is_done; place++)
        if (place != 6 && ($place "") != (named[place] ""))
            refuse("8", "fileNameMismatch", "", "H" place " " names["H" place], cause)
    previous = $10
}
function check_detail(   place, cause) {
    if (count == 9999999) {
        refuse("9", "detailCountExceeded", NR, "", "more than 9999999 detail lines")
        return
    }
    check("9", 2, integer($2, "1", "9999999"))
    if (!is_done && $2 + 0 != count + 1)
        refuse("9", "lineNumberWrong", NR, "", "must be " count + 1)
    for (place = 3; place <= 12 && !is_done; place++) {
        if (place == 3) cause = identifier($3)
        else if (place == 4) cause = text($4, 64)
        else if (place == 5) cause = $5 in order ? "" : "not a known code"
        else if (place == 6) cause = account($6, $5)
        else if (place == 7) cause = nonzero($7)
        else if (place == 8 || place == 9) cause = part($place, $7)
        else if (place == 10) cause = $10 == "POSTED" || $10 == "REVERSED" ? "" : "not a known code"
        else if (place == 11) cause = time($11)
        else cause = original($12, $7)
        check("10", place, cause)
    }
    if (is_done) return
    count++
    if ($10 == "REVERSED") { reversed[$5]++; return }
    posted[$5]++
    for (place = 7; place <= 9; place++) add($5 place, $place)
}
function is_present(type) { return posted[type] + reversed[type] > 0 }
# The first type in the order whose subtotal is due, or nothing.
function due(   i) {
    for (i = due_from; i <= type_count; i++) if (is_present(types[i])) return types[i]
    return ""
}
function check_due(step, type) {
    refuse(step, "subtotalMissing", NR, "", "no subtotal of " type " before it")
}
function check_subtotal(   place, type, sum) {
    if (!($2 in order)) { invalid("11", 2, "not a known code"); return }
    type = $2
    if (!is_present(type) || order[type] < due_from) {
        refuse("11", "subtotalOutOfOrder", NR, "",
            "no detail line has this type, or its subtotal had to come before")
        return
    }
    if (due() != type) { check_due("11", due()); return }
    expect("11", 3, posted[type] + 0, "0", "9999999")
    if (!is_done) expect("11", 4, reversed[type] + 0, "0", "9999999")
    for (place = 5; place <= 7 && !is_done; place++) {
        sum = type (place + 2)
        expect("11", place, decimal(highs[sum] + 0, lows[sum] + 0),
            "-1000000000000000000", "1000000000000000000")
    }
    due_from = order[type] + 1
}
function check_trailer(   i, place, type, sum, posted_count, reversed_count, high, low) {
    if (due() != "") { check_due("12", due()); return }
    for (i = 1; i <= type_count; i++) {
        type = types[i]
        posted_count += posted[type]
        reversed_count += reversed[type]
        for (place = 7; place <= 9; place++) {
            sum = type place
            high[place] += highs[sum]
            low[place] += lows[sum]
        }
        high["net"] += sign[type] * highs[type 7] - highs[type 9]
        low["net"] += sign[type] * lows[type 7] - lows[type 9]
    }
    expect("12", 2, count + 0, "0", "9999999")
    if (!is_done) expect("12", 3, posted_count + 0, "0", "9999999")
    if (!is_done) expect("12", 4, reversed_count + 0, "0", "9999999")
    for (place = 5; place <= 7 && !is_done; place++)
        expect("12", place, decimal(high[place + 2], low[place + 2]),
            "-1000000000000000000", "1000000000000000000")
    if (!is_done)
        expect("12", 8, decimal(high["net"], low["net"]),
            "-2000000000000000000", "2000000000000000000")
    state = "ended"
    result = "accepted|" count + 0 "|" posted_count + 0 "|" reversed_count + 0 "|" $8 "|" previous
}

# Acknowledgements.

function read_acknowledgement(   place) {
    if ($1 != "A") refuse(first, "recordUnexpected", 1, "", "the record must be A")
    else if ($2 != "APA1") refuse("4", "versionUnsupported", "", "", "A2 is not APA1")
    else if (NF != 13) check_count("4")
    else if ($7 != "HMAC-SHA256")
        refuse("4", "algorithmUnsupported", "", "", "A7 is not HMAC-SHA256")
    if (is_done || ENVIRON["STAGE"] != "key") return
    for (place = 3; place <= 8 && !is_done; place += place == 4 ? 4 : 1)
        check("4", place, identifier($place))
    if (is_done) return
    print "key|" $3 "|" $4 "|" $8
    is_done = 1
    exit
}
function fault(raw, verdict) {
    if ((raw != "") != (verdict == "REJECTED")) return "does not go with the verdict"
    return raw == "" ? "" : identifier(raw)
}
function check_acknowledgement(   place, cause, parts) {
    for (place = 3; place <= 13 && !is_done; place++) {
        if (place == 5) cause = date($5)
        else if (place == 6) cause = integer($6, "1", "999999")
        else if (place == 7) cause = ""
        else if (place == 9) cause = time($9)
        else if (place == 10) cause = $10 == "" ? "must not be empty" : text($10, 100)
        else if (place == 11) cause = digest($11)
        else if (place == 12) cause = $12 in verdicts ? "" : "not a known code"
        else if (place == 13) cause = fault($13, $12)
        else cause = identifier($place)
        check("6", place, cause)
    }
    if (is_done) return
    split(ENVIRON["NAME"], parts, "_")
    cause = "not the one in the file\047s name"
    named[3] = parts[2]
    named[4] = parts[3]
    named[5] = substr(parts[4], 1, 4) "-" substr(parts[4], 5, 2) "-" substr(parts[4], 7)
    named[6] = substr(parts[5], 1, 6) + 0
    for (place = 3; place <= 6 && !is_done; place++)
        if (($place "") != (named[place] ""))
            refuse("7", "fileNameMismatch", "", "A" place " " names["A" place], cause)
    verdict = $12
    said_fault = $13
    acknowledged = $10
}
function check_item(   place, cause) {
    check("9", 2, integer($2, "1", "20000"))
    if (!is_done && $2 + 0 != count + 1)
        refuse("9", "lineNumberWrong", NR, "", "must be " count + 1)
    if (!is_done && verdict != "PARTLY") invalid("9", 2, "does not go with the verdict")
    for (place = 3; place <= 6 && !is_done; place++) {
        if (place == 3) cause = integer($3, "0", "10000009")
        else if (place == 4) cause = text($4, 64)
        else if (place == 5) cause = $5 in reject_codes ? "" : "not a known code"
        else cause = text($6, 120)
        check("9", place, cause)
    }
    count++
}
function check_end() {
    expect("10", 2, count + 0, "0", "20000")
    if (!is_done && count + 0 == 0 && verdict == "PARTLY")
        invalid("10", 2, "does not go with the verdict")
    state = "ended"
    result = "accepted|" count + 0 "|" verdict "|" said_fault "|" acknowledged
}

function at_end() {
    if (state == "ended") { print result; is_done = 1; exit }
    if (kind == "APA")
        refuse(NR == 1 ? "4" : "11", "trailerMissing", NR, "", "the file ends without a trailer")
    else refuse(NR == 1 ? "4a" : "13", "trailerMissing", NR, "", "the file ends without a trailer")
}

BEGIN {
    FS = "|"
    million = 1000000
    kind = ENVIRON["KIND"]
    first = ENVIRON["STAGE"] == "key" ? "4a" : "6"
    later = "6"
    if (kind == "APA") {
        first = ENVIRON["STAGE"] == "key" ? "4" : "8"
        later = "8"
    }
    split("NOT_FOUND MISSING AMOUNT_DIFFERS STATUS_DIFFERS DUPLICATE COMMISSION_DIFFERS TIMING " \
        "FILE_DIFFERS", words, " ")
    for (i = 1; i <= 8; i++) reject_codes[words[i]] = 1
    verdicts["ACCEPTED"] = verdicts["PARTLY"] = verdicts["REJECTED"] = 1
    field_count["A"] = split("|format version|agency id|partner id|date|acknowledgement number|" \
        "MAC algorithm|key id|creation time|acknowledged file|" \
        "acknowledged file\047s SHA-256|verdict|fault", words, "|")
    for (i = 2; i <= 13; i++) names["A" i] = words[i]
    field_count["I"] = split("|item number|line in the file|serial|reject code|cause", words, "|")
    for (i = 2; i <= 6; i++) names["I" i] = words[i]
    field_count["E"] = split("|item count", words, "|")
    names["E2"] = words[2]
    for (i = 1; i < 256; i++) ordinal[sprintf("%c", i)] = i
    type_count = split("BILL_PAYMENT TICKET_SALE WITHDRAWAL STOCK_SALE PRIZE_PAYMENT REMITTANCE " \
        "TRANSFER ADJUSTMENT", types, " ")
    split("1 1 -1 1 -1 1 0 1", signs, " ")
    for (i = 1; i <= type_count; i++) { order[types[i]] = i; sign[types[i]] = signs[i] }
    due_from = 1
    field_count["H"] = split("|format version|agency id|partner id|business date|currency|" \
        "file sequence number|MAC algorithm|key id|previous file\047s SHA-256|creation time|" \
        "ledger root|ledger size", words, "|")
    for (i = 2; i <= 13; i++) names["H" i] = words[i]
    field_count["D"] = split("|line number|serial|partner\047s reference|type|" \
        "account reference|amount|fee|commission|status|time|original serial", words, "|")
    for (i = 2; i <= 12; i++) names["D" i] = words[i]
    field_count["S"] = split("|type|posted count|reversed count|amount|fee|commission", words, "|")
    for (i = 2; i <= 7; i++) names["S" i] = words[i]
    field_count["T"] = split("|detail count|posted count|reversed count|amount|fee|commission|net",
        words, "|")
    for (i = 2; i <= 8; i++) names["T" i] = words[i]
    expected["details"] = "D, S or T"
    expected["subtotals"] = "S or T"
    state = "start"
}
{
    size = length($0)
    if ($0 == "\001") at_end()
    else if (size >= 1024)
        refuse(NR == 1 ? first : later, "lineTooLong", NR, "", "longer than 1024 bytes")
    else if (substr($0, size) == "\001")
        refuse(NR == 1 ? first : later, "lineUnterminated", NR, "", "no line feed at its end")
    else if (state == "ended")
        refuse(kind == "APA" ? "11" : "13", "contentAfterTrailer", NR, "", "comes after the trailer")
    else if (state == "start" && kind == "APA") {
        read_acknowledgement()
        if (!is_done) check_acknowledgement()
        state = "items"
    } else if (state == "items" && $1 != "I" && $1 != "E")
        refuse("8", "recordUnexpected", NR, "", "the record must be I or E")
    else if (state == "items") {
        check_count("8")
        if (is_done) exit
        if ($1 == "I") check_item()
        else check_end()
    } else if (state == "start") {
        read_header()
        if (!is_done) check_header()
        state = "details"
    } else if (!($1 == "D" && state == "details" || $1 == "S" || $1 == "T"))
        refuse("6", "recordUnexpected", NR, "", "the record must be " expected[state])
    else {
        check_count("6")
        if (is_done) exit
        if ($1 == "D") check_detail()
        else {
            state = "subtotals"
            if ($1 == "S") check_subtotal()
            else check_trailer()
        }
    }
}
'

trouble() {
    printf 'settlement-verify.sh: %s\n' "$1" >&2
    exit 2
}

# A path as it may be shown: no controls, and no card number in a name that is not ours.
shown() {
    shown=$1
    case $shown in
    *[[:cntrl:]]*) shown=$(printf '%s' "$shown" | tr '\001-\037\177' '?') ;;
    esac
    if [ "$2" = masked ]; then
        # shellcheck disable=SC2016 # it is a program of awk
        shown=$(printf '%s\n' "$shown" | awk '{
            path = $0
            sub(/[^\/]*$/, "", path)
            name = substr($0, length(path) + 1)
            while (match(name, /[0-9]+/)) {
                run = substr(name, RSTART, RLENGTH)
                if (RLENGTH >= 13)
                    for (i = 1; i <= RLENGTH - 4; i++) run = substr(run, 1, i - 1) "*" substr(run, i + 1)
                path = path substr(name, 1, RSTART - 1) run
                name = substr(name, RSTART + RLENGTH)
            }
            print path name
        }')
    fi
}

# refuse STEP ERROR LINE FIELD CAUSE
refuse() {
    status=1
    is_refused=yes
    printf 'refused %s: step %s, %s%s%s: %s\n' "$shown" "$1" "$2" "${3:+, line $3}" \
        "${4:+, $4}" "$5"
}

is_identifier() {
    case $1 in
    '' | -* | *[!A-Za-z0-9-]*) return 1 ;;
    esac
    [ "${#1}" -le 32 ]
}

# Takes a name apart into kind, agency, partner, date (YYYY-MM-DD) and number.
parse_name() {
    case $1 in
    AP[SA]_*_*_*_*_* | *[!A-Za-z0-9_.-]*) return 1 ;;
    AP[SA]_*_*_????????_??????.txt) ;;
    *) return 1 ;;
    esac
    kind=${1%%_*} rest=${1#AP[SA]_}
    agency=${rest%%_*} rest=${rest#*_}
    partner=${rest%%_*} rest=${rest#*_}
    date=${rest%%_*} number=${rest#*_}
    number=${number%.txt}
    case $date$number in
    *[!0-9]*) return 1 ;;
    esac
    [ "${#date}" -eq 8 ] && [ "${#number}" -eq 6 ] && [ "$number" != 000000 ] || return 1
    is_identifier "$agency" && is_identifier "$partner" || return 1
    month=${date#????} month=${month%??} day=${date#??????} year=${date%????}
    # A one before the digits keeps the shell from taking 08 for an octal number.
    month=$((1$month - 100)) day=$((1$day - 100)) year=$((1$year - 10000))
    days=31
    case $month in
    4 | 6 | 9 | 11) days=30 ;;
    2)
        days=28
        if [ $((year % 4)) -eq 0 ] && [ $((year % 100)) -ne 0 ] || [ $((year % 400)) -eq 0 ]; then
            days=29
        fi
        ;;
    esac
    [ "$year" -ge 2000 ] && [ "$month" -ge 1 ] && [ "$month" -le 12 ] && [ "$day" -ge 1 ] &&
        [ "$day" -le "$days" ] || return 1
    number=$((1$number - 1000000))
    rest=${date#????}
    date=${date%????}-${rest%??}-${rest#??}
}

is_key() {
    case $1 in
    '' | *[!0-9A-Fa-f]*) return 1 ;;
    esac
    [ $((${#1} % 2)) -eq 0 ] && [ "${#1}" -le 2048 ]
}

check_keys() {
    line_number=0 seen='|'
    while read -r key_agency key_partner key_id hex more || [ -n "$key_agency" ]; do
        line_number=$((line_number + 1))
        case $key_agency in
        '' | '#'* | "$return") continue ;;
        esac
        hex=${hex%"$return"}
        more=${more%"$return"}
        if [ -z "$hex" ] || [ -n "$more" ]; then
            trouble "$keys, line $line_number: not \"agency partner key-id hex\""
        fi
        case $seen in
        *"|$key_agency $key_partner $key_id|"*)
            trouble "$keys, line $line_number: a key of these names has come before"
            ;;
        esac
        seen="$seen$key_agency $key_partner $key_id|"
        is_key "$hex" ||
            trouble "$keys, line $line_number: the key must be 1 to 1024 bytes in hexadecimal"
    done <"$keys"
}

# Puts the key of agency, partner and key id into hex.
find_key() {
    if [ -z "$keys" ]; then
        hex=$KEY
        return 0
    fi
    while read -r key_agency key_partner key_id hex more || [ -n "$key_agency" ]; do
        hex=${hex%"$return"}
        [ "$key_agency $key_partner $key_id" = "$1 $2 $3" ] && return 0
    done <"$keys"
    return 1
}

# The bytes of a key for printf %b, each changed by exclusive or with a number.
octal() {
    octal='' rest=$1
    while [ -n "$rest" ]; do
        pair=${rest%"${rest#??}"} rest=${rest#??}
        byte=$((0x$pair ^ $2))
        octal="$octal\\0$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
    done
}

# Makes the two pads of HMAC from a key in hexadecimal.
make_pads() {
    block=$1
    if [ "${#block}" -gt 128 ]; then
        octal "$block" 0
        block=$(printf '%b' "$octal" | openssl dgst -sha256 -r)
        block=${block%% *}
    fi
    while [ "${#block}" -lt 128 ]; do block="${block}00"; done
    octal "$block" 54
    inner=$octal
    octal "$block" 92
    outer=$octal
}

# The first word of what openssl prints, from a file.
read_digest() {
    sha256=''
    read -r sha256 rest <"$1" || true
}

# Gives whether two codes of 64 digits are equal, in a time that does not depend on the digits.
is_equal() {
    difference=0 left=$1 right=$2
    [ "${#left}" -eq 64 ] && [ "${#right}" -eq 64 ] || return 1
    while [ -n "$left" ]; do
        pair=${left%"${left#????}"} other=${right%"${right#????}"}
        left=${left#????} right=${right#????}
        difference=$((difference | (0x$pair ^ 0x$other)))
    done
    [ "$difference" -eq 0 ]
}

# check_place STEP PATH: whether a regular file is there
check_place() {
    if [ -L "$2" ] || { [ -e "$2" ] && ! [ -f "$2" ]; }; then
        refuse "$1" fileNotRegular '' '' "${2##*/} is not a regular file"
    elif ! [ -e "$2" ]; then
        refuse "$1" systemFailure '' '' "${2##*/}: there is no such file"
    elif ! [ -r "$2" ]; then
        refuse "$1" systemFailure '' '' "${2##*/}: cannot be read: Permission denied"
    fi
}

# Puts the code of the sidecar into expected.
read_sidecar() {
    # Line feeds become \001, for the shell takes those at the end away.
    content=$(dd bs=513 count=1 <"$path.hmac" 2>/dev/null | tr '\000\001\n' '\002\002\001')
    expected=${content#"${content%?????????????????????????????????????????????????????????????????}"}
    beginning=${content%"$expected"}
    expected=${expected%"$end"}
    is_formed=yes
    case $beginning in
    'HMAC-SHA2-256('*')= ') ;;
    *) is_formed=no ;;
    esac
    case $expected in
    *[!0-9a-f]*) is_formed=no ;;
    esac
    if [ "$is_formed" = no ] || [ "${#expected}" -ne 64 ] || [ "${#content}" -gt 512 ]; then
        refuse 3 sidecarMalformed '' '' "$name.hmac has not the documented form"
    elif [ "$beginning" != "HMAC-SHA2-256($name)= " ]; then
        refuse 3 sidecarForOtherFile '' '' "$name.hmac was made for another file"
    fi
}

# Steps 4 and 5; leaves the SHA-256 of the file in digest.
check_code() {
    step=4a last=4c
    [ "$kind" = APS ] || step=4 last=4
    said=$({
        dd bs=1024 count=1 <"$path" | tr '\000\001' '\002\002'
        printf '\001\n'
    } 2>/dev/null | fold -b -w 1024 | KIND=$kind STAGE=key awk "$program")
    IFS='|' read -r word first second third fourth fifth <<END
$said
END
    if [ "$word" != key ]; then
        # Without a word from awk, nothing has been checked.
        refuse "${first:-$step}" "${second:-systemFailure}" "$third" "$fourth" \
            "${fifth:-$name: cannot be read}"
        return
    fi
    if ! find_key "$first" "$second" "$third"; then
        said="$first $second $third"
        case $said in
        *[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]*)
            said='H3, H4 and H9'
            [ "$kind" = APS ] || said='A3, A4 and A8'
            ;;
        esac
        refuse "$last" keyUnknown '' '' "no key for $said"
        return
    fi
    make_pads "$hex"
    # Nobody may wait for the pipe before the file is open.
    make_code 4<"$path" || code=''
    is_equal "${code%% *}" "$expected" || refuse 5 codeMismatch '' '' 'the MAC does not match'
    read_digest "$work/digest"
    digest=$sha256
}

# Puts the HMAC of the file at descriptor 4 into code and its SHA-256 into a file.
make_code() {
    openssl dgst -sha256 -r <"$work/pipe" >"$work/digest" &
    code=$({
        printf '%b' "$outer"
        {
            printf '%b' "$inner"
            tee "$work/pipe" <&4
        } | openssl dgst -sha256 -binary
    } | openssl dgst -sha256 -r)
    wait
}

# Puts what awk says of the file at descriptor 4 into said and its SHA-256 into a file.
read_lines() {
    openssl dgst -sha256 -r <"$work/pipe" >"$work/digest" &
    said=$({
        tee "$work/pipe" <&4 | tr '\000\001' '\002\002'
        printf '\001\n'
    } 2>/dev/null | fold -b -w 1024 | KIND=$kind STAGE=lines NAME=$name awk "$program")
    wait
}

# Steps 6 to 14; leaves the totals and the digest of the file before.
check_lines() {
    step=6 last=14
    [ "$kind" = APS ] || step=8 last=8
    read_lines 4<"$path" || said=''
    IFS='|' read -r word first second third fourth fifth <<END
$said
END
    if [ "$word" != accepted ]; then
        refuse "${first:-$step}" "${second:-systemFailure}" "$third" "$fourth" \
            "${fifth:-$name: cannot be read}"
        return
    fi
    read_digest "$work/digest"
    is_equal "$sha256" "$digest" || refuse "$last" fileChanged '' '' 'changed while it was being read'
    if [ "$kind" = APS ]; then
        totals="$first lines, $second posted, $third reversed, net $fourth fen" previous=$fifth
    else
        path_shown=$shown
        shown "$fourth" masked
        totals="$second${third:+ $third}, $first items, of $shown" shown=$path_shown
    fi
}

# Step 15, against the link; without its digest only its number is known.
check_follows() {
    chain=unchecked
    [ "$number" -eq 1 ] && chain=first
    [ -n "$link_number" ] || return 0
    if [ "$number" -ne $((link_number + 1)) ]; then
        refuse 15 chainBroken '' 'H7 file sequence number' "the chain expects $((link_number + 1))"
    elif [ -n "$link_digest" ] && [ "$previous" != "$link_digest" ]; then
        refuse 15 chainBroken '' "H10 previous file's SHA-256" "the chain expects $link_digest"
    elif [ -n "$link_date" ] && ! [ "$(printf '%s' "$date" | tr -d -)" -gt \
        "$(printf '%s' "$link_date" | tr -d -)" ]; then
        refuse 15 chainBroken '' 'H5 business date' "must be after $link_date"
    elif [ "$number" -ne 1 ] && [ -n "$link_digest" ]; then
        chain=follows
    fi
}

# The steps of the file at path, whose name has been taken apart.
check_steps() {
    check_place 2 "$path"
    [ $is_refused = yes ] && return
    limit=10240009216
    [ "$kind" = APS ] || limit=20482048
    if [ "$(wc -c <"$path")" -gt "$limit" ]; then
        refuse 2 fileTooLarge '' '' "larger than $limit bytes"
        return
    fi
    check_place 3 "$path.hmac"
    [ $is_refused = yes ] || read_sidecar
    [ $is_refused = yes ] || check_code
    [ $is_refused = yes ] || check_lines
    [ $is_refused = yes ] || [ "$kind" = APA ] || check_follows
}

# check_file PATH CHAINED: CHAINED is yes in a folder
check_file() {
    path=$1 name=${1##*/} is_refused=no
    if ! parse_name "$name"; then
        shown "$path" masked
        refuse 1 fileNameMalformed '' '' 'not the name of a settlement file'
        return
    fi
    shown "$path" plain
    if [ "$kind" = APA ]; then
        check_steps
        [ $is_refused = yes ] || printf 'accepted %s: %s\n' "$shown" "$totals"
        return
    fi
    if [ "$agency|$partner" != "$link_group" ]; then
        # Those of --previous, or none: nothing is known of this chain yet.
        link_group="$agency|$partner" link_number='' link_date='' link_digest=''
        if [ "$link_group" = "$base_group" ]; then
            link_number=$base_number link_date=$base_date link_digest=$base_digest
        fi
    fi
    check_steps
    if [ $is_refused = no ]; then
        printf 'accepted %s: %s, chain %s\n' "$shown" "$totals" "$chain"
        link_number=$number link_date=$date link_digest=$digest
        if [ "$2" = no ] && [ "$link_group" = "$base_group" ]; then
            base_number=$number base_date=$date base_digest=$digest
        fi
    elif [ -z "$link_number" ]; then
        # Nothing can follow a refused file, and what it should have been comes next.
        link_number=$((number - 1))
    fi
    [ "$2" = yes ] || link_group=''
}

# Those names *.txt of a folder first that are no names of files, then the chains, then the others.
check_folder() {
    folder=${1%/} names='' link_group=''
    found=''
    for file in "$folder"/*.txt; do
        [ -e "$file" ] || [ -L "$file" ] || continue
        found=yes
        if parse_name "${file##*/}"; then
            names="$names${file##*/} "
        else
            check_file "$file" yes
        fi
    done
    [ "$found" ] || trouble "$1: no file *.txt is there"
    # Names of the right form have neither blanks nor characters of patterns.
    for name in $(printf '%s' "$names" | tr ' ' '\n' | sort -t _ -k 1,1r -k 2,2 -k 3,3 -k 5,5); do
        check_file "$folder/$name" yes
    done
    link_group=''
}

# The file before, of which the next header vouches for every byte by its digest.
read_base() {
    if ! parse_name "${previous##*/}" || [ "$kind" != APS ]; then
        trouble '--previous: not the name of a settlement file'
    fi
    if ! [ -f "$previous" ] || ! [ -r "$previous" ]; then
        trouble "--previous: ${previous##*/}: no regular file that can be read"
    fi
    openssl dgst -sha256 -r <"$previous" >"$work/digest"
    read_digest "$work/digest"
    base_group="$agency|$partner" base_number=$number base_date=$date base_digest=$sha256
}

# The command line.

usage='usage: settlement-verify.sh [--keys FILE] [--previous FILE] FILE|FOLDER...'
keys='' previous='' status=0
while [ $# -gt 0 ]; do
    case $1 in
    --keys | --previous)
        [ $# -ge 2 ] || trouble "$1 needs a value; $usage"
        if [ "$1" = --keys ]; then keys=$2; else previous=$2; fi
        shift
        ;;
    --keys=*) keys=${1#*=} ;;
    --previous=*) previous=${1#*=} ;;
    --help | -h)
        echo "$usage"
        sed -n '2,/^# Exit status/s/^#[ ]\{0,1\}//p' "$0"
        exit 0
        ;;
    --)
        shift
        break
        ;;
    -*) trouble "unknown option $1; $usage" ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || trouble "$usage"
for tool in openssl awk tee tr fold dd mkfifo sort; do
    command -v $tool >/dev/null || trouble "$tool is missing"
done
# Another printf would be a process, with the key for everybody to see.
[ "$(command -v printf)" = printf ] || trouble 'printf is no builtin of this shell; use dash or bash'

return=$(printf '\r') end=$(printf '\001')
base_group='' base_number='' base_date='' base_digest=''
link_group='' link_number='' link_date='' link_digest=''
if [ -n "$keys" ]; then
    if ! [ -f "$keys" ] || ! [ -r "$keys" ]; then trouble "$keys: no key file that can be read"; fi
    check_keys
else
    [ -n "${KEY:-}" ] || trouble 'name a key file with --keys, or put a key into the variable KEY'
    is_key "$KEY" || trouble 'KEY: the key must be 1 to 1024 bytes in hexadecimal'
fi
work=${TMPDIR:-/tmp}/settlement-verify.$$
mkdir "$work" || trouble "$work: cannot be made"
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
mkfifo "$work/pipe" || trouble "$work/pipe: cannot be made"
[ -z "$previous" ] || read_base

for argument; do
    if [ -d "$argument" ] && ! parse_name "${argument##*/}"; then
        check_folder "$argument"
    else
        check_file "$argument" no
    fi
done
exit "$status"
