"""``git gate pre-push``: what the pre-push hook does, for frameworks that run hooks of their own."""

from __future__ import annotations

import os

import click

from commitgate.doors.hooks import about_refs, refuse
from commitgate.errors import GateError


@click.command()
@click.argument("remote", nargs=-1)
def command(remote: tuple[str, ...]) -> int:
    """Judge a push before it is sent.

    Reads the lines that git gives to a pre-push hook from standard input; REMOTE, its name and address, is not looked
    at. Under the pre-commit framework, which hands on no lines, its variables PRE_COMMIT_REMOTE_BRANCH,
    PRE_COMMIT_LOCAL_BRANCH, PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF say what is pushed.
    """
    if "PRE_COMMIT_REMOTE_BRANCH" not in os.environ:
        return about_refs("pre-push")
    from commitgate.doors.push import from_framework

    try:
        return from_framework(os.environ)
    except GateError as error:
        return refuse(error)
