#!/bin/sh
# Fetches everything that `make run` and `make test` need; after it both work without network.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"
cd "$root"
scripts/prerequisites.sh browser
for tool in fmt clippy; do
    cargo "$tool" --version > /dev/null 2>&1 && continue
    component=$([ "$tool" = fmt ] && echo rustfmt || echo clippy)
    { has rustup && rustup component add "$component" >&2; } ||
        fail "cargo $tool is not here. Run: rustup component add $component"
done
cargo fetch --locked --offline > /dev/null 2>&1 || cargo fetch --locked
install_web_modules
install_judge || fail "the independent judge must run in CI"
install_notebooks || fail "the code of docs/notebooks.md must run in CI"
say "everything is here: make run and make test need no network now (browser: $(find_browser))"
