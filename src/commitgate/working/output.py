"""Where the answer of a command goes: to standard output, or whole into a file that was asked for."""

from __future__ import annotations

import os

import click


def emit(text: str, path: str | None) -> None:
    """Print the text, or make it the content of ``path`` (relative to the current folder) at one stroke.

    GateError when the file cannot be written. Links on the way to it are followed, since the caller chose the way; the
    file itself must not be one.
    """
    if path is None:
        click.echo(text, nl=False)
        return
    from commitgate.writing import write  # most answers are printed

    folder, name = os.path.split(path)
    write(os.path.join(os.path.realpath(folder), name), text.encode())
