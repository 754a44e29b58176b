#!/bin/sh
# Starts the built demo in a temporary folder on free ports and runs the browser tests against it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"

CHROMIUM=$(find_browser) || fail "Chromium is not here. Run: make deps (or set CHROMIUM to the path of a Chromium or Chrome)"
export CHROMIUM
start_demo
cd "$root/web"
DIDYMIUM_URL="$address" DIDYMIUM_PROGRAM="$program" npm run --silent test:browser < /dev/null
