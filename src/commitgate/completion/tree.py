"""The commands as plain data, as the script of every shell needs them.

What may stand at a place is told from the parameter: a choice lists its words, and its metavar says what else it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import click

from commitgate.policy.catalog import catalog
from commitgate.policy.load import load_policy

# Kinds of a value. What the shells look up by themselves is marked so; the rest is listed in the script.
WORDS, NOTHING = "words", "nothing"
FILES, FOLDERS, REVISIONS, AREAS, GATES = "files", "folders", "revisions", "areas", "gates"  # looked up

_BY_METAVAR = {
    "AREA": AREAS,
    "BRANCH": REVISIONS,
    "COMMIT": REVISIONS,
    "DIR": FOLDERS,
    "FILE": FILES,
    "FILENAME": FILES,
    "FOLDER": FOLDERS,
    "GATE": GATES,
    "PATH": FILES,
    "RANGE": REVISIONS,
    "REF": REVISIONS,
    "REV": REVISIONS,
}


class Value(NamedTuple):
    """What may stand at a place: its kind, its words when the kind is WORDS, and its name for a person."""

    kind: str
    words: tuple[str, ...] = ()
    name: str = ""


class Option(NamedTuple):
    """An option: its names, what it is for, its value (None: it takes none), and whether it may be repeated."""

    names: tuple[str, ...]
    summary: str
    value: Value | None
    repeated: bool


class Verb(NamedTuple):
    """A command. ``path`` is how it is typed after ``git gate``; () for ``git gate`` itself.

    ``arguments`` are in their order; with ``endless`` the last one may be repeated.
    """

    path: tuple[str, ...]
    summary: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    endless: bool
    verbs: tuple[Verb, ...]

    def all(self) -> Iterator[Verb]:
        """This one and all below it."""
        yield self
        for verb in self.verbs:
            yield from verb.all()


def read(group: click.Group, summaries: dict[str, str]) -> Verb:
    """The tree below ``git gate``; ``summaries`` has the one line of each verb."""
    words = _words()
    with click.Context(group, info_name="git gate", help_option_names=["-h", "--help"]) as context:
        return _verb(context, group, (), words, summaries)


def default_areas() -> tuple[str, ...]:
    """The areas of the shipped policy, for a repository that names none."""
    return _words()["AREA"]


def _words() -> dict[str, tuple[str, ...]]:
    """Metavar → the words that the shipped policy and catalogue know for it."""
    policy, _ = load_policy(None)
    if policy is None:
        return {}
    return {
        "AREA": tuple(area.name for area in policy.areas),
        "LETTER": tuple(checkpoint.letter for checkpoint in policy.checkpoints),
        "REVIEWER": tuple(reviewer.name for reviewer in policy.reviewers),
        "ROLE": tuple(dict.fromkeys(stage.role for track in policy.tracks.values() for stage in track.stages)),
        "RULE": tuple(catalog()),
        "STAGE": tuple(dict.fromkeys(stage.name for track in policy.tracks.values() for stage in track.stages)),
        "TRACK": tuple(policy.tracks),
    }


def _verb(
    context: click.Context,
    command: click.Command,
    path: tuple[str, ...],
    words: dict[str, tuple[str, ...]],
    summaries: dict[str, str],
) -> Verb:
    options, arguments, endless = [], [], False
    for one in command.get_params(context):
        if isinstance(one, click.Option):
            if one.hidden:
                continue
            value = None if one.is_flag or one.count else _value(one, context, words)
            summary = one.help if one.help and one.name != "help" else "Show the page of help and end."
            options.append(Option((*one.opts, *one.secondary_opts), plain(summary), value, one.multiple))
        elif isinstance(one, click.Argument):
            arguments.append(_value(one, context, words))
            endless = one.nargs == -1
    verbs = []
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is None or below.hidden:
                continue
            with click.Context(below, parent=context, info_name=name) as inner:
                verbs.append(_verb(inner, below, (*path, name), words, summaries))
    summary = summaries.get(" ".join(path), "") or command.get_short_help_str(200)
    return Verb(path, plain(summary), tuple(options), tuple(arguments), endless, tuple(verbs))


def _value(one: click.Parameter, context: click.Context, words: dict[str, tuple[str, ...]]) -> Value:
    name = one.make_metavar(context)
    if isinstance(one.type, click.Choice):
        return Value(WORDS, tuple(map(str, one.type.choices)), one.human_readable_name)
    name = re.sub(r"[\[\]<>]|\.\.\.$", "", name)
    if ".." in name:
        return Value(REVISIONS, (), name)
    if name in _BY_METAVAR:
        return Value(_BY_METAVAR[name], (), name)
    if name == "SUBJECT":
        return Value(FILES, words["STAGE"], name)
    return Value(WORDS, words[name], name) if name in words else Value(NOTHING, (), name)


def plain(text: str) -> str:
    """One line without the full stop at its end, as lists of completions have it."""
    return " ".join(text.split()).removesuffix(".")
