#!/usr/bin/env bash
# Builds everything and runs all tests. Ends with one line: N passed, N failed, N skipped. Exit status 0 only if none failed.
#   ./test.sh             everything
#   ./test.sh NAME...     only the test projects whose name contains one of NAME; Drivers: the tests with stock drivers
set -uo pipefail
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"
cd "$root"

say() { printf '%s\n' "$*"; }

if ! dotnet --version >/dev/null 2>&1; then
    say "test.sh: the .NET 10 SDK is needed; on Debian and Ubuntu: dotnet-sdk-10.0" >&2
    exit 69
fi

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NO_COLOR=1

say "build"
if ! dotnet build Coterie.slnx --configuration Release --nologo -verbosity:quiet; then
    say "the build failed"
    say "0 passed, 1 failed"
    exit 1
fi

passed=0 failed=0 skipped=0
# The names of what failed, to be said once more at the end: a run prints more than a screen holds.
broken=()
wanted() {
    [[ $# -eq 1 ]] && return 0
    local name="$1" part
    shift
    for part in "$@"; do [[ "$name" == *"$part"* ]] && return 0; done
    return 1
}

count() { sed -n "s/.*$2: \([0-9]*\).*/\1/p" <<<"$1" | tail -n 1; }

for project in tests/*/*.csproj; do
    name="$(basename "$project" .csproj)"
    grep -q 'CoterieTestLibrary' "$project" && continue
    wanted "$name" "$@" || continue
    [[ -n "$(find "tests/$name" -name '*.cs' -print -quit)" ]] || continue
    say "== $name"
    # Without what it needs the project itself says so, and fails.
    [[ -x "tests/$name/prepare.sh" ]] && "tests/$name/prepare.sh"
    output="$(mktemp)"
    dotnet run --configuration Release --no-build --project "$project" >"$output" 2>&1
    status=$?
    # The summary line has colour codes around it.
    summary="$(sed 's/\x1b\[[0-9;]*m//g' "$output" | grep -E 'Total: [0-9]+, Errors' | tail -n 1)"
    total="$(count "$summary" Total)" errors="$(count "$summary" Errors)" bad="$(count "$summary" Failed)" left="$(count "$summary" Skipped)"
    if [[ -z "$total" ]]; then
        cat "$output"
        say "$name did not run (exit status $status)"
        failed=$((failed + 1)) broken+=("$name did not run")
    else
        say "   $(sed 's/^ *//' <<<"$summary")"
        bad=$((bad + errors))
        if [[ $status -ne 0 && $bad -eq 0 ]]; then bad=1; fi
        if [[ $bad -ne 0 ]]; then
            sed 's/\x1b\[[0-9;]*m//g' "$output"
            mapfile -t -O "${#broken[@]}" broken < <(sed 's/\x1b\[[0-9;]*m//g' "$output" | sed -nE 's/^ *(.*) \[FAIL\].*/\1/p')
        fi

        passed=$((passed + total - bad - left)) failed=$((failed + bad)) skipped=$((skipped + left))
    fi
    rm -f "$output"
done

if wanted Drivers "$@"; then
    say "== Drivers"
    output="$(mktemp)"
    tests/Drivers/run.sh 2>&1 | tee "$output"
    # Its last line counts as this one's does.
    if read -r good _ bad _ left _ < <(tail -n 1 "$output") && [[ "$good $bad $left" =~ ^[0-9]+\ [0-9]+\ [0-9]+$ ]]; then
        passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
        mapfile -t -O "${#broken[@]}" broken < <(sed -nE 's/^(FAILED|ERROR|not ok) +(.*)/\2/p' "$output")
    else
        say "Drivers did not run"
        failed=$((failed + 1)) broken+=("Drivers did not run")
    fi

    rm -f "$output"
fi

for name in "${broken[@]}"; do say "failed: $name"; done
say "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && $passed -gt 0 ]]
