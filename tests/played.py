"""Pages of docs/ whose commands are really run: the steps of a page, what they say, and what a run may change.

Every step of a page is played in one scratch repository, in order. ``git gate <command>`` alone on its line is called
in this process, because a page has a hundred of them; whatever asks for a shell gets one, and hooks always are the
installed ones, started by git itself.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

from commitgate.cli import run
from in_process import as_new, placed, streams
from support import SOURCE

# What differs from run to run: times, ids, digests, versions.
CHANGING = (
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "<time>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>"),
    (r"\d{4}-\d\d-\d\d-([a-z-]+)-[0-9a-f]{6}\b", r"<date>-\1-<id>"),
    (r"\b\d{4}-\d\d-\d\d\b", "<date>"),
    (r"\b[0-9a-f]{7,64}\b", "<id>"),
    (r"\b\d+\.\d+\.\d+\b", "<version>"),
    # Where a shipped rule stands, which moves with every rule before it.
    (r"\b(rules/[a-z]+\.yaml):\d+", r"\1:<line>"),
    (r"[ \t]+$", ""),
)
# What a shell would not take as it stands, outside of quotation marks.
_FOR_A_SHELL = re.compile(r"[|&;<>()$`*?\\~#\"'\n]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")


class Step(NamedTuple):
    """A command with the output that the page shows, or a file that the page tells the reader to write.

    file, content: the file, when it is one. first, last: the lines of the page (0-based, end excluded) that hold the
    output.
    """

    command: str
    output: str
    first: int
    last: int
    file: str = ""
    content: str = ""


def steps(text: str) -> list[Step]:
    """The ``console`` blocks and the blocks with ``file=<path>`` of a page, in order."""
    found = []
    for token in MarkdownIt().parse(text):
        if token.type != "fence":
            continue
        info, start = token.info.split(), token.map[0] + 1
        lines = token.content.splitlines()
        named = [word.removeprefix("file=") for word in info if word.startswith("file=")]
        if named:
            found.append(Step(f"write {named[0]}", "", start, start, named[0], token.content))
        elif info[:1] == ["console"]:
            prompts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
            for at, end in zip(prompts, [*prompts[1:], len(lines)], strict=True):
                # The rest of a command of several lines stands after "> ", as a shell shows it.
                said = at + 1
                while said < end and lines[said].startswith(">"):
                    said += 1
                command = "\n".join([lines[at][2:], *(line[1:].removeprefix(" ") for line in lines[at + 1 : said])])
                output = "\n".join(lines[said:end])
                found.append(Step(command, output, start + said, start + end))
    return found


def outputs(played: list[Step], folder: Path) -> list[str]:
    """What each step really says, in an empty folder and apart from the user's configuration."""
    programs, work, home = folder / "bin", folder / "work", folder / "home"
    for path in (programs, work, home):
        path.mkdir()
    gate = programs / "git-gate"
    gate.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m commitgate \"$@\"\n")
    gate.chmod(0o755)
    environment = {
        # So that doctor has no reason to speak of the manual page.
        "MANPATH": f"{sys.prefix}/share/man:",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(SOURCE),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    said = []
    with placed(work, environment), tempfile.TemporaryFile(dir=folder) as said_here:
        for step in played:
            said_here.seek(0)
            said_here.truncate()
            _play(step, said_here.fileno())
            said_here.seek(0)
            said.append(said_here.read().decode().strip("\n"))
    return said


def _play(step: Step, said: int) -> None:
    """Do one step; what it says goes to the file ``said``, and the current folder may be another one after it."""
    words = _gate_alone(step.command)
    if step.file:
        os.makedirs(os.path.dirname(step.file) or ".", exist_ok=True)
        Path(step.file).write_text(step.content, encoding="utf-8")
    elif words is not None:
        as_new()
        with open(os.devnull, "rb") as nothing, streams(nothing.fileno(), said, said):
            run(words)
    else:
        with tempfile.NamedTemporaryFile("r") as place:
            # Also after an error or an exit: only then is it known where the next step begins.
            script = f"trap 'pwd > {place.name}' EXIT\n{step.command}\n"
            subprocess.run(["sh", "-c", script], stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=120)
            os.chdir(place.read().rstrip("\n"))


def _gate_alone(command: str) -> list[str] | None:
    """The arguments of a line that is one call of ``git gate``; None for anything else."""
    words = shlex.split(command)
    if words[:2] != ["git", "gate"] or _FOR_A_SHELL.search(_QUOTED.sub("", command)):
        return None
    return words[2:]


def plain(output: str) -> str:
    """An output without what differs from run to run."""
    for pattern, word in CHANGING:
        output = re.sub(pattern, word, output, flags=re.MULTILINE)
    return output


def refreshed(text: str, folder: Path) -> str:
    """The page with its outputs as they are now, where they differ in more than times and ids."""
    lines = text.split("\n")
    played = steps(text)
    for step, said in reversed(list(zip(played, outputs(played, folder), strict=True))):
        if "internal error" in said:
            raise AssertionError(f"{step.command}\n{said}")
        if plain(said) != plain(step.output):
            lines[step.first : step.last] = said.split("\n") if said else []
    return "\n".join(lines)
