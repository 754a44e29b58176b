#!/bin/sh
# Checks that the tools are here that build Didymium. What is missing is installed by apt-get where that is possible,
# else named with the command to run.
#
#   scripts/prerequisites.sh            to build and run
#   scripts/prerequisites.sh browser    and for the browser tests: Chromium
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"

RUST_MIN=1.95.0
missing=""

need() {
    missing="$missing
  $1
      $2"
}

version_of() { "$1" --version 2> /dev/null | sed 's/[^0-9]*\([0-9][0-9.]*\).*/\1/' | head -n 1; }

# rustup may be installed without its folder being on the path yet.
if ! has cargo && [ -x "${CARGO_HOME:-${HOME:-/nonexistent}/.cargo}/bin/cargo" ]; then
    fail "cargo is installed but not on the PATH. Run: . \"${CARGO_HOME:-$HOME/.cargo}/env\""
fi
for tool in cargo rustc; do
    if ! has "$tool"; then
        need "$tool $RUST_MIN or later: not found" \
            "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y    (or see https://rustup.rs)"
    else
        found=$(version_of "$tool")
        at_least "${found:-0}" "$RUST_MIN" || need "$tool $RUST_MIN or later: ${found:-a broken one} is here" "rustup update stable"
    fi
done

# Vite runs on Node.js 20.19 and later of the 20s, and from 22.12 on.
node_fits() {
    found=$(version_of node)
    case "${found:-0}" in
        20.*) at_least "$found" 20.19.0 ;;
        *) at_least "${found:-0}" 22.12.0 ;;
    esac
}
node_how="install Node.js 22 or 24 from https://nodejs.org/en/download (or: nvm install 22)"
if ! has node && has apt-cache; then
    offered=$(apt-cache policy nodejs 2> /dev/null | sed -n 's/.*Candidate: \([0-9.]*\).*/\1/p')
    case "${offered:-0}" in
        20.*) at_least "$offered" 20.19.0 && apt_install nodejs || true ;;
        *) at_least "${offered:-0}" 22.12.0 && apt_install nodejs || true ;;
    esac
fi
if ! has node; then
    need "node 20.19, or 22.12 or later: not found" "$node_how"
elif ! node_fits; then
    need "node 20.19, or 22.12 or later: ${found:-a broken one} is here" "$node_how"
fi
if has node && ! has npm; then
    apt_install npm || need "npm: not found" "it comes with Node.js: $node_how; on Debian and Ubuntu: sudo apt-get install npm"
fi

# SQLite is compiled from its source.
if ! has cc || ! printf 'int main(void) { return 0; }\n' | cc -x c -o /dev/null - 2> /dev/null; then
    apt_install gcc libc6-dev ||
        need "a C compiler (cc) with the C library's headers: not found" \
            "Debian, Ubuntu: sudo apt-get install gcc libc6-dev    Fedora: sudo dnf install gcc    Arch: sudo pacman -S gcc"
fi

# Two nodes in networks of their own are tested where there is `ip`, and disks that fail with `strace`; without them those
# tests say that they are skipped, unless the run demands them, as CI does.
if ! has ip; then
    apt_install iproute2 || [ -z "${DIDYMIUM_NETWORKS:-}" ] || need "ip (iproute2): not found" "sudo apt-get install iproute2"
    has ip || say "ip (iproute2) is not here: the test of two networks is skipped. Debian, Ubuntu: sudo apt-get install iproute2"
fi

if ! has strace; then
    apt_install strace || [ -z "${DIDYMIUM_DISK_FAULTS:-}" ] || need "strace: not found" "sudo apt-get install strace"
    has strace || say "strace is not here: the tests of a failing disk are skipped. Debian, Ubuntu: sudo apt-get install strace"
fi

if [ "${1:-}" = browser ] && ! find_browser > /dev/null; then
    if [ -n "${CHROMIUM:-}" ]; then
        need "CHROMIUM=$CHROMIUM: there is no such program" "set CHROMIUM to the path of a Chromium or Chrome, or unset it"
    else
        { apt_install chromium || apt_install chromium-browser; } > /dev/null && find_browser > /dev/null ||
            need "Chromium (for the browser tests): not found" \
                "sudo apt-get install chromium    (or set CHROMIUM to the path of a Chromium or Chrome)"
    fi
fi

if [ -n "$missing" ]; then
    say "missing:$missing"
    exit 1
fi
