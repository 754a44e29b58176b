#!/bin/sh
# Starts the built demo in a temporary folder on free ports and runs the browser tests against it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"

READY_SECONDS_MAX=180
program="${CARGO_TARGET_DIR:-$root/target}/release/didymium"
[ -x "$program" ] || fail "$program is not there. Run: cargo build --release --locked -p didymium"
CHROMIUM=$(find_browser) || fail "Chromium is not here. Run: make deps (or set CHROMIUM to the path of a Chromium or Chrome)"
export CHROMIUM

dir=$(mktemp -d)
demo=""
end() {
    status=$?
    trap - EXIT
    if [ -n "$demo" ]; then
        kill "$demo" 2> /dev/null || true
        wait "$demo" 2> /dev/null || true
    fi
    if [ "$status" -ne 0 ] && [ -s "$dir/demo.err" ]; then
        say "the demo said last:"
        tail -n 20 "$dir/demo.err" >&2
    fi
    rm -rf "$dir"
    exit "$status"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$program" demo --json --dir "$dir/club" --port 0 > "$dir/demo.json" 2> "$dir/demo.err" < /dev/null &
demo=$!
waited=0
# The summary is printed when all nodes agree.
until address=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).nodes[0].address' "$dir/demo.json" 2> /dev/null); do
    kill -0 "$demo" 2> /dev/null || fail "the demo ended before it was up"
    [ "$waited" -lt "$READY_SECONDS_MAX" ] || fail "the demo was not up after $READY_SECONDS_MAX seconds"
    sleep 1
    waited=$((waited + 1))
done
say "the demo is up at $address"
cd "$root/web"
DIDYMIUM_URL="$address" DIDYMIUM_PROGRAM="$program" npm run --silent test:browser < /dev/null
