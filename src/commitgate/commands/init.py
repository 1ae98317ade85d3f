"""``git gate init``: prepare an existing repository."""

from __future__ import annotations

import os

import click

from commitgate.errors import UserError
from commitgate.setup import ci, hooks_folder, initial, install, precommit_config, shims


@click.command()
@click.option("--target", metavar="BRANCH", default="", help="The branch that work is merged into. Default: found out.")
@click.option("--ci", "kind", type=click.Choice(list(ci.KINDS)), help="Write a CI job that judges every change.")
@click.option("--team", is_flag=True, help="Give each feature a run folder of its own (pipelines/<feature>).")
@click.option("--no-install", is_flag=True, help="Do not install the git hooks of this clone.")
def command(target: str, kind: str | None, team: bool, no_install: bool) -> int:
    """Prepare this repository: policy file, pre-commit configuration, hooks.

    Everything is checked before anything is written; nothing is staged or committed. Until a run is started,
    every commit stays lawful. With --team the runs of two branches never share a file.
    """
    repo = hooks_folder.work_tree()
    if repo.line("rev-parse", "--is-bare-repository") == "true":
        raise UserError("this repository is bare: there is no work tree to prepare", "run it in a clone")
    chosen = ci.KINDS[kind] if kind is not None else None
    planned = initial.plan(repo, target, chosen, initial.TEAM if team else initial.ALONE)
    folder, steps = "", []
    if not no_install:
        folder = hooks_folder.choose(repo, "")
        steps = install.plan(folder, _own_hooks(folder))
    initial.apply(repo.directory, planned)
    install.apply(folder, steps)
    _tell(planned, steps, chosen.then if chosen is not None else "")
    return 0


def _own_hooks(folder: str) -> tuple[str, ...]:
    """The hooks to install as shims: not those at which the framework runs us by the configuration just written."""
    return tuple(
        hook
        for hook in shims.HOOKS
        if hook not in precommit_config.STAGES or shims.look(os.path.join(folder, hook)).kind != shims.FRAMEWORK
    )


def _tell(planned: initial.Plan, steps: list[install.Step], then: str) -> None:
    names = ", ".join(area.name for area in planned.proposal.areas) or "as shipped"
    for file in planned.files:
        new = file.path == initial.POLICY and file.before is None
        detail = f" (target: {planned.target or 'none found'}; areas: {names})" if new else ""
        click.echo(f"{file.change} {file.path}{detail}")
    for note in planned.proposal.notes:
        click.echo(f"  note: {note}")
    anew = any(step.data for step in steps)
    for step in steps if anew else ():
        click.echo(f"{hooks_folder.shown(step.path)}: {step.said}")
    if steps and not anew:
        click.echo(f"hooks: all {len(steps)} are installed already")
    left = [hook for hook in precommit_config.STAGES if steps and hook not in {step.hook for step in steps}]
    if left:
        click.echo(f"{', '.join(left)}: run by the pre-commit framework, which is installed here")
    changed = [file.path for file in planned.files if file.data != file.before]
    if changed:
        click.echo(f"\nNothing is staged. Read {changed[0]}, then:")
        click.echo(f"  git add {' '.join(changed)} && git commit -m 'chore: adopt commitgate'")
    if then:
        click.echo(f"\n{then}")
    click.echo('\nnext: git gate start "<feature>"')
