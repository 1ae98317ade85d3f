"""``git gate review``: read an area's change, and bind a verdict to exactly that change."""

from __future__ import annotations

import difflib
import sys
import time
from typing import BinaryIO

import click

from commitgate.commands.derive import tell
from commitgate.commands.outcome import go_on
from commitgate.documents.review import APPROVED, CHANGES_REQUESTED
from commitgate.engine import COMMIT, INDEX, WORKTREE, Answer, Engine, open_engine
from commitgate.errors import GateError, UserError
from commitgate.facts import Change
from commitgate.finding import BLOCKED, PASS, exit_code
from commitgate.git.patch import ALWAYS, NEVER, pager, patches
from commitgate.git.side import empty_tree
from commitgate.judge.binding import area_token, select
from commitgate.judge.identity import is_person
from commitgate.judge.may_review import APPROVAL, OBJECTION, obstacles
from commitgate.judge.verdicts import find_reviewer
from commitgate.policy.model import Policy, Reviewer
from commitgate.report.paging import page
from commitgate.report.terminal import coloured, colours
from commitgate.report.text import neutral, render
from commitgate.sides import author
from commitgate.working.asking import asked
from commitgate.working.derived import apply, plan
from commitgate.working.desk import desk, find_area
from commitgate.working.review_files import Section, file_of, section_of, write_sections

_VERDICTS = {"approved": APPROVED, "changes-requested": CHANGES_REQUESTED, None: ""}


@click.command()
@click.argument("areas", nargs=-1, required=True, metavar="AREA...")
@click.option(
    "--as", "name", metavar="REVIEWER", default="", help="Who reviews. Default: whom git's user name or e-mail means."
)
@click.option(
    "--verdict", type=click.Choice(["approved", "changes-requested"]), help="Complete the section and derive the gates."
)
@click.option(
    "--body-file",
    type=click.File("rb"),
    help="The text of the section, with its BLOCKER: … lines; - reads standard input.",
)
@click.option("--no-pager", is_flag=True, help="Print the change straight to standard output.")
def command(areas: tuple[str, ...], name: str, verdict: str | None, body_file: BinaryIO | None, no_pager: bool) -> int:
    """Show the committed change of an area, and write the section in which the reviewer's verdict is bound to it.

    Without --verdict the section waits for a person: read, write below it, add REVIEW: APPROVED or
    REVIEW: CHANGES REQUESTED, then run git gate derive.
    """
    body = _text(body_file) if body_file is not None else ""
    with open_engine() as engine:
        now = int(time.time())
        head, here, staged = (
            engine.ask(question, now) for question in (asked(COMMIT, "HEAD"), asked(WORKTREE), asked(INDEX))
        )
        _refuse_without_run(head)
        reviewer = _reviewer(here.policy, name, engine)
        wanted = list(dict.fromkeys(find_area(here.policy, area.casefold()) for area in areas))
        wish = OBJECTION if verdict == "changes-requested" else APPROVAL
        sides = (here.verdict.snapshot, staged.verdict.snapshot)
        found = [
            finding
            for area in wanted
            for finding in obstacles(here.policy, head.verdict, here.verdict, sides, reviewer, area, wish)
        ]
        found = list(dict.fromkeys(found))
        click.echo(render(found, colours()), nl=False)
        if exit_code(found) != PASS:
            return exit_code(found)
        base = head.facts.base or empty_tree(engine.repo)
        rows = {area: select(head.policy, head.verdict.snapshot.delta, area) for area in wanted}
        _show(engine, base, head.verdict.snapshot.commit, rows, no_pager)
    sections = {area: Section(_line(head, base, area, rows[area]), _VERDICTS[verdict], body) for area in wanted}
    return _write(reviewer, sections, verdict is not None)


def _refuse_without_run(head: Answer) -> None:
    if head.verdict.board is None:
        raise GateError(
            "HEAD holds no run: a review is of a run's committed change", 'git gate start "<feature>"', BLOCKED
        )
    if head.facts.frozen:
        raise GateError("this run has landed: its change is under review no longer", "git gate status", BLOCKED)


def _reviewer(policy: Policy, name: str, engine: Engine) -> Reviewer:
    """Whoever is named; else the reviewer that git's user is. UserError when there is none."""
    names = [one.name for one in policy.reviewers]
    known = f"reviewers: {', '.join(names)}"
    if name:
        reviewer = find_reviewer(policy, name)
        if reviewer is not None:
            return reviewer
        near = difflib.get_close_matches(
            name, [*names, *(alias for one in policy.reviewers for alias in one.aliases)], 1
        )
        raise UserError(f"{neutral(name)} is no reviewer{f'; did you mean {near[0]}?' if near else ''}", known)
    person = author(engine.repo)
    reviewer = next((one for one in policy.reviewers if is_person(one, person)), None)
    if reviewer is None:
        who = neutral(f"{person.name} <{person.email}>")
        raise UserError(f"{who} is no reviewer of this repository: say who reviews", f"--as REVIEWER; {known}")
    return reviewer


def _text(body_file: BinaryIO) -> str:
    try:
        return body_file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{body_file.name}: byte {error.start} is not UTF-8", "save the text as UTF-8") from None


def _line(head: Answer, base: str, area: str, rows: list[Change]) -> str:
    snapshot = head.verdict.snapshot
    token = area_token(head.policy, snapshot, area)
    return f"Reviewed: {token} base={base} head={snapshot.commit} files={len(rows)}"


def _show(engine: Engine, base: str, head: str, rows: dict[str, list[Change]], no_pager: bool) -> None:
    """The change as git prints it, through the user's pager on a terminal."""
    paths = [change.path for changes in rows.values() for change in changes]
    interactive = sys.stdout.isatty() and not no_pager
    colour = ALWAYS if coloured() else NEVER
    page(patches(engine.repo, base, head, paths, colour), pager(engine.repo) if interactive else "")


def _write(reviewer: Reviewer, sections: dict[str, Section], complete: bool) -> int:
    """Write the sections, derive when they are complete, and say what comes next."""
    with desk() as here:
        wanted = {}
        for area, section in sections.items():
            path = file_of(here.policy, here.snapshot, reviewer, area)
            before = section_of(here.folder, path, area)
            same = before is not None and before.reviewed == section.reviewed.split(" ")[1]
            if before is not None and before.verdict and same and not complete:
                click.echo(f"{path}: {reviewer.name} has reviewed this very change to {area}: {before.verdict}")
                continue
            if before is not None and before.reviewed and not before.verdict and not same:
                click.echo(f"{path}: {area} has changed since this review was begun; read it again")
            wanted[area] = section
        paths = write_sections(here.folder, here.policy, here.snapshot, reviewer, wanted)
        answer = here.engine.ask(asked(WORKTREE), here.now)
        if complete:
            apply(here.folder, plan(answer.verdict, here.now))
    for area, path in paths.items():
        files = wanted[area].reviewed.rpartition("files=")[2]
        says = wanted[area].verdict or "waits for your verdict"
        click.echo(f"{path}: {area}, {files} file{'' if files == '1' else 's'}: {says}")
    if complete:
        code = tell(answer, here.now, "written")
        root = answer.verdict.snapshot.root
        if code == PASS:
            click.echo(f"→ git add {root} && git commit")
        return code
    if paths:
        go_on("→ write what you found and the verdict into it, then: git gate derive")
    return PASS
