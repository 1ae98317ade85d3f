"""The summary of a job of GitHub Actions: a page that the runner shows beside the log."""

from __future__ import annotations

import os

import click

from commitgate.report import github
from commitgate.report.model import Report

VARIABLE = "GITHUB_STEP_SUMMARY"


def add(report: Report) -> None:
    """Append the report to the file that the runner names; nothing anywhere else.

    The verdict is in the exit code, so a page that cannot be written is only said on standard error.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    try:
        with open(path, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(github.summary(report))
    except OSError as error:
        click.echo(f"git gate: the summary of the job cannot be written: {error.strerror}", err=True)
