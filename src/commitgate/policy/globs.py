"""Path patterns that need no regular expression: names, endings, folders. Most patterns of most policies are such.

What they mean is what pathspec makes of the same text (a property test holds the two together); what is saved is
importing and compiling, which a server pays anew for every push.
"""

from __future__ import annotations

from commitgate.record import Record

LENGTH_LIMIT = 256  # characters of a pattern

# How a pattern matches a path, in gitignore's terms: not at all, a folder above it, or the path itself.
NOT = 0
FOLDER = 1
ITSELF = 2

_SPECIAL = frozenset("*?[]\\!#")


class Glob(Record):
    """A pattern of one of the plain forms, taken apart."""

    start: str  # of the name, or the whole path when there is no star
    end: str
    starred: bool  # one name: anything may stand between start and end
    anchored: bool  # from the repository's root, not at any depth
    tail: str  # "": the path itself or what is below it; "/" and "/**": only what is below it


def plain(pattern: str) -> Glob | None:
    """The pattern (without a leading "!") taken apart; None when it is of no plain form."""
    body, tail = pattern, ""
    for ending in ("/**", "/"):
        if body.endswith(ending):
            body, tail = body[: -len(ending)], ending
            break
    anywhere = body.startswith("**/")
    body = body[3:] if anywhere else body
    rooted = not anywhere and body.startswith("/")
    body = body[1:] if rooted else body
    parts = body.split("/")
    single = len(parts) == 1 and not rooted
    if not body.isprintable() or any(part in ("", ".", "..") or part != part.strip() for part in parts):
        return None
    if single and body.count("*") == 1 and not tail:
        start, _, end = body.partition("*")
        if _SPECIAL.isdisjoint(start + end) and start + end:
            return Glob(start, end, True, False, "")
        return None
    if not _SPECIAL.isdisjoint(body):
        return None
    # A name alone is meant at any depth, also as a folder; "name/**" and every longer path are meant from the root.
    return Glob(body, "", False, not anywhere and not (single and tail != "/**"), tail)


def rank(glob: Glob, path: str) -> int:
    """NOT, FOLDER or ITSELF, for a path without control characters."""
    if glob.starred:
        names = path.split("/")
        if _between(glob, names[-1]):
            return ITSELF
        return FOLDER if any(_between(glob, name) for name in names[:-1]) else NOT
    whole = path if glob.anchored else "/" + path
    wanted = glob.start if glob.anchored else "/" + glob.start
    if not glob.tail and (whole == wanted if glob.anchored else whole.endswith(wanted)):
        return ITSELF
    below = whole.startswith(wanted + "/") if glob.anchored else wanted + "/" in whole
    if not below:
        return NOT
    return ITSELF if glob.tail == "/**" else FOLDER


def _between(glob: Glob, name: str) -> bool:
    return len(name) >= len(glob.start) + len(glob.end) and name.startswith(glob.start) and name.endswith(glob.end)


def pieces(pattern: str) -> tuple[str, ...]:
    """Texts that every path matching the pattern holds: a cheap reason not to try it. () when none is certain."""
    if "\\" in pattern:
        return ()
    before, opened, rest = pattern.removeprefix("!").partition("[")
    parts = [before]
    if opened:
        parts.append(rest.rpartition("]")[2].partition("[")[0])
    for separator in ("*", "?", "/"):
        parts = [piece for part in parts for piece in part.split(separator)]
    return tuple(piece.strip() for piece in parts if piece.strip())
