"""The two sources of a policy side by side: the shipped rules and the repository's ``.gates.yaml``.

Both have the same shape where both may speak. Whoever builds a part of the policy asks here for the values, for
the place of a rule, and hands in what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from commitgate import share
from commitgate.errors import CannotDecide
from commitgate.finding import MALFORMED, Finding, at
from commitgate.policy import yaml_strict
from commitgate.policy.yaml_strict import LineMap, line_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE = ".gates.yaml"
RULE_FILES = ("stages", "areas", "review", "security", "documents")

# A hostile file can be wrong in ten thousand places; explaining fifty of them is enough.
FINDINGS_LIMIT = 50

Path = tuple[str | int, ...]


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that nobody knows: the one that was probably meant, else all of them."""
    import difflib  # only where something is wrong already

    names = sorted(known)
    close = difflib.get_close_matches(name[:100], names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if names else "none is defined"


class Sources:
    """Shipped and own data, with the lines of both, and the findings about the own one."""

    def __init__(self, own: dict[str, Any], lines: LineMap) -> None:
        self.own = own
        self.shipped: dict[str, Any] = {}
        self.findings: list[Finding] = []
        self._lines = lines
        self._shipped_lines: dict[str, tuple[str, LineMap]] = {}
        for name in RULE_FILES:
            data, shipped_lines = _read(name)
            self.shipped.update(data)
            for key in data:
                self._shipped_lines[key] = (f"rules/{name}.yaml", shipped_lines)

    def refuse(self, rule: str, path: Path, message: str, hint: str) -> None:
        """Something in ``.gates.yaml`` is wrong, at ``path``."""
        if len(self.findings) < FINDINGS_LIMIT:
            line = line_of(self._lines, path)
            self.findings.append(Finding(f"policy/{rule}", MALFORMED, message, hint, FILE, line))

    def refuse_in(self, file: str, findings: Iterable[Finding]) -> None:
        """Something in another file that ``.gates.yaml`` names is wrong."""
        room = FINDINGS_LIMIT - len(self.findings)
        self.findings += at(file, list(findings)[: max(room, 0)])

    def known(self, path: Path, name: str, names: Iterable[str], what: str) -> bool:
        """Whether ``name`` is one of ``names``; when not, it is refused as policy/unknown-name."""
        names = tuple(names)
        if name in names:
            return True
        hint = nearest(name, names) if len(self.findings) < FINDINGS_LIMIT else ""
        self.refuse("unknown-name", path, f"{_dotted(path)}: no {what} '{shown(name)}'", hint)
        return False

    def place(self, own_path: Path, shipped_path: Path) -> str:
        """Where a rule stands: in ``.gates.yaml`` when it speaks of it, else in the shipped file."""
        if own_path in self._lines:
            return f"{FILE}:{self._lines[own_path]}"
        name, lines = self._shipped_lines[str(shipped_path[0])]
        return f"{name}:{line_of(lines, shipped_path)}"

    def merged(self, key: str) -> dict[str, Any]:
        """A mapping of the shipped rules with the repository's entries laid over it."""
        return {**self.shipped[key], **(self.own.get(key) or {})}

    def value(self, key: str) -> Any:
        """A plain value: the repository's, else the shipped one."""
        return self.own[key] if self.own.get(key) is not None else self.shipped[key]


def _read(name: str) -> tuple[dict[str, Any], LineMap]:
    with open(share.path("rules", f"{name}.yaml"), "rb") as file:
        data, lines, findings = yaml_strict.load(file.read())
    if findings or not isinstance(data, dict):
        problem = f"line {findings[0].line}: {findings[0].message}" if findings else "not a mapping"
        raise CannotDecide(
            f"the shipped rules/{name}.yaml cannot be read: {problem}", "reinstall commitgate", "engine/installation"
        )
    return data, lines


def _dotted(path: Path) -> str:
    return ".".join(shown(str(part)) for part in path)


def laid_over(base: Mapping[str, Any], change: Mapping[str, Any] | None) -> dict[str, Any]:
    """Field by field: what ``change`` states replaces what ``base`` states."""
    return {**base, **(change or {})}
