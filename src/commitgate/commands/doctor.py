"""``git gate doctor``: does the gate work in this clone?"""

from __future__ import annotations

import click

from commitgate.setup import hooks_folder, inspect, manual

_WORDS = {inspect.OK: "ok", inspect.WARNING: "warning", inspect.ERROR: "error", inspect.NOTE: "note"}


@click.command()
def command() -> int:
    """Say for each hook whether git will really run it, and why not. Look at git, the policy and the target, too.

    Exit code: 0 clean, 1 warnings, 2 errors.
    """
    remarks = [*inspect.examine(hooks_folder.work_tree()), *manual.examine()]
    for remark in remarks:
        click.echo(f"{_WORDS[remark.level]:8} {remark.subject}: {remark.text}")
        if remark.hint and remark.level != inspect.OK:
            click.echo(f"{'':8}   {remark.hint}")
    return max(remark.level for remark in remarks)
