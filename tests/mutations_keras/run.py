"""One-token bugs in Keras programs: the long run.

    python -m tests.mutations_keras.run [--every 1] [--only unet.py] [--verbose]

As tests/mutations/run.py, with Keras as the judge.
"""

from __future__ import annotations

import sys

from tests.mutations.run import main
from tests.mutations_keras.judge import Judge
from tests.mutations_keras.originals import ORIGINALS

if __name__ == "__main__":
    sys.exit(main(__doc__ or "", Judge, ORIGINALS))
