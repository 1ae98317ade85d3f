"""What the writing commands say: the findings of a refusal, the files written, and the next command to type."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable

import click

from commitgate.finding import MALFORMED, PASS, Finding
from commitgate.report.terminal import colours
from commitgate.report.text import neutral, render
from commitgate.working.asking import named_run
from commitgate.working.pages import Page
from commitgate.working.pasting import naming


def show(findings: Iterable[Finding]) -> None:
    """Print findings."""
    named = [one._replace(hint=naming(one.hint, named_run())) for one in findings]
    click.echo(render(named, colours()), nl=False)


def go_on(text: str) -> None:
    """One line that names the next command, about the run that the user named."""
    click.echo(naming(text, named_run()))


def tell(top: str, path: str, what: str) -> None:
    """One line about one file, its path as the user would type it."""
    click.echo(f"{what} {neutral(here(top, path))}")


def here(top: str, path: str) -> str:
    """A path from the root of the work tree, as seen from the current folder."""
    return os.path.relpath(os.path.join(top, path))


# A gate is judged together with what it is about; which files of the product belong to that, people know.
ADD_ALL = "next: git add the change and its documents, then git commit"


def add_and_commit(top: str, paths: Iterable[str]) -> None:
    """Name the commands that record these files."""
    names = " ".join(shlex.quote(neutral(here(top, path))) for path in paths)
    click.echo(f"next: git add {names} && git commit")


def written(page: Page) -> int:
    """Say whether a page had to be written, and how it is recorded; the exit code."""
    tell(page.top, page.path, "unchanged" if page.same else "wrote")
    if not page.same:
        add_and_commit(page.top, [page.path])
    return PASS


def compared(page: Page, command: str) -> int:
    """Say whether a page is up to date, and with which command it becomes so; the exit code."""
    tell(page.top, page.path, "up to date:" if page.same else "out of date:")
    if page.same:
        return PASS
    click.echo(f"→ {command}")
    return MALFORMED
