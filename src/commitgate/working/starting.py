"""Beginning a run: its id, and the two files that make it one."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
import shlex
import time
import unicodedata
from collections.abc import Iterator

from commitgate.documents import context_edit, run
from commitgate.engine import WORKTREE, Answer, open_engine
from commitgate.errors import GateError, UserError
from commitgate.finding import BLOCKED
from commitgate.git.refs import target_tip
from commitgate.git.repository import Repository
from commitgate.policy.layout import GATES, RUN_FILE
from commitgate.policy.model import Policy
from commitgate.policy.run_patterns import only, product_root
from commitgate.setup.ignored import rule_for
from commitgate.working import budgeting
from commitgate.working.asking import asked_of_all, named_run
from commitgate.working.desk import Desk
from commitgate.working.run_folder import RunFolder, timestamp
from commitgate.writing import lock

_LONGEST_FEATURE = 200
_LONGEST_SLUG = 40


@contextlib.contextmanager
def starting(feature: str) -> Iterator[Desk]:
    """A desk whose folder is the one in which a run of this feature is to begin, for one writer at a time."""
    with open_engine() as engine:
        repo, top = engine.repo, engine.repo.top()
        with lock(repo):
            now = int(time.time())
            answers = engine.ask_each(asked_of_all(WORKTREE), now)
            answer = answers[0]
            folder = answer.place.folder if named_run() else folder_for(repo, answer.policy.runs, feature)
            _refuse_second(repo, answers, folder)
            yield Desk(engine, answer, RunFolder(repo, top, folder), now)


def folder_for(repo: Repository, patterns: tuple[str, ...], feature: str) -> str:
    """The folder of a new run: where the current folder says so, else one named after the feature, else a fixed one."""
    alone = only(patterns)
    if alone:
        return alone
    here = repo.line("rev-parse", "--show-prefix").rstrip("/").split("/")
    name = slug(feature) or "run"
    found = [_filled(pattern.split("/"), here, name) for pattern in patterns]
    by_place = [folder for folder, pattern in zip(found, patterns, strict=True) if folder and "*" in pattern[:-1]]
    usable = [*by_place, *filter(None, found)]
    if not usable:
        example = shlex.quote(_example(repo.top(), patterns[0].split("/"), name))
        raise UserError(
            "where the run belongs is not said",
            f"git gate --run {example} start {shlex.quote(feature)}, or begin there",
        )
    return usable[0]


def _filled(pattern: list[str], here: list[str], name: str) -> str:
    """The pattern with its stars replaced by the names of the current folder, the last one by ``name``; "" if it lies
    elsewhere."""
    made: list[str] = []
    for depth, part in enumerate(pattern):
        if part != "*":
            made.append(part)
        elif depth == len(pattern) - 1:
            made.append(name)
        elif here[:depth] == made and len(here) > depth:
            made.append(here[depth])
        else:
            return ""
    return "/".join(made)


def _example(top: str, pattern: list[str], name: str) -> str:
    """A folder that the pattern means: its stars are folders of the work tree where there are such, else ``name``;
    one without a run if possible."""
    made = ""
    for depth, part in enumerate(pattern):
        if part == "*" and depth < len(pattern) - 1:
            above = os.path.join(top, made)
            there = sorted(os.listdir(above)) if os.path.isdir(above) else []
            folders = [one for one in there if one[0] != "." and os.path.isdir(os.path.join(above, one))]
            rest = os.path.join(*pattern[depth + 1 :], RUN_FILE)
            free = (one for one in folders if not os.path.exists(os.path.join(above, one, rest)))
            part = next(free, folders[0] if folders else name)
        elif part == "*":
            part = name
        made = f"{made}/{part}" if made else part
    return made


def _refuse_second(repo: Repository, answers: tuple[Answer, ...], folder: str) -> None:
    """One branch has one run for each part of the product: two would have to pass the same change through both."""
    for answer in answers:
        other = answer.place
        if answer.verdict.board is None or other.folder == folder or other.product != product_root(folder):
            continue
        tip = target_tip(repo, answer.target)
        if tip and repo.batch.get([f"{tip}:{other.folder}/{RUN_FILE}"])[0].type == "blob":
            continue  # it is the target's, not this branch's
        raise GateError(
            f'this branch has begun the run "{answer.verdict.feature}" in {other.folder} already',
            "begin the next one on a branch of its own: git switch -c feature/<name> <target>",
            BLOCKED,
        )


def start(desk: Desk, feature: str, track: str) -> list[str]:
    """Write ``run.json`` and ``context.md``; their paths. GateError over an unfinished run, or leftovers of one."""
    find_track(desk.policy, track)
    if len(feature) > _LONGEST_FEATURE or any("\ud800" <= one <= "\udfff" for one in feature):
        raise UserError("that is no name for a feature", f"at most {_LONGEST_FEATURE} characters of UTF-8")
    path, context_path = desk.folder.run_file, desk.folder.context_file
    _refuse_leftovers(desk, path)
    context = context_edit.new(feature, track)
    data = run.write(run_id(feature, desk.now, secrets.token_hex(3)), feature, track, timestamp(desk.now))
    refused = run.read(data).findings
    if refused:
        raise UserError(refused[0].message, "choose another name for the feature")
    # The run is what makes the folder a run folder, so it comes last.
    desk.folder.write(context_path, context)
    desk.folder.write(path, data)
    return [path, context_path, *([budgeting.init(desk)[0]] if desk.policy.budget.enabled else [])]


def find_track(policy: Policy, name: str) -> None:
    """UserError, with the nearest name, when the policy has no such track."""
    if name not in policy.tracks:
        near = difflib.get_close_matches(name, policy.tracks, 1)
        raise UserError(
            f"there is no track {name!a}{f'; did you mean {near[0]}?' if near else ''}",
            f"tracks: {', '.join(policy.tracks)}",
        )


def run_id(feature: str, now: float, unique: str) -> str:
    """``<date>-<slug>-<unique>``; ``now`` in epoch seconds."""
    return f"{time.strftime('%Y-%m-%d', time.gmtime(now))}-{slug(feature) or 'run'}-{unique}"


def slug(text: str) -> str:
    """ASCII words of a text joined by hyphens, at most 40 characters; "" when it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")


def _refuse_leftovers(desk: Desk, path: str) -> None:
    top, root, context = desk.folder.top, desk.folder.root, desk.folder.context_file
    if os.path.lexists(os.path.join(top, path)):
        data = desk.folder.read(path)
        facts = run.read(data) if data is not None else None
        named = f' "{facts.feature}"' if facts is not None and facts.feature else ""
        raise GateError(
            f"the run{named} is under way in {path}", "finish it (git gate next), then git gate archive", BLOCKED
        )
    gates = os.path.join(top, root, GATES)
    left = [name for name in sorted(os.listdir(gates)) if name.endswith(".json")] if os.path.isdir(gates) else []
    found = context if os.path.lexists(os.path.join(top, context)) else f"{root}/{GATES}{left[0]}" if left else ""
    if found:
        raise GateError(
            f"{found} belongs to no run; a new one would inherit it", f"move it away: git rm {found}", BLOCKED
        )
    for one in (path, context, f"{root}/{GATES}stage-01.json"):
        rule = rule_for(Repository(top), one)
        if rule is not None:
            raise GateError(
                f"git ignores {one} ({rule.place}: {rule.pattern}), so no commit would hold it",
                "take that line out, or add another that brings it back",
                BLOCKED,
            )
