"""Waivers as people handle them: written as a file for a branch of its own, and listed with what becomes of them."""

from __future__ import annotations

import difflib
import json
import os
import re
import time
from typing import NamedTuple

from commitgate.documents import waiver as document
from commitgate.engine import WORKTREE, open_engine
from commitgate.errors import GateError, UserError
from commitgate.facts import Waiver
from commitgate.finding import BLOCKED, Finding
from commitgate.judge.waiving import LONGEST_DAYS, WAIVABLE, faults
from commitgate.policy.layout import WAIVERS, is_waiver_path
from commitgate.working.asking import asked_of_all
from commitgate.working.desk import desk
from commitgate.working.starting import slug

_DAY = 86400
ACTIVE, EXPIRED, REFUSED, NOT_YET = "active", "expired", "refused", "not yet"


class Wanted(NamedTuple):
    """What a new waiver is to say. ``days`` from today (UTC), the last of which is the last day that it counts."""

    rule: str
    scope: tuple[str, ...]
    reason: str
    owner: str
    approved_by: str
    days: int


class Listed(NamedTuple):
    """One waiver of the target branch or of the work tree, what it is worth, and why."""

    waiver: Waiver
    state: str
    findings: tuple[Finding, ...]


def write_new(wanted: Wanted, name: str) -> tuple[str, str, bool]:
    """Write a waiver into the work tree: (top of the work tree, path, whether it had to be written).

    ``name`` is its id, "" for one made of rule and day. UserError for one that would not count; GateError (exit 2) when
    another waiver stands there.
    """
    if wanted.rule not in WAIVABLE:
        near = difflib.get_close_matches(wanted.rule, WAIVABLE, 1)
        message = f"{wanted.rule!a} is no rule that may be waived"
        raise UserError(message, f"did you mean {near[0]}?" if near else f"those that may be: {', '.join(WAIVABLE)}")
    if not 0 < wanted.days <= LONGEST_DAYS:
        raise UserError(f"a waiver lasts from 1 to {LONGEST_DAYS} days, not {wanted.days}", "a longer need is a policy")
    with desk() as one:
        day = time.strftime("%Y-%m-%d", time.gmtime(one.now + wanted.days * _DAY))
        path = f"{one.folder.root}/{WAIVERS}{name or f'{slug(wanted.rule)}-{day}'}.yml"
        data = render(wanted, day)
        refused = faults(Waiver(path, "", document.read(data)), one.now)
        if refused:
            raise UserError(refused[0].message, refused[0].hint)
        before = one.folder.read(path)
        if before is not None and before != data:
            raise GateError(f"{path} is another waiver already", "choose a name for this one: --id NAME", BLOCKED)
        return one.folder.top, path, one.folder.write(path, data)


def render(wanted: Wanted, expires: str) -> bytes:
    """The bytes of a waiver. Texts stand in quotes, so that none of them is read as anything else."""
    scope = [f"scope: {_quoted(wanted.scope[0])}"] if len(wanted.scope) == 1 else ["scope:"]
    scope += [f"  - {_quoted(one)}" for one in wanted.scope] if len(wanted.scope) > 1 else []
    texts = [f"{key}: {_quoted(getattr(wanted, key))}" for key in ("reason", "owner", "approved_by")]
    lines = [f"rule: {wanted.rule}", *scope, *texts, f"expires: {expires}"]
    try:
        return "".join(f"{line}\n" for line in lines).encode()
    except UnicodeEncodeError:
        raise UserError("a text is not UTF-8", "type it anew") from None


def _quoted(text: str) -> str:
    if not text.isprintable():
        raise UserError(f"{text[:80]!a} does not fit on one line", "leave out what cannot be printed")
    return json.dumps(text, ensure_ascii=False)


def listed() -> tuple[tuple[Finding, ...], list[Listed]]:
    """Every waiver of the target branch, and those of the work tree that it does not have like that, run by run.

    The findings are those of the work tree's own, for the exit code.
    """
    now = int(time.time())
    with open_engine() as engine:
        answers = engine.ask_each(asked_of_all(WORKTREE), now)
    found: dict[tuple[str, str], Listed] = {}
    own: list[Finding] = []
    for answer in answers:
        side, waivers = answer.facts.side, answer.facts.waivers
        for one in waivers.standing:
            found[one.path, one.oid] = _listed(one, ACTIVE, now)
        for path in sorted(path for path in side.documents if is_waiver_path(side.below(path))):
            mine = Waiver(path, side.entries[path][1], side.documents[path])
            if (path, mine.oid) not in found:
                found[path, mine.oid] = _listed(mine, NOT_YET, now)
        own += [finding for one in waivers.brought for finding in faults(one, now)]
    return tuple(own), list(found.values())


def _listed(waiver: Waiver, sound: str, now: int) -> Listed:
    findings = faults(waiver, now)
    return Listed(waiver, _state(findings, sound), tuple(findings))


def _state(findings: list[Finding], sound: str) -> str:
    if any(one.level for one in findings):
        return REFUSED
    return EXPIRED if findings else sound


def looks_like_name(name: str) -> bool:
    """Whether an id can be the name of a file."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name)) and os.path.basename(name) == name
