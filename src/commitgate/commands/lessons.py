"""``git gate lessons``: what earlier runs taught, and adding to it, confirming it or giving it up."""

from __future__ import annotations

from typing import Any

import click

from commitgate.commands.outcome import add_and_commit, show, tell
from commitgate.errors import UserError
from commitgate.finding import PASS, at, exit_code
from commitgate.policy.layout import LESSONS_FILE
from commitgate.report.plain import json_text
from commitgate.report.terminal import colours
from commitgate.report.text import neutral
from commitgate.working import lessons
from commitgate.working.desk import desk


@click.group(invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> int:
    """Show the lessons of earlier runs, or change them.

    They stand in pipeline/lessons-learned.md and outlive the runs. Without a subcommand, they are listed.
    """
    return int(context.invoke(listed)) if context.invoked_subcommand is None else PASS


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of the table.")
def listed(as_json: bool = False) -> int:
    """List every lesson: how often it was reinforced, when last, and how many finished runs ago.

    A lesson that was not reinforced in the last 10 finished runs (lessons.age_out in .gates.yaml) is named as one that
    can go. Exit 1 when the file cannot be read exactly.
    """
    with desk() as one:
        found = lessons.listing(one)
        path = f"{one.snapshot.root}/{LESSONS_FILE}"
        facts = one.snapshot.documents.get(path)
    findings = at(path, facts.findings) if facts is not None else []
    if as_json:
        data = {"schema": 1, "lessons": found, "findings": [finding._asdict() for finding in findings]}
        click.echo(json_text(data), nl=False)
        return exit_code(findings)
    for line in _table(found):
        click.echo(line)
    show(findings)
    return exit_code(findings)


def _table(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return ["no lesson is on record", 'to add one: git gate lessons promote "<title>"']
    colour = colours()
    rows = [(lesson, _age(lesson)) for lesson in found]
    width = max(len(age) for _, age in rows)
    lines = []
    for lesson, age in rows:
        line = f"{lesson['id']}  {age:{width}}  {neutral(lesson['title'])}"
        lines.append(colour.dim(line) if lesson["retired"] else line)
    old = [lesson["id"] for lesson in found if lesson["aged_out"]]
    if old:
        lines.append(f"can go, since no recent run confirmed them: {', '.join(old)}")
        lines.append(f'next: git gate lessons retire {old[0]} --reason "<reason>"')
    return lines


def _age(lesson: dict[str, Any]) -> str:
    if lesson["retired"]:
        return "retired"
    if not lesson["last"]:
        return "never reinforced"
    count, runs = lesson["reinforced"], lesson["runs_since"]
    times = "once" if count == 1 else f"{count} times"
    since = "" if not runs else f", {runs} {'run' if runs == 1 else 'runs'} ago"
    return f"reinforced {times}, last {lesson['last']}{since}"


@command.command()
@click.argument("title", default="")
@click.option("--body", metavar="TEXT", default="", help="What happened, and what prevents it.")
@click.option("--reinforces", metavar="ID", default="", help="Confirm a lesson that stands already instead.")
def promote(title: str, body: str, reinforces: str) -> int:
    """Add a lesson with this TITLE under the next number, or confirm one with --reinforces.

    A run adds at most 2 lessons (lessons.promotions in .gates.yaml) and confirms each at most once; numbers are never
    given twice. Possible while the retrospective is open. The same again changes nothing.

    \b
    Example:
      git gate lessons promote "Read every answer for secrets" --body "The code did not keep the digest."
      git gate lessons promote --reinforces L003
    """
    if bool(title) == bool(reinforces):
        raise UserError("a title, or --reinforces with the number of a lesson", 'git gate lessons promote "<title>"')
    if reinforces and body:
        raise UserError("--body is for a new lesson", "edit the text of the old one by hand")
    with desk() as one:
        done = lessons.reinforce(one, reinforces) if reinforces else lessons.promote(one, title, body)
        top = one.folder.top
    name = done.lesson.id
    if reinforces:
        times = f"{name}, reinforced {done.lesson.reinforced} times, written to"
        return _tell(top, done, times, f"{name} was confirmed in this run already:")
    return _tell(top, done, f"{name} ({neutral(done.lesson.title)}), written to", f"{name} has this title already:")


@command.command()
@click.argument("lesson", metavar="ID")
@click.option("--reason", metavar="TEXT", required=True, help="Why it no longer holds, or is no longer needed.")
def retire(lesson: str, reason: str) -> int:
    """Move a lesson below "## Retired". It keeps its number, so that the number is never given again.

    Possible while the retrospective is open, and between two runs.
    """
    with desk() as one:
        done = lessons.retire(one, lesson, reason)
        top = one.folder.top
    return _tell(top, done, f"{done.lesson.id} is retired, written to", f"{done.lesson.id} is retired already:")


def _tell(top: str, done: lessons.Kept, wrote: str, unchanged: str) -> int:
    tell(top, done.path, wrote if done.written else unchanged)
    if done.written:
        add_and_commit(top, [done.path])
    return PASS
