"""What the judge says: findings, and the exit code they add up to.

A reader of one document (pure in its bytes) leaves ``path`` empty; whoever knows the path fills it in with
:func:`at`. ``line`` is 1-based, 0 when the finding is about the file as a whole.
"""

from __future__ import annotations

from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Exit codes, one table for every command and door. A finding's level *is* the exit code it asks for.
PASS = 0
MALFORMED = 1
BLOCKED = 2
ESCALATE = 3
UNKNOWN = 4
USAGE = 64
INTERRUPTED = 130
UNREAD = 141  # whoever read the answer has gone: what a shell reports of git itself then

WARNING = PASS

# When several apply, the worst wins: "could not decide" beats everything, then what cannot even be read.
_WORST_FIRST = (UNKNOWN, MALFORMED, ESCALATE, BLOCKED, PASS)
VERDICTS = {PASS: "pass", MALFORMED: "malformed", BLOCKED: "blocked", ESCALATE: "escalate", UNKNOWN: "unknown"}


class Finding(Record):
    """One thing wrong.

    rule: id in ``rules/catalog.yaml``; level: WARNING, MALFORMED, BLOCKED, ESCALATE or UNKNOWN;
    message: what was found and what was expected; hint: the command or edit that fixes it.
    """

    rule: str
    level: int
    message: str
    hint: str = ""
    path: str = ""
    line: int = 0

    @property
    def severity(self) -> str:
        """``"error"`` or ``"warning"``."""
        return "error" if self.level else "warning"


def at(path: str, findings: Iterable[Finding]) -> list[Finding]:
    """The same findings, placed in the file ``path`` where they name none."""
    return [finding if finding.path else finding._replace(path=path) for finding in findings]


def exit_code(findings: Iterable[Finding]) -> int:
    """The worst level among the findings: 4, 1, 3, 2, 0 in that order; 0 for none."""
    levels = {finding.level for finding in findings}
    for level in _WORST_FIRST:
        if level in levels:
            return level
    return PASS
