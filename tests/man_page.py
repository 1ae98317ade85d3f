"""The manual page, made from the same sources as the help and docs/commands.md.

``python tests/docs_pages.py`` writes it to docs/git-gate.1; a test holds it to what the project says now.
"""

from __future__ import annotations

import inspect
import re

import click

from commitgate import __version__
from commitgate.cli import group
from commitgate.commands import GROUPS, help_text

NAME = "git-gate.1"
_EXAMPLES = (
    ("Prepare a repository, and begin", 'git gate init\ngit gate start "Discount codes" --track quick\ngit gate next'),
    ("Why may this file not be committed?", "git gate why src/backend/cart.py"),
    ("May this branch be merged?", "git gate verify origin/main..HEAD --ready"),
)
_ENVIRONMENT = (
    ("NO_COLOR", "With any value, nothing is printed in colour, unless --color always is given."),
    ("TERM", "With the value dumb, the same."),
    ("GIT_PAGER, PAGER", "What git gate review shows a change with, as git itself chooses it."),
    ("CI", "With any value, nothing that an earlier run has kept is read."),
    ("GITHUB_STEP_SUMMARY", "With --format github, the summary of the job is appended to this file."),
    ("GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE and others", "Respected, as in git(1)."),
)
_FILES = (
    (".gates.yaml", "The policy of the repository. What it leaves out is as shipped."),
    ("pipeline/", "The run: run.json, context.md, the documents of the stages, and the gates in gates/."),
    ("$GIT_DIR/commitgate/", "What earlier runs have kept, and the traceback of an internal error. May be removed."),
)


# Characters that roff takes for a command, or prints as another one.
_ESCAPES = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def page() -> str:
    """The page in roff, for man and groff."""
    title = f'.TH GIT\\-GATE 1 "" "commitgate {__version__}" "Git Manual"'
    parts = [
        '.\\" Written by tests/docs_pages.py. Do not edit: change what it is made from, then run that file.',
        title,
        ".SH NAME",
        "git\\-gate \\- a staged delivery pipeline, enforced by git itself",
        ".SH SYNOPSIS",
        ".nf",
        "\\fBgit gate\\fR [\\fB\\-C\\fR \\fIDIR\\fR] [\\fB\\-\\-color\\fR \\fIWHEN\\fR] "
        "\\fICOMMAND\\fR [\\fIARGUMENT\\fR...]",
        "\\fBgit gate\\fR \\fB\\-h\\fR | \\fB\\-\\-version\\fR",
        ".fi",
        ".SH DESCRIPTION",
        _text(
            "Requirements, designs, code, reviews and test reports are files of the repository; every stage ends in a "
            "gate, a small JSON file. git gate decides from git's objects alone whether a commit, a push or a merge "
            "respects those gates."
        ),
        ".SH OPTIONS",
        *_listed(_global_options()),
        ".SH COMMANDS",
    ]
    for heading, rows in GROUPS:
        parts.append(f".SS {_text(heading)}")
        for verb, _, _ in rows:
            parts += _section(verb)
    parts += [".SH EXIT STATUS", *_listed(re.findall(r"^  (\d+) +(.+)$", help_text(), re.MULTILINE))]
    parts.append(".PP")
    parts.append(_text("git gate doctor alone uses 1 for warnings and 2 for errors."))
    parts += [".SH ENVIRONMENT", *_listed(_ENVIRONMENT), ".SH FILES", *_listed(_FILES), ".SH EXAMPLES"]
    for what, commands in _EXAMPLES:
        parts += [".TP", _text(what), ".nf", *map(_text, commands.splitlines()), ".fi"]
    parts += [".SH SEE ALSO", "\\fBgit\\fR(1), \\fBgithooks\\fR(5)"]
    return "\n".join(parts) + "\n"


def _global_options() -> list[tuple[str, str]]:
    """The options of ``git gate`` itself, as its page of help lists them."""
    listed = help_text().partition("\nOptions:\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^  (-.+?)  +(.+)$", listed, re.MULTILINE)
    return [(name, meaning.replace("this page", "the list of commands")) for name, meaning in rows]


def _section(verb: str) -> list[str]:
    """One command: how it is called, what it does, its options."""
    command = group.get_command(click.Context(group), verb)  # as it is called, with --run where it has it
    assert command is not None
    lines = []
    for path, one, context in _with_those_below(verb, command, None):
        usage = " ".join(one.collect_usage_pieces(context))
        lines += [".PP", f"\\fBgit gate {_text(path)}\\fR {_text(usage)}", ".RS 4"]
        lines += _paragraphs(inspect.cleandoc(one.help or ""))
        options = [option for option in one.get_params(context) if isinstance(option, click.Option)]
        records = [option.get_help_record(context) for option in options]
        lines += _listed([record for record in records if record is not None and not record[0].startswith("-h")])
        lines.append(".RE")
    return lines


def _with_those_below(
    path: str, command: click.Command, parent: click.Context | None
) -> list[tuple[str, click.Command, click.Context]]:
    context = click.Context(command, parent=parent, info_name=path, help_option_names=["-h", "--help"])
    found = [(path, command, context)]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                found += _with_those_below(f"{path} {name}", below, context)
    return found


def _paragraphs(text: str) -> list[str]:
    """A docstring of click: paragraphs, and blocks kept as they are below a backspace."""
    lines: list[str] = []
    for number, block in enumerate(text.split("\n\n")):
        if number:
            lines.append(".sp")
        if block.startswith("\b\n"):
            lines += [".nf", *map(_text, block.removeprefix("\b\n").splitlines()), ".fi"]
        else:
            lines.append(_text(" ".join(block.split())))
    return lines


def _listed(rows: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> list[str]:
    return [line for name, meaning in rows for line in (".TP", f"\\fB{_text(name)}\\fR", _text(meaning) or ".br")]


def _text(text: str) -> str:
    """Plain text for roff: no character of it is a command."""
    text = "".join(_ESCAPES.get(one, one) if one.isascii() else f"\\[u{ord(one):04X}]" for one in text)
    return f"\\&{text}" if text.startswith(".") else text
