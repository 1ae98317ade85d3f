"""What is kept of a range's history: who said what, on which state, in which commit.

Everything in here only ever grows, and is keyed by commit ids and document contents; so the history of a merge
is the union of its parents' histories plus what the merge itself introduces, and the order of siblings does not matter.
"""

from __future__ import annotations

from commitgate.objects import Person
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Verdict(Record):
    """A verdict as a commit introduced it: the change it was given on, and by whom."""

    commit: str
    people: tuple[Person, ...]  # author first, then co-authors
    signer: str  # the key of a good signature, "" without one
    token: str  # the area's token in that very tree
    parts: dict[str, str]
    mixed: bool  # the same commit touches the area, and the verdict was not given on the result


class Passed(Record):
    """A gate's payload as a commit introduced it: what it was bound to, and whether it agreed with the tree."""

    commit: str
    author: Person
    inputs: str
    parts: dict[str, str]
    sound: bool


class Attempt(Record):
    """An authored gate as a commit introduced it, in the order of history."""

    commit: str
    status: str
    differs_by: str
    failing: tuple[str, ...]


# How the reason of an escalation ends that only the principal can answer.
RULING = "the principal must rule"


class Escalation(Record):
    """An ESCALATE and the decisions that were there when it was introduced: those cannot be its answer."""

    commit: str
    stage_id: str
    reason: str
    decision_needed: str
    options: tuple[str, ...]
    by: str
    known: tuple[str, ...]

    @property
    def told(self) -> str:
        """Reason and what is to be decided, as one or two whole sentences."""
        asked = f" To decide: {self.decision_needed}" if self.decision_needed else ""
        return f"{self.reason.rstrip('. ')}.{asked}"

    @property
    def for_principal(self) -> bool:
        """Whether nothing but a ruling of the principal answers it, as a second round of change requests."""
        return self.reason.endswith(RULING)

    @property
    def role(self) -> str:
        """Who decides."""
        return "principal" if self.for_principal else "user"

    @property
    def command(self) -> str:
        """What records the decision: a ruling where the principal must give one."""
        verb = "rule" if self.for_principal else "resolve"
        return f'git gate {verb} {self.stage_id} "<decision>"'


class History(Record):
    """The fold. Dicts are never changed in place."""

    verdicts: dict[tuple[str, str, str, str], tuple[Verdict, ...]]
    payloads: dict[tuple[str, str], tuple[Passed, ...]]
    attempts: dict[str, tuple[Attempt, ...]]
    vetoes: dict[tuple[str, str, str], str]  # (commit, reviewer, area) → the area's token when it was given
    answered: dict[tuple[str, str, str], str]  # the same keys → the commit that answered
    escalations: dict[tuple[str, str, str], Escalation]  # (commit, stage id, what)
    contributors: dict[str, tuple[Person, ...]]  # area → who changed it
    security_vetoes: dict[str, str]  # commit → product token when the veto was given
    security_answered: dict[str, str]
    marks: dict[tuple[str, str], bool]  # an automatic checkpoint pass (letter, when) → its condition held
    promoted: dict[str, str]  # id of a lesson that the run added → its title
    reinforced: dict[str, str]  # id of a lesson that was there before and that the run reinforced → the day


EMPTY = History({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})


def join(histories: Iterable[History]) -> History:
    """The union of several histories."""
    unique = list({id(one): one for one in histories}.values())
    if not unique:
        return EMPTY
    joined: Any = unique[0]
    for other in unique[1:]:
        joined = History._make(_union(mine, theirs) for mine, theirs in zip(joined, _fields_of(other), strict=True))
    return joined  # type: ignore[no-any-return]


def _fields_of(history: History) -> tuple[Any, ...]:
    return history


def _union(mine: dict[Any, Any], theirs: dict[Any, Any]) -> dict[Any, Any]:
    if not theirs:
        return mine
    merged = dict(mine)
    for key, value in theirs.items():
        before = merged.get(key)
        if isinstance(value, tuple) and before is not None and not hasattr(value, "_fields"):
            merged[key] = (*before, *(one for one in value if one not in before))
        elif isinstance(value, bool) and before is not None:
            merged[key] = before and value
        else:
            merged[key] = value
    return merged


class Book(Record):
    """The histories of all runs that a range has seen. What was said in one run means nothing in another."""

    contributors: dict[str, tuple[Person, ...]]  # whoever changed an area changed it, whatever the run was
    runs: dict[str, History]

    def of(self, run: str) -> History:
        """The history of one run, with everybody who contributed."""
        return self.runs.get(run, EMPTY)._replace(contributors=self.contributors)


BLANK = Book({}, {})


def join_books(books: Iterable[Book]) -> Book:
    """The union of several books."""
    given = list(books)
    if len(given) == 1:
        return given[0]
    unique = list({id(one): one for one in given}.values())
    if len(unique) == 1:
        return unique[0]
    contributors: dict[str, tuple[Person, ...]] = {}
    for book in unique:
        contributors = _union(contributors, book.contributors)
    names = dict.fromkeys(name for book in unique for name in book.runs)
    return Book(contributors, {name: join(book.runs[name] for book in unique if name in book.runs) for name in names})
