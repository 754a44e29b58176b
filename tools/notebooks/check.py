#!/usr/bin/env python3
"""Runs the Python of docs/notebooks.md, block after block in one notebook's manner, against a running demo club.

    DIDYMIUM_URL=http://127.0.0.1:7410 python3 tools/notebooks/check.py

It needs pandas, polars and pyarrow. It ends with 1 at the first block that fails, and says which line of the document it
begins at; with 2 where there is nothing to run.
"""

import re
import sys
import traceback
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "notebooks.md"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> int:
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = [(text.count("\n", 0, found.start()) + 2, found.group(1)) for found in BLOCK.finditer(text)]
    if not blocks:
        print(f"{DOCUMENT.name} holds no Python", file=sys.stderr)
        return 2
    names: dict = {"__name__": "notebook"}
    for line, code in blocks:
        try:
            # Line numbers in what is reported are those of the document.
            exec(compile("\n" * (line - 1) + code, DOCUMENT.name, "exec"), names)
        except Exception:
            traceback.print_exc()
            print(f"the block at line {line} of {DOCUMENT.name} fails", file=sys.stderr)
            return 1
    print(f"{len(blocks)} blocks of {DOCUMENT.name} run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
