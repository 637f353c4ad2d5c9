"""Makes the public files of a synthetic United Kingdom, at full scale as large as the real ones.

python -m benchmarks.public_country OUT --scale 1
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.cases import FIRST
from synthetic_uk import synthesise
from synthetic_uk.settings import PUBLIC_SIZES

SEED = 1


def main() -> None:
    """Write the drops that local publishers serve."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", type=float, required=True)
    given = parser.parse_args()
    synthesise(given.out, [FIRST], given.scale, SEED, settings=PUBLIC_SIZES)


if __name__ == "__main__":
    main()
