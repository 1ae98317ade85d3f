"""The two kinds of error there are. Everything else is a bug, and a bug is exit 4, never a pass."""

from __future__ import annotations

from commitgate.finding import UNKNOWN, USAGE, Finding


class GateError(Exception):
    """Base: a message for a person, a hint (the command that helps), and the exit code."""

    code = UNKNOWN
    findings: tuple[Finding, ...] = ()  # what is wrong, place by place; shown instead of the message when there are any
    closing = ""  # what to say after the findings

    def __init__(self, message: str, hint: str = "", code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class UserError(GateError):
    """The user's mistake: one clear line and what to do about it (exit 64 unless a command says otherwise)."""

    code = USAGE


class CannotDecide(GateError):
    """Facts are missing (shallow clone, two merge bases, git failed): exit 4 with the remedy."""

    code = UNKNOWN

    def __init__(self, message: str, hint: str, rule: str) -> None:
        super().__init__(message, hint)
        self.rule = rule
