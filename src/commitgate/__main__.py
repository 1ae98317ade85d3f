"""The console script ``git-gate`` (hence ``git gate``) and ``python -m commitgate``."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Facts are records without circles: looking for some every few hundred of them only costs time.
    gc.set_threshold(200_000)
    arguments = sys.argv[1:]
    # The page of help is the first thing a newcomer asks for: it is printed without loading click.
    if arguments in (["--help"], ["-h"]):
        from commitgate.commands import help_text

        try:
            sys.stdout.write(help_text())
            sys.stdout.flush()
            return
        except OSError:
            pass  # asked once more below, where what goes wrong with writing has its words
    if arguments in (["status"], ["next"]):  # typed all day, and click is a third of their time
        from commitgate.working.looking import ANSWERS

        try:
            sys.stdout.write(ANSWERS[arguments[0]]())
            sys.stdout.flush()
            return
        except Exception:
            pass  # asked once more, as above
    from commitgate.cli import run

    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
