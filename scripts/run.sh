#!/bin/sh
# Builds everything and starts the demo club; arguments go to `didymium demo`.
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
exec "${CARGO_TARGET_DIR:-target}/release/didymium" demo "$@"
