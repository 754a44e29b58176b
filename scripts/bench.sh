#!/bin/sh
# The benchmarks of docs/performance.md. Leave the machine alone while they run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"
cd "$root"
scripts/prerequisites.sh
stay_offline_if_fetched
install_web_modules
build_web
cargo build --release --locked -p didymium
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "== machine: $(nproc) cores, $(uname -sm), $(rustc --version)"
echo "== a demo on an empty folder, and a second start (milliseconds of each step)"
for start in first second; do
    "${CARGO_TARGET_DIR:-target}/release/didymium" demo --once --port 0 --dir "$dir/club" 2> /dev/null |
        node -p "'$start ' + JSON.stringify(JSON.parse(fs.readFileSync(0, 'utf8')).milliseconds)"
done
echo "== import of 1,000,000 rows"
node scripts/million-rows.mjs "$dir"
"${CARGO_TARGET_DIR:-target}/release/didymium" init --dir "$dir/node" --member CAN > /dev/null
# GNU time tells the largest memory, in KiB; without it, only the seconds are told.
measured=""
[ ! -x /usr/bin/time ] || measured="/usr/bin/time -f %es,%MKiB"
$measured "${CARGO_TARGET_DIR:-target}/release/didymium" import --dir "$dir/node" --kind statistic "$dir/million.csv"
echo "== cargo bench"
# Only targets that are benchmarks: without a name cargo would run the unit tests as well.
set --
for bench in crates/*/benches/*.rs; do
    [ ! -f "$bench" ] || set -- "$@" --bench "$(basename "$bench" .rs)"
done
cargo bench --workspace --locked "$@"
scripts/bench-twin.sh
