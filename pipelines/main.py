"""Where the program `innovation-clusters` begins: before anything is imported that takes a while, so that Ctrl-C ends
it quietly from its first moment on."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that was typed."""
    try:
        from pipelines.cli import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
