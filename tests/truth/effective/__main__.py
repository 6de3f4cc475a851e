"""Effective fields of networks of many kinds: measured by ``rf-lsp trace --erf``, estimated by ``rf-lsp inspect``.

python -m tests.truth.effective                    how far the estimate is from what was recorded
python -m tests.truth.effective --record [NAMES]   measure anew (minutes), and write measured.json
python -m tests.truth.effective --write            write docs/effective-fields.md
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from statistics import median

from tests.truth.effective.cases import NETWORKS, Network
from tests.truth.effective.estimates import MEASURED, Row, estimated, measured, recorded, rows
from tests.truth.effective.page import PAGE, page


def chosen(names: list[str]) -> Iterator[Network]:
    for network in NETWORKS:
        if not names or any(name.lower() in network.name.lower() for name in names):
            yield network


def record(networks: Iterator[Network]) -> None:
    found = recorded()
    for network in networks:
        found[network.name] = measured(network)
        print(network.name, found[network.name], flush=True)
        lines = [f"{json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found)]
        MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def line_of(row: Row) -> str:
    sizes = (" × ".join(f"{one:g}" for one in side) for side in (row.theoretical, row.estimated, row.measured))
    return f"{row.error:+7.1%}  {row.network.name:20} {row.layer:28} " + "   ".join(sizes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of names")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.record:
        record(chosen(given.names))
        return 0
    found = [row for network in chosen(given.names) for row in rows(network, estimated(network))]
    for row in found:
        print(line_of(row))
    errors = [abs(row.error) for row in found]
    print(f"{len(found)} maps: median {median(errors):.1%}, worst {max(errors):.1%}")
    if given.write:
        PAGE.write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
