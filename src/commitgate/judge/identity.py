"""Who is who: reviewers, the people of commits, agents, and principals with several names."""

from __future__ import annotations

from commitgate.judge.ledger import Verdict
from commitgate.objects import Person
from commitgate.policy.model import Policy, Reviewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED = "named"
SIGNED = "signed"


def is_person(reviewer: Reviewer, person: Person) -> bool:
    """Whether a commit's person is this reviewer: by configured e-mail, or by a git name equal to name or alias."""
    names = {reviewer.name, *reviewer.aliases}
    return person.name.casefold() in {name.casefold() for name in names} or has_email(reviewer, person)


def has_email(reviewer: Reviewer, person: Person) -> bool:
    """Whether the person's e-mail is one of the reviewer's."""
    return bool(person.email) and person.email.casefold() in {email.casefold() for email in reviewer.emails}


def may_speak(policy: Policy, reviewer: Reviewer, given: Verdict) -> bool:
    """Whether a verdict counts as the reviewer's own, at the reviewer's identity level.

    A verdict that is only staged (commit "") cannot be signed yet: its signature is for the next door to judge.
    """
    if reviewer.human and any(is_agent(policy, person) for person in given.people):
        return False
    if reviewer.level == NAMED:
        return True
    author = given.people[0] if given.people else Person("", "")
    if reviewer.level == SIGNED:
        known = not reviewer.emails or has_email(reviewer, author)
        return known and (given.commit == "" or given.signer in reviewer.keys)
    return has_email(reviewer, author)


def is_agent(policy: Policy, person: Person) -> bool:
    """Whether the policy knows the person's name or e-mail as that of an agent (patterns with ``*``)."""
    from fnmatch import fnmatchcase  # asked only about reviewers who must be human

    words = (person.name.casefold(), person.email.casefold())
    return any(fnmatchcase(word, pattern.casefold()) for word in words if word for pattern in policy.agents)


def principals(reviewers: Iterable[Reviewer]) -> dict[str, str]:
    """Reviewer name → the first reviewer who shares an e-mail or a key with them: one person, one vote."""
    owner: dict[str, str] = {}
    found: dict[str, str] = {}
    for reviewer in reviewers:
        marks = [*(email.casefold() for email in reviewer.emails), *reviewer.keys]
        same = next((owner[mark] for mark in marks if mark in owner), reviewer.name)
        found[reviewer.name] = same
        for mark in marks:
            owner.setdefault(mark, same)
    return found
