"""How well the security triggers tell what needs a security review: precision and recall on labelled lists.

    python benchmarks/bench_triggers.py [--names]

``triggers/paths.txt`` holds paths of public repositories, ``triggers/lines.txt`` small changes in files of dull names.
One half of each, chosen by a hash of the entry, is held out: the rules are tuned on the other one only, and the
held-out half gives the figure that is quoted. ``--names`` lists false alarms and misses of the half that is tuned on.
Exits 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from commitgate.policy.lines import LineReader  # noqa: E402
from commitgate.policy.load import load_policy  # noqa: E402
from commitgate.policy.paths import Classifier  # noqa: E402

DATA = ROOT / "benchmarks" / "triggers"
PRECISION, RECALL, RECALL_OF_LINES = 0.93, 0.90, 0.95
# What a list of substrings looks like that somebody writes in an afternoon.
NAIVE = (
    "auth", "login", "password", "passwd", "token", "secret", "credential", "crypt", "session", "permission", "oauth",
    "jwt", "payment", "billing", "checkout", "cert", "key", "security", "admin", "role", "acl", "sign", "ssl", "tls",
)  # fmt: skip


class Case(NamedTuple):
    """One labelled entry: a path, and the lines that the change adds and removes (none in the list of paths)."""

    wanted: bool
    path: str
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Whether it belongs to the half that nothing is tuned on."""
        text = "\n".join((self.path, *self.added, "<", *self.removed))
        return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


class Figure(NamedTuple):
    """Precision and recall, with what went wrong."""

    hits: int
    alarms: list[Case]
    misses: list[Case]

    @property
    def precision(self) -> float:
        """The share of firings that were right."""
        return self.hits / (self.hits + len(self.alarms) or 1)

    @property
    def recall(self) -> float:
        """The share of what should fire that does."""
        return self.hits / (self.hits + len(self.misses) or 1)


def read(name: str) -> list[Case]:
    """The cases of one data file."""
    cases: list[Case] = []
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        if line[:2] in ("+ ", "- "):
            cases.append(Case(line[0] == "+", line[2:], (), ()))
        elif line[:2] == "| ":
            cases[-1] = cases[-1]._replace(added=(*cases[-1].added, line[2:]))
        elif line[:2] == "< ":
            cases[-1] = cases[-1]._replace(removed=(*cases[-1].removed, line[2:]))
    return cases


def measure(cases: Iterable[Case], fires: Callable[[Case], bool]) -> Figure:
    """Count what fires against what should."""
    hits, alarms, misses = 0, [], []
    for case in cases:
        if fires(case):
            if case.wanted:
                hits += 1
            else:
                alarms.append(case)
        elif case.wanted:
            misses.append(case)
    return Figure(hits, alarms, misses)


def naive(case: Case) -> bool:
    """The list of substrings, on the path and on the lines."""
    text = "\n".join((case.path, *case.added, *case.removed)).lower()
    return any(word in text for word in NAIVE)


def show(name: str, figure: Figure) -> None:
    """One line of the table."""
    wrong = f"{len(figure.alarms):3} false alarms, {len(figure.misses):3} misses"
    print(f"{name:<44} precision {figure.precision:.3f}  recall {figure.recall:.3f}   {wrong}")


class Rules:
    """The shipped policy: what fires by the path, and what by the lines."""

    def __init__(self) -> None:
        policy, _ = load_policy(None)
        assert policy is not None
        self._classifier = Classifier(policy)
        self._reader = LineReader(policy)

    def by_path(self, case: Case) -> bool:
        """Whether the path alone fires."""
        return bool(self._classifier.classify(case.path).triggers)

    def by_lines(self, case: Case) -> bool:
        """Whether the path or a changed line fires."""
        kind = self._classifier.classify(case.path)
        old, new = ("".join(f"{line}\n" for line in some).encode() for some in (case.removed, case.added))
        return bool(kind.triggers) or bool(self._reader.read(case.path, kind, old, new))


def main() -> int:
    """Measure everything; 0 when every goal is met."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--names", action="store_true", help="list what goes wrong in the half that is tuned on")
    names = options.parse_args().names
    rules = Rules()
    good = True
    for file, what, fires, goal in (
        ("paths.txt", "paths alone", rules.by_path, RECALL),
        ("lines.txt", "with the lines", rules.by_lines, RECALL_OF_LINES),
    ):
        for half, held_out in (("tuned on", False), ("held out", True)):
            cases = [case for case in read(file) if case.held_out is held_out]
            figure = measure(cases, fires)
            show(f"{what}, {half} ({len(cases)})", figure)
            show("  a list of substrings", measure(cases, naive))
            good = good and figure.precision >= PRECISION and figure.recall >= goal
            if names and not held_out:
                for kind, wrong in (("false alarm", figure.alarms), ("miss", figure.misses)):
                    for case in wrong:
                        print(f"    {kind}: {case.path} {' / '.join((*case.added, *case.removed))}".rstrip())
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
