"""``python -m tests.generate [--check]``"""

from __future__ import annotations

import argparse
import sys

from tests.generate import orphans, stale, write


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.generate", description="Write the texts made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything is stale")
    if not parser.parse_args().check:
        print("\n".join(f"wrote {path}" for path in write()) or "everything is up to date")
        return 0
    found = [*stale(), *orphans()]
    if found:
        print(f"stale: {', '.join(found)}; run python -m tests.generate", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
