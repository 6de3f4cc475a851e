"""Write facts.json anew: the originals of tests/mutations, run under the installed torch.

    python -m tests.truth.record

The numbers come from torch alone; nothing of rf-lsp takes part.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.differential.judge import Judge
from tests.mutations.originals import CALLED_ONCE

FACTS = Path(__file__).parent / "facts.json"


def main() -> None:
    with Judge() as judge:
        facts = {
            original.file: judge.judge(original.source, original.expression, original.input_lists)
            for original in CALLED_ONCE
        }
    failed = [name for name, truth in facts.items() if truth["raises"]]
    if failed:
        raise SystemExit(f"these originals do not run: {', '.join(failed)}")
    lines = [f"{json.dumps(name)}: {json.dumps(truth)}" for name, truth in facts.items()]
    FACTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
