"""What the writing commands say: the findings of a refusal, the files written, and the next command to type."""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Callable, Iterable
from typing import ParamSpec

import click

from commitgate.finding import Finding, at
from commitgate.policies import POLICY_FILE, PolicyRefused
from commitgate.report.text import Colours, neutral, render
from commitgate.working.desk import Refused

P = ParamSpec("P")


def refusals_shown(function: Callable[P, int]) -> Callable[P, int]:
    """Show the findings of a refusal, each with its place and its remedy, and return the exit code they add up to."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return function(*args, **kwargs)
        except Refused as refused:
            show(refused.findings)
            click.echo("nothing was written")
            return refused.code
        except PolicyRefused as refused:
            show(at(POLICY_FILE, refused.findings))
            return refused.code

    return wrapped


def show(findings: Iterable[Finding]) -> None:
    """Print findings."""
    colour = Colours(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    click.echo(render(findings, colour), nl=False)


def tell(top: str, path: str, what: str) -> None:
    """One line about one file, its path as the user would type it."""
    click.echo(f"{what} {neutral(here(top, path))}")


def here(top: str, path: str) -> str:
    """A path from the root of the work tree, as seen from the current folder."""
    return os.path.relpath(os.path.join(top, path))


def add_and_commit(top: str, paths: Iterable[str]) -> None:
    """Name the commands that record these files."""
    names = " ".join(shlex.quote(neutral(here(top, path))) for path in paths)
    click.echo(f"next: git add {names} && git commit")
