"""``git gate security``: is the security review needed, and why?"""

from __future__ import annotations

import os
import time

import click

from commitgate.documents.context_edit import append_security_skip
from commitgate.engine import COMMIT, INDEX, WORKTREE, Question, open_engine
from commitgate.errors import UserError
from commitgate.finding import BLOCKED, PASS
from commitgate.git.repository import Repository
from commitgate.judge.triggers import Hit, hits
from commitgate.report.plain import json_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.report.triggers import security_data, security_text
from commitgate.working.asking import asked
from commitgate.working.desk import desk
from commitgate.working.triggers import change_of, changes_at
from commitgate.working.typed import from_here

_REASON = "no trigger fires"


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--rev", metavar="REV", help="Judge a commit instead of the work tree.")
@click.option("--index", "staged", is_flag=True, help="Judge the index instead of the work tree.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--record", is_flag=True, help="When nothing fires, write SECURITY-SKIP into the context file.")
def command(paths: tuple[str, ...], rev: str | None, staged: bool, form: str, record: bool) -> int:
    """Say whether the security review is needed, and which triggers of the policy say so.

    Without PATH the whole change since the base is judged, by its names and by the lines that it adds or removes. A
    named PATH is judged by its name and by the lines that the change touches in it; a file that is not part of the
    change, as if all of its lines were new. Exit 2 when the review is required, 0 when it is not, 4 when there is no
    change that could be judged. An answer, not a verdict: a fired trigger by itself refuses no commit.
    """
    if rev is not None and staged:
        raise UserError("--index and --rev exclude each other", "git gate security --index")
    if record and (paths or staged or rev is not None):
        raise UserError("--record is about the whole change in the work tree", "git gate security --record")
    question = asked(COMMIT, rev) if rev is not None else asked(INDEX if staged else WORKTREE)
    found = _recorded() if record else _fired(question, paths)
    if form == "json":
        click.echo(json_text(security_data(found)), nl=False)
    else:
        click.echo(security_text(found, colours()), nl=False)
    return BLOCKED if found else PASS


def _fired(question: Question, paths: tuple[str, ...]) -> list[Hit]:
    with open_engine() as engine:
        now = int(time.time())
        if paths:
            return hits(*changes_at(engine, question, _from_root(engine.repo, paths), now))
        return hits(*change_of(engine, question, engine.ask(question, now)))


def _recorded() -> list[Hit]:
    with desk() as here:
        here.folder.run()  # refuses when there is none
        found = hits(here.policy, here.snapshot.delta, here.snapshot.lines.found())
        if not found:
            here.folder.edit_context(lambda data: append_security_skip(data, _REASON))
    return found


def _from_root(repo: Repository, paths: tuple[str, ...]) -> list[str]:
    """Paths as git names them; a folder stands for the files in it that are tracked or could be."""
    top = repo.top()
    found: list[str] = []
    for path in (from_here(repo, one) for one in paths):
        named = os.path.relpath(os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)), top)
        if named == os.pardir or named.startswith(os.pardir + os.sep):
            raise UserError(f"{neutral(path)} lies outside this repository", "name a path of it")
        if os.path.isdir(path) and not os.path.islink(path):
            listed = repo.run("ls-files", "-co", "--exclude-standard", "-z", "--full-name", "--", path)
            found += [name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name]
        else:
            found.append(named)
    return list(dict.fromkeys(found))
