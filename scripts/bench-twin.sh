#!/bin/sh
# Reconciliation beside scipy, on the same balances in one run; then 20,000 sites over 36 months; then supply risk beside
# geopolrisk-py. docs/performance.md has the figures. Leave the machine alone while it runs. The first time, pip fetches both.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"
cd "$root"
venv="$root/tools/bench/.venv"
python="$venv/bin/python3"
# pip looks each time, so that what is installed is what is pinned; without network it is content with what is here.
{ [ -x "$python" ] || python3 -m venv "$venv"; } &&
    "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r tools/bench/requirements.txt < /dev/null >&2 ||
    fail "scipy and geopolrisk-py cannot be installed: they need Python 3.11 with venv, and pip a network (tools/bench/requirements.txt)"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
reconcile() { cargo bench --locked -p didymium-twin --bench reconcile -- "$@"; }
echo "== machine: $(nproc) cores, $(uname -sm), $(rustc --version), load $(cut -d' ' -f1-3 /proc/loadavg 2> /dev/null || echo unknown)"
echo "== 2,000 flows over 24 months, one thread, and scipy on the same"
reconcile 2000 24 1 1 "$dir/problem" > "$dir/ours"
reconcile 2000 1 1 1 > "$dir/month"
head -n 1 "$dir/ours"
"$python" tools/bench/reconcile.py "$dir/problem" "$dir/ours" "$dir/month"
echo "== 20,000 sites of 25 elements over 36 months, two threads"
reconcile 2000 36 25 2
echo "== supply risk: all materials, importers and years of data/, one thread, and geopolrisk-py"
cargo bench --locked -p didymium-twin --bench risk > "$dir/risk"
cat "$dir/risk"
# It writes logs and tables into its user's home.
HOME="$dir" "$python" tools/bench/supply_risk.py "$dir/risk" 2> "$dir/geopolrisk.log" || { cat "$dir/geopolrisk.log" >&2; exit 1; }
echo "== load at the end: $(cut -d' ' -f1-3 /proc/loadavg 2> /dev/null || echo unknown)"
