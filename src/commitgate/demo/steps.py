"""The kinds of step that a scenario is made of. They hold data only; the player carries them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commitgate.demo.actions import Action
    from commitgate.demo.roles import Role


@dataclass(frozen=True)
class Accepted:
    """A commit that the hooks must let through.

    ``states`` maps gate ids to what ``git gate check`` must say of them afterwards; ``warns`` are rule ids that
    the hooks must mention while they accept; ``exits`` is what ``git gate check`` must end with, None for any;
    ``checkpoint`` is the letter of the checkpoint at which the run must stop after this commit, "" for none.
    """

    role: Role
    subject: str
    actions: tuple[Action, ...]
    states: Mapping[str, str] = field(default_factory=dict)
    warns: tuple[str, ...] = ()
    exits: int | None = None
    checkpoint: str = ""


@dataclass(frozen=True)
class Refused:
    """A commit that the hooks must refuse with ``rule``, and with each of ``words`` in what they say."""

    role: Role
    subject: str
    actions: tuple[Action, ...]
    rule: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A question to the tool: ``git gate <command>`` must end with ``exits`` and say each of ``words``."""

    role: Role
    subject: str
    command: str
    exits: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """A heading between steps."""

    title: str


Step = Accepted | Refused | Asked | Chapter
