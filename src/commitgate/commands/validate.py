"""``git gate validate``: gate files by themselves, wherever they lie."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

import click

from commitgate.documents import gate, run
from commitgate.documents.facts import GateFacts
from commitgate.documents.schema import Foreign, from_file
from commitgate.documents.schema import own as own_schema
from commitgate.engine import COMMIT, INDEX, WORKTREE, Question
from commitgate.errors import UserError
from commitgate.finding import PASS, Finding, exit_code
from commitgate.git.repository import Repository
from commitgate.judge.one_gate import LEVELS, Opinion, no_file, opinion, run_file, unreadable, with_twins
from commitgate.policy.gates import GateRules
from commitgate.policy.layout import GATES, RUN_FILE
from commitgate.report.opinions import opinion_lines
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working.gate_files import Candidate, Disk, Tree
from commitgate.working.own_policy import policy_here
from commitgate.working.typed import from_here


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--rev", metavar="REV", help="Read a commit instead of the files on disk.")
@click.option("--index", "staged", is_flag=True, help="Read the index instead of the files on disk.")
@click.option("--schema", metavar="FILE", help="A JSON Schema instead of the shipped one of the gate's stage.")
def command(paths: tuple[str, ...], rev: str | None, staged: bool, schema: str | None) -> int:
    """Check gate files by themselves: strict JSON, schema, the rules of their stage, mode and name of the file.

    PATH is a file or a folder (its *.json), in a repository or not; without PATH every gate of the pipeline is checked.
    Exit 2 when a gate says FAIL, 3 when one says ESCALATE, 1 when one cannot be accepted, 4 when one cannot be read.
    """
    if rev is not None and staged:
        raise UserError("--index and --rev exclude each other", "git gate validate --index")
    own = from_file(schema) if schema is not None else None
    side = Question(COMMIT, rev) if rev is not None else Question(INDEX if staged else WORKTREE)
    policy = policy_here(side)
    rules = GateRules(policy)
    if rev is not None or staged:
        repo = Repository()
        tree = Tree(repo, rev or "", () if paths else policy.runs)
        try:
            found = _opinions(tree.candidates(_from_root(repo, paths)), tree.neighbour, own, rules)
        finally:
            repo.close()
    else:
        disk = Disk() if paths else Disk(_top(), policy.runs)
        repo = Repository()
        paths = tuple(from_here(repo, path) for path in paths)
        repo.close()
        found = _opinions(disk.candidates(paths), disk.neighbour, own, rules)
    colour = colours()
    lines = [line for one in found for line in opinion_lines(one, colour)]
    click.echo(
        "\n".join(lines) if lines else f"no gate in {neutral(', '.join(paths) or 'the pipeline')}: nothing to check"
    )
    levels = [Finding("", LEVELS.get(one.says, PASS), "") for one in found]
    return exit_code([*levels, *(finding for one in found for finding in one.findings)])


def _top() -> str:
    repo = Repository()
    try:
        return repo.top()
    finally:
        repo.close()


def _opinions(
    candidates: Iterable[Candidate], neighbour: Callable[[str], bytes | None], own: Foreign | None, rules: GateRules
) -> list[Opinion]:
    now = int(time.time())
    tracks: dict[str, str] = {}
    found = []
    for one in candidates:
        folder, name = os.path.split(one.path)
        if one.trouble:
            found.append(unreadable(one.path, one.trouble))
        elif one.data is None:
            found.append(no_file(one.path, one.mode))
        elif name == RUN_FILE:
            found.append(run_file(one.path, run.read(one.data)))
        else:
            if folder not in tracks:
                tracks[folder] = _track(folder, neighbour)
            facts = rules.applied(_facts(one.data, name, own, rules))
            found.append(opinion(one.path, one.mode, facts, tracks[folder], now))
    return with_twins(found)


def _facts(data: bytes, name: str, schema: Foreign | None, rules: GateRules) -> GateFacts:
    stage_id = name.removesuffix(".json")
    if schema is not None:
        return gate.read(data, name, {stage_id: schema})
    known = rules.schema(stage_id)
    return gate.read(data, name, added=own_schema(known.text, known.path) if known is not None else None)


def _track(folder: str, neighbour: Callable[[str], bytes | None]) -> str:
    """The track of the run whose gates lie in the folder; "" when it is no run's gates folder."""
    above, name = os.path.split(folder)
    data = neighbour(os.path.join(above, RUN_FILE)) if name + "/" == GATES else None
    return run.read(data).track if data is not None else ""


def _from_root(repo: Repository, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Paths from the current folder as paths from the repository's root."""
    prefix = repo.line("rev-parse", "--show-prefix") if paths else ""
    found = []
    for path in paths:
        named = os.path.normpath(os.path.join(prefix, path))
        if os.path.isabs(named) or named.split(os.sep)[0] == os.pardir:
            raise UserError(f"{neutral(path)} is no path of this repository", "name it from the current folder")
        found.append("" if named == os.curdir else named)
    return tuple(found)
