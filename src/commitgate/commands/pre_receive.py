"""``git gate pre-receive``: what the server's hook does, for servers that call commands instead of hook files."""

from __future__ import annotations

import click

from commitgate.doors.hooks import about_refs


@click.command()
def command() -> int:
    """Judge a push that a server is about to accept.

    Reads the lines that git gives to a pre-receive hook (old id, new id, ref) from standard input, and judges all of
    them in one answer: under the policy of the target branch as the server has it, objects only, nothing written.
    """
    return about_refs("pre-receive")
