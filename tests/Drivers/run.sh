#!/usr/bin/env bash
# Runs the tests with the drivers that people have, after installing what they need where it is missing.
# Ends with one line: N passed, N failed, N skipped. Exit status 0 only if none failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

# The system's own: that is whom the packages of the distribution belong to, whatever else is first in the path.
python=/usr/bin/python3
passed=0 failed=0 skipped=0

say() { printf '%s\n' "$*"; }

install() {
    local as_root=()
    if [[ $EUID -ne 0 ]]; then
        as_root=(sudo)
    fi

    if ! command -v apt-get >/dev/null || { [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; }; then
        say "these packages are needed and cannot be installed from here: $*"
        return 1
    fi

    say "installing $*"
    local log
    log="$(mktemp)"
    if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes "$@"; } >"$log" 2>&1; then
        tail -n 20 "$log"
        rm -f "$log"
        say "these packages are needed and could not be installed: $*"
        return 1
    fi

    rm -f "$log"
}

prepare_python() {
    local missing=()
    [[ -x "$python" ]] || missing+=(python3)
    "$python" -c 'import pytest' 2>/dev/null || missing+=(python3-pytest)
    "$python" -c 'import cassandra' 2>/dev/null || missing+=(python3-cassandra)
    "$python" -c 'import lz4.block' 2>/dev/null || missing+=(python3-lz4)
    if [[ ${#missing[@]} -gt 0 ]]; then
        install "${missing[@]}" || return 1
    fi

    # Importing it picks an event loop; a Python without asyncore needs the one in C that the package brings.
    "$python" -c 'import cassandra.cluster' || { say "the Python driver cannot be loaded"; return 1; }
}

prepare_node() {
    local missing=()
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    if [[ ${#missing[@]} -gt 0 ]]; then
        install "${missing[@]}" || return 1
    fi

    if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 18 || (major === 18 && minor >= 19) ? 0 : 1)'; then
        say "Node.js 18.19 or later is needed; here is $(node --version)"
        return 1
    fi

    if [[ ! node/node_modules/.package-lock.json -nt node/package-lock.json ]]; then
        say "installing the Node.js driver"
        (cd node && npm ci --silent) || { say "the Node.js driver could not be installed: npm ci failed in tests/Drivers/node"; return 1; }
    fi
}

# The number before a word in a line of counts, or 0.
number_of() { sed -nE "s/.*\b([0-9]+) $2.*/\1/p" <<<"$1" | grep . || echo 0; }

# Adds the counts of a run; one that failed without counting is a failure.
add() {
    local status="$1" good="$2" bad="$3" left="$4"
    if [[ $status -ne 0 && $bad -eq 0 ]]; then
        bad=1
    fi

    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
}

run_python() {
    local output status summary
    output="$(mktemp)"
    "$python" -m pytest python 2>&1 | tee "$output"
    status=${PIPESTATUS[0]}
    summary="$(tail -n 1 "$output")"
    rm -f "$output"
    add "$status" "$(number_of "$summary" passed)" $(($(number_of "$summary" failed) + $(number_of "$summary" error))) "$(number_of "$summary" skipped)"
}

run_node() {
    local output status
    output="$(mktemp)"
    "$python" coterie_cluster.py node --test --test-concurrency=1 --test-reporter=tap node/*.test.mjs >"$output" 2>&1
    status=$?
    if [[ $status -eq 0 ]]; then
        grep -E '^(ok|not ok|# (tests|pass|fail|skipped|duration_ms)) ' "$output"
    else
        cat "$output"
    fi

    tap() { sed -nE "s/^# $1 ([0-9]+)$/\1/p" "$output" | grep . || echo 0; }
    add "$status" "$(tap pass)" $(($(tap fail) + $(tap cancelled))) "$(tap skipped)"
    rm -f "$output"
}

if prepare_python; then
    say "-- Python"
    run_python
    if prepare_node; then
        say "-- Node.js"
        run_node
    else
        add 1 0 0 0
    fi
else
    add 1 0 0 0
fi

say "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
