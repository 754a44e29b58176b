#!/bin/sh
# Starts the built demo in a temporary folder on free ports and runs the code of docs/notebooks.md against it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=scripts/lib.sh
. "$root/scripts/lib.sh"

install_notebooks
python=$(python_of notebooks "$NOTEBOOKS") || exit 0 # `install_notebooks` has said why
start_demo
DIDYMIUM_URL="$address" "$python" "$root/tools/notebooks/check.py" < /dev/null
