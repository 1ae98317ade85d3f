"""``git gate completion``: the script that teaches a shell the commands, their options and what may follow them."""

from __future__ import annotations

from importlib import import_module

import click

from commitgate.commands import COMMANDS
from commitgate.completion import tree

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script for SHELL: bash, zsh or fish.

    \b
    bash: git gate completion bash > ~/.local/share/bash-completion/completions/git-gate
          and in ~/.bashrc, for `git gate`: source that file
    zsh:  git gate completion zsh > "${fpath[1]}/_git-gate"
    fish: git gate completion fish > ~/.config/fish/completions/git-gate.fish

    The script completes `git gate` and `git-gate`. It holds everything that it offers or asks git for it, so that
    completing a word never starts Python; write it anew after an update of commitgate.
    """
    group = ctx.find_root().command
    assert isinstance(group, click.Group)
    known = tree.read(group, {verb: summary for verb, (_, summary) in COMMANDS.items()})
    text: str = import_module(f"commitgate.completion.{shell}").script(known)
    click.echo(text, nl=False)
    return 0
