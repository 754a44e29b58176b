#!/bin/sh
# Format, lints, types, the repository's rules and licences; advisories where cargo-deny is installed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"
cd "$root"
stay_offline_if_fetched
install_web_modules
build_web
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
(cd web && npm run --silent check)
cargo test --locked -p didymium-testkit
if has cargo-deny; then
    cargo deny --locked ${CARGO_NET_OFFLINE:+--offline} check bans licenses sources
    # The advisories come from a database of their own: without network, the copy that is here counts.
    if [ -z "${CARGO_NET_OFFLINE:-}" ] || ls "${CARGO_HOME:-$HOME/.cargo}"/advisory-db* > /dev/null 2>&1; then
        cargo deny --locked ${CARGO_NET_OFFLINE:+--offline} check advisories
    else
        say "skipped: no copy of the advisory database is here, so nobody looked for advisories"
    fi
else
    say "skipped: cargo-deny is not installed, so nobody looked for advisories. Run: cargo install --locked cargo-deny"
fi
