"""The command line: a click group that loads a command only when it is called, and the one error handler.

Exit codes are those of :mod:`commitgate.finding`. click's own default for a wrong command line, 2, would read as
"blocked", so every error of click becomes 64.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import sys

import click

from commitgate import __version__
from commitgate.commands import ABOUT_A_RUN, COMMANDS, help_text
from commitgate.errors import GateError, UserError
from commitgate.finding import INTERRUPTED, PASS, UNKNOWN, UNREAD, USAGE
from commitgate.report import terminal
from commitgate.report.text import neutral, render

PROGRAM = "git gate"
# A full or failing device, which is nobody's bug.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class LazyGroup(click.Group):
    """Knows its commands from the table; imports the module of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The click command of a verb; None when there is no such verb."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"commitgate.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        if cmd_name in ABOUT_A_RUN and all(one.name != "run" for one in command.params):
            command.params.append(
                click.Option(
                    ["--run"],
                    metavar="DIR",
                    expose_value=False,
                    callback=lambda _, __, folder: named(folder) if folder else None,
                    help="The folder of the run that is meant, where there are several.",
                )
            )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb named when there is no such one."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib  # only when something is wrong already

            near = difflib.get_close_matches(args[0], COMMANDS, 1)
            ctx.fail(f"no command {args[0]!r}{f'; did you mean {near[0]!r}?' if near else ''}")
        return super().resolve_command(ctx, args)

    def get_help(self, ctx: click.Context) -> str:
        """The same page as without click."""
        return help_text().rstrip("\n")


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.option("-C", "folders", multiple=True, metavar="DIR", help="Run as if started in DIR; each one from the last.")
@click.option("--color", type=click.Choice(terminal.CHOICES), default=terminal.AUTO, help="When to print in colour.")
@click.option("--run", "folder", metavar="DIR", default="", help="The run that is meant, where there are several.")
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
@click.pass_context
def group(ctx: click.Context, folders: tuple[str, ...], color: str, folder: str) -> int:
    """A staged delivery pipeline, enforced by git itself."""
    # The command parses its own arguments only after this, so every path in them is seen from the new folder.
    terminal.choose(color)
    ctx.color = None if color == terminal.AUTO else terminal.coloured()  # click would take colours out of a pipe
    for one in folders:
        enter(one)
    if folder:
        named(folder)
    if ctx.invoked_subcommand is None:
        click.echo(help_text(), err=True, nl=False)
        return USAGE
    return PASS


def named(folder: str) -> None:
    """Let the command be about the run in ``folder``, given from the repository's root or from here."""
    from commitgate.working.asking import choose

    choose(folder)


def enter(folder: str) -> None:
    """Change to ``folder`` as ``git -C`` does: an empty name changes nothing."""
    if not folder:
        return
    try:
        os.chdir(folder)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UserError(f"cannot change to {neutral(folder)}: {reason}", "-C takes a folder") from error


def run(arguments: list[str]) -> int:
    """Run ``git gate <arguments>`` and return its exit code. Never raises, except for SystemExit of a command."""
    try:
        with group.make_context(PROGRAM, list(arguments)) as ctx:
            result = group.invoke(ctx)
        sys.stdout.flush()
        return result if isinstance(result, int) else PASS
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    except click.ClickException as error:
        # git takes `git gate --help` for itself and looks for a manual page, so the hint says -h.
        context = getattr(error, "ctx", None)  # None where an option lacks its argument
        verb = next((f"{PROGRAM} {one}" for one in arguments if one in COMMANDS), PROGRAM)
        complain(error.format_message(), f"{context.command_path if context else verb} -h shows the usage")
        return USAGE
    except GateError as error:
        refuse(error)
        return error.code
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone; what it did not read was not told, so this is no pass.
        abandon_output()
        return UNREAD
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            abandon_output()
            with contextlib.suppress(OSError):  # what is full may be both streams
                complain(f"the answer could not be written: {error.strerror}", "make room there, and ask again")
            return UNKNOWN
        from commitgate import crash

        complain(crash.line(error), "run it again; if it happens again, report it with that file")
        return UNKNOWN


def abandon_output() -> None:
    """Leave what is not written yet unwritten: Python's own flush at the end of the process must not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str, hint: str = "") -> None:
    """Print one error to standard error, and the command or edit that helps below it."""
    click.echo(f"git gate: {message}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)


def refuse(error: GateError) -> None:
    """Show why: finding by finding with place and remedy where there are any, else as one complaint."""
    from commitgate.working.asking import named_run  # where nothing is refused nobody needs them
    from commitgate.working.pasting import naming

    if not error.findings:
        complain(error.message, naming(error.hint, named_run()))
        return
    named = [one._replace(hint=naming(one.hint, named_run())) for one in error.findings]
    click.echo(render(named, terminal.colours()), nl=False, color=terminal.coloured())
    if error.closing:
        click.echo(error.closing)
