"""Entry of the installed hook shims: ``python -I -S start.py <hook> [arguments]``.

-I keeps the repository and the user's environment out of the interpreter, -S leaves out site-packages, which the
common case does not need; they are brought in when the first module outside the standard library is wanted.
"""

from __future__ import annotations

import gc
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


class _SiteOnDemand:
    """The last finder: adds site-packages once, then steps aside."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> object:
        """Asked only for what nobody else found."""
        sys.meta_path.remove(_SiteOnDemand)  # type: ignore[arg-type]
        import site
        from importlib.machinery import PathFinder

        site.main()
        return PathFinder.find_spec(name, path)  # type: ignore[arg-type]


def main(arguments: list[str]) -> int:
    """Run one hook; every way out of here that is not a verdict is exit 4."""
    try:
        from commitgate.doors import hooks

        return hooks.run(arguments[0] if arguments else "", arguments[1:])
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        try:
            from commitgate import crash

            said = crash.line(error)
        except Exception as second:  # even the report of a crash may fail; the commit is refused all the same
            said = f"internal error, nothing was decided: {error!r} ({second!r})"
        sys.stderr.write(f"git gate: {said}\n")
        return 4


if __name__ == "__main__":
    # Facts are records without circles: looking for some every few hundred of them only costs time.
    gc.set_threshold(200_000)
    # The script's own folder is on the path and would shadow nothing good; the package's parent is what is needed.
    sys.path[0] = os.path.dirname(os.path.dirname(_HERE))
    sys.meta_path.append(_SiteOnDemand)  # type: ignore[arg-type]
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # nothing is left to tidy, and tearing down the interpreter costs a millisecond
