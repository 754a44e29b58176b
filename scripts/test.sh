#!/bin/sh
# Every test there is, part by part; stops at the first part that fails and says which. Ends with one line in the form
# of cargo's, over all parts.
#
#   scripts/test.sh                   everything
#   scripts/test.sh format clippy     these parts only (their names stand in `parts` below)
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"
cd "$root"

parts="prerequisites modules format pages types units clippy rust ml-dsa judge documents data build notebooks browser"
[ $# -eq 0 ] || parts="$*"

# Longest time for a part, seconds.
limit_of() {
    case "$1" in
        clippy | build | documents) echo 1500 ;;
        rust) echo 2400 ;;
        judge) echo 900 ;;
        browser) echo 2700 ;;
        *) echo 600 ;;
    esac
}

# What a part is and does.
part() {
    case "$1" in
        prerequisites) scripts/prerequisites.sh browser ;;
        modules) install_web_modules ;;
        format) cargo fmt --all --check ;;
        pages) (cd web && npm run --silent build) ;;
        types) (cd web && npm run --silent check) ;;
        units) (cd web && npm test --silent) ;;
        clippy)
            cargo clippy --workspace --all-targets --locked -- -D warnings
            cargo clippy -p didymium-log -p didymium-node --features ml-dsa --all-targets --locked -- -D warnings
            ;;
        # Unit, integration and documentation tests; the repository's own rules and the licences are in crates/testkit.
        rust) cargo test --workspace --locked --no-fail-fast ;;
        # What the feature adds, which the workspace is built without: its unit tests, all vectors once more, and members that
        # cosign with two keys.
        ml-dsa)
            cargo test --locked -p didymium-log --features ml-dsa --lib --test conformance
            cargo test --locked -p didymium-node --features ml-dsa --test node second_key
            ;;
        # The judge is not our code: Python, other libraries. `rust` runs it too; here alone it may not be skipped in CI.
        judge)
            install_judge
            cargo test --locked -p didymium --test cli judge
            ;;
        documents) RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked ;;
        data)
            if has python3; then
                python3 data/refresh.py --check
            else
                say "skipped: python3 is not here, so the fact tables are checked by the Rust tests alone"
            fi
            ;;
        build) cargo build --release --locked -p didymium ;;
        notebooks) scripts/notebooks.sh ;;
        browser) scripts/browser-tests.sh ;;
        *) fail "there is no part $1" ;;
    esac
}

# `scripts/test.sh --part NAME` is one part, so that `timeout` can bound it.
if [ "${1:-}" = --part ]; then
    part "$2"
    exit 0
fi

TERM=dumb
export TERM
stay_offline_if_fetched
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
begun=$(date +%s)
# At a terminal Ctrl-C must reach what runs; elsewhere the bound must reach all that a part has started.
bound="timeout -k 10"
[ ! -t 2 ] || bound="timeout --foreground -k 10"

# Sums what the parts counted: cargo's, vitest's and node's own summaries, and the blocks of the notebook.
summary() {
    cat "$logs"/*.log | sed 's/\x1b\[[0-9;]*m//g' | awk -v word="$1" -v seconds="$(($(date +%s) - begun))" '
        /^test result: / {
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed/) passed += $(i - 1)
                if ($i ~ /^failed/) failed += $(i - 1)
                if ($i ~ /^ignored/) ignored += $(i - 1)
            }
        }
        /^ *Tests  / {
            for (i = 2; i <= NF; i++) {
                if ($i == "passed") passed += $(i - 1)
                if ($i == "failed") failed += $(i - 1)
                if ($i == "skipped") ignored += $(i - 1)
            }
        }
        /^[0-9]+ blocks of .* run$/ { passed += $1 }
        /^(ℹ|#) pass [0-9]+$/ { passed += $3 }
        /^(ℹ|#) fail [0-9]+$/ { failed += $3 }
        /^(ℹ|#) skipped [0-9]+$/ { ignored += $3 }
        END {
            if (word != "ok" && failed == 0) failed = 1
            printf "test result: %s. %d passed; %d failed; %d ignored; 0 measured; 0 filtered out; finished in %d.00s\n",
                word, passed, failed, ignored, seconds
        }'
}

# Repeats lines that the parts said: what was left out must not be lost among what was done.
said() { cat "$logs"/*.log | grep -hoE "$1" | sort -u || true; }

for name in $parts; do
    started=$(date +%s)
    printf '\n== %s\n' "$name"
    {
        status=0
        $bound "$(limit_of "$name")" sh scripts/test.sh --part "$name" < /dev/null || status=$?
        echo "$status" > "$logs/status"
    } 2>&1 | tee "$logs/$name.log"
    status=$(cat "$logs/status")
    if [ "$status" -ne 0 ]; then
        why="exit code $status"
        [ "$status" -ne 124 ] || why="not done after $(limit_of "$name") seconds"
        printf '\nFAILED: %s (%s). Again, alone: scripts/test.sh %s\n\n' "$name" "$why" "$name"
        summary FAILED
        exit 1
    fi
    printf '== %s: ok, %s s\n' "$name" "$(($(date +%s) - started))"
done
echo
said "(SKIPPED|skipped): .*|CONFORMANCE in all: .*"
summary ok
