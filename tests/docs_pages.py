"""The pages of docs/ that are made from the project itself, and the commands of a page played for real.

    python tests/docs_pages.py

writes the reference pages and docs/git-gate.1 anew, and in the pages that are played the outputs that have changed.
The tests hold all of them to what the project says now.
"""

from __future__ import annotations

import ast
import inspect
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

import man_page
from commitgate.cli import group
from commitgate.commands import GROUPS
from commitgate.finding import VERDICTS
from commitgate.policy.catalog import catalog
from page_parts import NOTE, cell, escaped, joined
from played import refreshed
from schema_pages import gates_page, policy_keys_page
from support import CHECKOUT, SOURCE

DOCS = CHECKOUT / "docs"
LEVELS = {"WARNING": 0, "MALFORMED": 1, "BLOCKED": 2, "ESCALATE": 3, "UNKNOWN": 4}

# What a command's exit codes mean where they are not simply "done" and "refused".
EXITS = {
    "init": "0 done · 64 something stands in the way, and nothing was written",
    "install": "0 installed or already there · 64 something stands in the way · 4 could not be done",
    "uninstall": "0 removed, or nothing to remove · 4 could not be done",
    "doctor": "0 clean · 1 warnings · 2 errors (this command alone uses the codes in this way)",
    "completion": "0 printed",
    "demo": "0 everything came out as scripted · 2 something did not",
    "next": "0 whenever it could be told · 4 could not decide",
    "status": "0 whenever it could be told · 4 could not decide",
    "derive": "0 written, or nothing to write · 1 with `--check`: a gate does not say what it should",
    "security": "0 not needed · 2 required · 4 there is no change that could be judged",
    "check": "0 pass · 1 malformed · 2 blocked · 3 escalate · 4 unknown",
    "pre-push": "0 the push may go on · else as check: it is refused",
    "pre-receive": "0 the push is accepted · else as check: it is refused",
    "validate": "0 every gate is PASS · 1 malformed · 2 a FAIL · 3 an ESCALATE · 4 cannot be read",
    "why": "0 whenever it could be told · 4 could not decide",
    "explain": "0 · 64 there is no such rule",
    "visualize": "0 written or up to date · 1 with `--check`: out of date · 2 no run is under way · 4 could not decide",
    "summary": "0 written or up to date · 1 with `--check`: out of date · 2 no run is under way · 4 could not decide",
    "graph": "0 whenever it could be told · 1 the policy is refused · 4 the change of the run cannot be told",
    "log": "0 whenever it could be told · 4 could not decide",
    "waiver new": "0 written, or there already · 2 another waiver has that name · 64 it would not count",
    "waiver list": "0 listed · 1 or 2 one that the work tree brings is refused",
    "budget init": "0 written, or there already · 1 the file cannot be read · 2 the policy keeps no budget",
    "budget update": "0 kept · 1 the file cannot be read · 2 the policy keeps no budget · 3 a person must decide",
    "budget check": "0 within, warned of, or decided · 1 the file cannot be read · 3 a person must decide",
    "lessons list": "0 listed · 1 the file cannot be read exactly",
    "lessons promote": "0 written, or there already · 1 the file cannot be read exactly · 2 too many, or too early",
    "lessons retire": "0 written, or retired already · 1 the file cannot be read exactly · 2 too early",
    "policy check": "0 accepted, warnings or not · 1 refused · 64 there is no such file",
    "policy test": "0 every case as expected · 1 a file is refused · 2 a case is not as expected",
    "policy simulate": "0 whenever it could be told · 1 the edited policy is refused · 4 a merge could not be judged",
}
EXITS_OTHERWISE = (
    "0 written · 1, 2 or 3 refused, by the rule that is named · 4 could not decide · 64 wrong command line"
)


# -- commands ---------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command as its own help describes it."""
    parts = [
        "# Commands",
        NOTE,
        "Each command is run as `git gate <command>`, in any folder of a work tree. `git gate <command> -h` prints the "
        "same text. `git gate --help` is taken by git itself, which shows the manual page; `git-gate --help` and "
        "`git gate -h` print the list of commands. `git gate -C DIR <command>` works as if started in DIR, and "
        "`--color auto|always|never` before the command says when to print in colour. The "
        "exit codes 64 (wrong arguments), 130 (interrupted) and 141 (the reader has gone) can come from every command.",
    ]
    for heading, rows in GROUPS:
        parts.append(f"## {heading}")
        for verb, _, _ in rows:
            command = group.get_command(click.Context(group), verb)  # as it is called, with --run where it has it
            assert command is not None
            parts += _command("###", verb, command, None)
    return joined(parts)


def _command(level: str, path: str, command: click.Command, parent: click.Context | None) -> list[str]:
    """One command, then those below it when it is a group of them."""
    name = path.rpartition(" ")[2]
    info = name if parent is not None else f"git gate {name}"
    context = click.Context(command, parent=parent, info_name=info, help_option_names=["-h", "--help"])
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"{level} {path}", "", f"`git gate {path} {usage}`"]
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        lines += ["", *_paragraph(paragraph)]
    records = [one.get_help_record(context) for one in command.get_params(context) if isinstance(one, click.Option)]
    shown = [record for record in records if record is not None and not record[0].startswith("-h")]
    if shown:
        lines += ["", "| option | meaning |", "| --- | --- |"]
        lines += [f"| `{cell(option)}` | {cell(escaped(meaning))} |" for option, meaning in shown]
    if not isinstance(command, click.Group):
        return ["\n".join([*lines, "", f"Exit codes: {EXITS.get(path, EXITS_OTHERWISE)}"])]
    parts = ["\n".join(lines)]
    for below in command.list_commands(context):
        one = command.get_command(context, below)
        assert one is not None
        parts += _command(f"{level}#", f"{path} {below}", one, context)
    return parts


def _paragraph(text: str) -> list[str]:
    """A paragraph of a help text as Markdown. One that click prints as it stands is an example to be typed."""
    if not text.startswith("\b"):
        return [escaped(" ".join(text.split("\n")))]
    typed = "\n".join(line for line in text.split("\n")[1:] if line != "Example:")
    return ["```text", *textwrap.dedent(typed).split("\n"), "```"]


# -- rules ------------------------------------------------------------------------------------------------------


def rules_page() -> str:
    """Every rule of the catalogue, with the exit code that it asks for."""
    levels, named = _levels(), _names_in_source()
    parts = [
        "# Rules",
        NOTE,
        "Every finding names its rule. `git gate explain <rule>` prints the same text. The exit code is the one that a "
        "finding of the rule asks for; when several apply, the worst wins, in the order 4, 1, 3, 2, 0. A rule with "
        "exit code 0 is a warning and refuses nothing.",
    ]
    family = ""
    entries = sorted(catalog().values(), key=lambda entry: entry.rule)
    for entry in entries:
        if entry.rule.split("/")[0] != family:
            family = entry.rule.split("/")[0]
            parts.append(f"## {family}")
        codes = sorted(levels.get(entry.rule, {LEVELS["UNKNOWN"] if family == "engine" else LEVELS["MALFORMED"]}))
        said = " or ".join(f"{code} ({'warning' if code == 0 else VERDICTS[code]})" for code in codes)
        if family != "engine" and not {entry.rule, entry.rule.split("/")[1]} & named:
            said = "none: no check of this version reports it"
        parts.append(
            f"### {entry.rule}\n\n{entry.title}.\n\n- Why: {entry.why}\n- Fix: {entry.fix}\n- Exit code: {said}"
        )
    return joined(parts)


def _sources() -> Iterator[ast.AST]:
    for path in sorted((SOURCE / "commitgate").rglob("*.py")):
        yield from ast.walk(ast.parse(path.read_text()))


def _levels() -> dict[str, set[int]]:
    """Rule id → the levels that findings of it are made with, where the source names both in one place."""
    found: dict[str, set[int]] = {}
    for node in _sources():
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding"
        if not called or len(node.args) < 2 or not isinstance(node.args[0], ast.Constant):
            continue
        names = {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
        # A level that is worked out elsewhere depends on the policy: a warning, or a refusal when it is strict.
        levels = {LEVELS[name] for name in names & LEVELS.keys()} or {LEVELS["WARNING"], LEVELS["BLOCKED"]}
        found.setdefault(node.args[0].value, set()).update(levels)
    return found


def _names_in_source() -> set[str]:
    """Every text constant, so that a rule id put together from its family and name is found, too."""
    texts = {node.value for node in _sources() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts | {text.removeprefix("/") for text in texts}


# -- together ---------------------------------------------------------------------------------------------------

PAGES = {
    "commands.md": commands_page,
    "rules.md": rules_page,
    "gates.md": gates_page,
    "policy-keys.md": policy_keys_page,
}
PLAYED = ("quickstart.md", "tutorial.md", "adopting.md", "agents.md")


def main() -> None:
    """Write every page."""
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
    (DOCS / man_page.NAME).write_text(man_page.page(), encoding="utf-8")
    for name in PLAYED:
        with tempfile.TemporaryDirectory() as folder:
            page = DOCS / name
            page.write_text(refreshed(page.read_text(encoding="utf-8"), Path(folder)), encoding="utf-8")


if __name__ == "__main__":
    main()
