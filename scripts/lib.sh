# What the scripts share. Sourced, not run; the caller has set `root`.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "error: $*"
    exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

# Whether version $1 is at least $2 (numbers with dots).
at_least() {
    awk -v a="$1" -v b="$2" 'BEGIN {
        split(a, x, "."); split(b, y, ".")
        for (i = 1; i <= 3; i++) { if (x[i] + 0 > y[i] + 0) exit 0; if (x[i] + 0 < y[i] + 0) exit 1 }
        exit 0
    }'
}

# Prints how to become root without being asked ("" if we are); fails where that is not possible.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        echo ""
    elif has sudo && sudo -n true 2> /dev/null; then
        echo "sudo -n"
    else
        return 1
    fi
}

# Installs packages of Debian or Ubuntu; fails, having said nothing, where that is not possible.
apt_install() {
    has apt-get || return 1
    become=$(as_root) || return 1
    say "installing $* (apt-get)"
    # The list of packages may be old or absent: one more try after fetching it.
    DEBIAN_FRONTEND=noninteractive $become apt-get install -y --no-install-recommends "$@" < /dev/null >&2 && return 0
    $become apt-get update < /dev/null >&2 || return 1
    DEBIAN_FRONTEND=noninteractive $become apt-get install -y --no-install-recommends "$@" < /dev/null >&2
}

# The browser of the browser tests: $CHROMIUM, or the first that is installed.
find_browser() {
    if [ -n "${CHROMIUM:-}" ]; then
        has "$CHROMIUM" || return 1
        command -v "$CHROMIUM"
        return 0
    fi
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        if has "$name"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# Keeps cargo from the network where everything it needs is here. What is asked is cargo itself, so it is never wrong.
stay_offline_if_fetched() {
    if cargo fetch --locked --offline > /dev/null 2>&1; then
        CARGO_NET_OFFLINE=true
        export CARGO_NET_OFFLINE
    fi
}

# Makes web/node_modules what web/package-lock.json says, unless it is already.
install_web_modules() {
    if node "$root/scripts/modules-match.mjs" "$root/web"; then
        return 0
    fi
    say "web: installing the packages of package-lock.json"
    (cd "$root/web" && npm ci --prefer-offline --no-audit --no-fund < /dev/null >&2) ||
        fail "npm ci in web/ failed; with a network, 'make deps' fetches what it needs"
}

# Builds web/dist, unless it is newer than all that it is made from.
build_web() {
    built="$root/web/dist/index.html"
    if [ -f "$built" ]; then
        newer=$(cd "$root/web" && find src public index.html package-lock.json ./*.config.* tsconfig.json -newer dist/index.html)
        [ -n "$newer" ] || return 0
    fi
    say "web: building the pages"
    (cd "$root/web" && npm run --silent build < /dev/null >&2) || fail "the pages could not be built (npm run build in web/)"
}

# The Python of a tool in tools/, with what it imports: of its own .venv, or the system's; fails where there is none.
python_of() {
    for python in "$root/tools/$1/.venv/bin/python3" python3; do
        if has "$python" && "$python" -c "import $2" > /dev/null 2>&1; then
            echo "$python"
            return 0
        fi
    done
    return 1
}

# Gets what a tool in tools/ imports by pip into a folder of the repository; fails where that is not possible. Nothing is built.
install_python_of() {
    venv="$root/tools/$1/.venv"
    has python3 && { [ -x "$venv/bin/python3" ] || python3 -m venv "$venv" > /dev/null 2>&1; } &&
        "$venv/bin/python3" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$root/tools/$1/requirements.txt" < /dev/null >&2 &&
        python_of "$1" "$2" > /dev/null
}

# Gets `cryptography` for the judge, unless it is here: by pip into a folder of the repository, or by apt-get. Where
# neither is possible it says so: the judge's tests then say that they are skipped, and fail in CI.
install_judge() {
    python_of judge cryptography > /dev/null && return 0
    install_python_of judge cryptography && return 0
    apt_install python3 python3-cryptography > /dev/null 2>&1 && python_of judge cryptography > /dev/null && return 0
    say "the independent judge cannot run here: it needs Python 3 with the package cryptography (see tools/judge/requirements.txt)"
    [ "${CI:-}" != true ]
}

# Gets what the code of docs/notebooks.md imports, unless it is here. Where that is not possible it says so: that code is then not
# run, and the run fails in CI.
NOTEBOOKS="pandas, polars, pyarrow"
install_notebooks() {
    python_of notebooks "$NOTEBOOKS" > /dev/null && return 0
    install_python_of notebooks "$NOTEBOOKS" && return 0
    say "skipped: the code of docs/notebooks.md cannot run here: it needs Python 3 with $NOTEBOOKS, and pip a network to fetch them (tools/notebooks/requirements.txt)"
    [ "${CI:-}" != true ]
}

# Starts the built demo in a temporary folder on free ports, and waits until it is up: then `address` is its first node's. It ends
# with the script, which is told by `end_demo` how.
start_demo() {
    program="${CARGO_TARGET_DIR:-$root/target}/release/didymium"
    [ -x "$program" ] || fail "$program is not there. Run: cargo build --release --locked -p didymium"
    demo=""
    dir=$(mktemp -d)
    trap end_demo EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$program" demo --json --dir "$dir/club" --port 0 > "$dir/demo.json" 2> "$dir/demo.err" < /dev/null &
    demo=$!
    waited=0
    # The summary is printed when all nodes agree.
    until address=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).nodes[0].address' "$dir/demo.json" 2> /dev/null); do
        kill -0 "$demo" 2> /dev/null || fail "the demo ended before it was up"
        [ "$waited" -lt "$DEMO_SECONDS_MAX" ] || fail "the demo was not up after $DEMO_SECONDS_MAX seconds"
        sleep 1
        waited=$((waited + 1))
    done
    say "the demo is up at $address"
}
DEMO_SECONDS_MAX=180

end_demo() {
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
