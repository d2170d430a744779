#!/usr/bin/env bash
# Installs the browser that these tests look with, where there is none.
set -uo pipefail

for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done

as_root=()
if [[ $EUID -ne 0 ]]; then
    as_root=(sudo)
fi

if ! command -v apt-get >/dev/null || { [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; }; then
    echo "these tests need Chromium, which cannot be installed from here" >&2
    exit 1
fi

echo "installing chromium"
log="$(mktemp)"
if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes chromium; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "Chromium is needed and could not be installed" >&2
    exit 1
fi

rm -f "$log"
