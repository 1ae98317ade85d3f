"""Findings for people: what, where, why, and the exact command to run next. Quiet on success.

Text that comes out of documents and paths is neutralised: it must not move the cursor, change colours, forge a line
of its own, or flood the screen.
"""

from __future__ import annotations

from commitgate.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 500
_MOST_PLACES = 10
_RED, _GREEN, _YELLOW, _DIM, _BOLD, _OFF = "\033[31m", "\033[32m", "\033[33m", "\033[2m", "\033[1m", "\033[0m"


def neutral(text: str, longest: int = LONGEST) -> str:
    """Printable text on one line: control characters, bidi marks and line separators are shown as escapes."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(
            one
            if one.isprintable() and not _reorders(one)
            else one.encode("unicode_escape", "surrogatepass").decode("ascii")
            for one in text
        )
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _reorders(one: str) -> bool:
    return "\u200b" <= one <= "\u200f" or "\u202a" <= one <= "\u202e" or "\u2066" <= one <= "\u2069" or one == "\ufeff"


def place(finding: Finding) -> str:
    """``path:line``, ``path`` or ""."""
    path = neutral(finding.path)
    return f"{path}:{finding.line}" if path and finding.line else path


def places(findings: list[Finding]) -> list[str]:
    """Where findings that say the same stand: the first few places, and how many more there are."""
    shown = [one for one in map(place, findings) if one]
    more = len(shown) - _MOST_PLACES
    return [*shown[:_MOST_PLACES], f"{more} more"] if more > 0 else shown


def grouped(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Errors first; those that differ in nothing but their place stand together."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: not one.level):
        groups.setdefault((finding.rule, finding.level, finding.message, finding.hint), []).append(finding)
    return list(groups.values())


def finding_lines(findings: list[Finding], colour: Colours) -> list[str]:
    """Findings that say the same of several places: what and where, why, and the way out."""
    first = findings[0]
    mark = colour.error("error") if first.level else colour.warning("warning")
    shown = places(findings)
    head = f"{mark} {colour.bold(first.rule)}" + (f" {shown[0]}" if shown else "")
    lines = [head, *(f"      and {more}" for more in shown[1:])]
    lines.append(f"    {neutral(first.message)}")
    if first.hint:
        lines.append(f"    {colour.dim('→')} {neutral(first.hint)}")
    return lines


class Colours:
    """Terminal colours, or none."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted

    def error(self, text: str) -> str:
        """For what refuses."""
        return self._paint(_RED, text)

    def warning(self, text: str) -> str:
        """For what only warns."""
        return self._paint(_YELLOW, text)

    def good(self, text: str) -> str:
        """For what is done."""
        return self._paint(_GREEN, text)

    def bold(self, text: str) -> str:
        """For what to look at first."""
        return self._paint(_BOLD, text)

    def dim(self, text: str) -> str:
        """For what may be overlooked."""
        return self._paint(_DIM, text)

    def _paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if self._wanted else text


def waived_lines(waived: Iterable[tuple[Finding, str]], colour: Colours) -> str:
    """What waivers cover, counted apart: rule and places, and the waiver in words. "" for nothing."""
    listed = list(dict.fromkeys(waived))
    if not listed:
        return ""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding, told in listed:
        groups.setdefault((finding.rule, told), []).append(finding)
    lines = [f"{colour.bold(f'{len(listed)} waived')}:"]
    for (rule, told), findings in groups.items():
        shown = places(findings)
        lines.append(f"    {rule}{f' {shown[0]}' if shown else ''}: {neutral(told)}")
        lines += [f"      and {more}" for more in shown[1:]]
    return "".join(f"{line}\n" for line in lines)


def render(findings: Iterable[Finding], colour: Colours) -> str:
    """All findings, errors first; those that differ in nothing but their place stand together. "" for none."""
    return "".join(f"{line}\n" for group in grouped(findings) for line in finding_lines(group, colour))
