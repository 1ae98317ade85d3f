"""A cheap reason not to look at the lines of a file: it holds none of the names that any idiom needs.

Most changed files are such; the search itself (``policy/lines.py``), with its regular expressions,
is then not even loaded. What is said here is only ever "surely nothing".
"""

from __future__ import annotations

from commitgate.policy.model import EVERY, PathClass, Policy, Trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Needles = tuple[tuple[str, tuple[str, ...]], ...]  # language, texts
    File = tuple[str, PathClass, Sequence[bytes | None]]  # path, class, blobs

_MANIFEST = "dep:manifest"
_LONGEST = 1 << 17  # bytes; what is longer is searched in earnest
_PLAIN = bytes((*range(0x20, 0x7F), 0x09, 0x0A, 0x0D))
# Texts that change how a file is read: an encoding in a head line, a pointer to what is kept elsewhere, a letter that
# is written as its number.
_ODD = ("coding", "git-lfs", "\\u")


def language(policy: Policy, path: str) -> str:
    """The language of a file by the end of its name, EVERY when the policy names none."""
    name = path.rsplit("/", 1)[-1].lower()
    for known, endings in policy.languages:
        for ending in endings:
            if name.endswith(ending) if ending.startswith(".") else name == ending or name.startswith(ending + "."):
                return known
    return EVERY


def needles(triggers: tuple[Trigger, ...]) -> Needles:
    """(language, texts), of which a file must hold one, in lower case, to fire any idiom of that language."""
    from commitgate.policy.idioms import Idiom

    found: dict[str, set[str]] = {}
    for trigger in triggers:
        for spoken, entries in trigger.lines:
            for written in entries:
                idiom = Idiom(written)
                found.setdefault(spoken, set()).add(idiom.key or idiom.fragment or max(idiom.phrase, key=len))
    return tuple((spoken, tuple(sorted(texts))) for spoken, texts in sorted(found.items()))


def silent(policy: Policy, needed: Callable[[], Needles], files: Sequence[File]) -> list[bool]:
    """For each file whether its lines surely fire nothing; False: nobody knows yet. ``needed``: :func:`needles`.

    The files of one language are searched together first, because mostly there is nothing in any of them.
    """
    held = [_text(policy, *file) for file in files]
    together: dict[str, list[str]] = {}
    for spoken, text in held:
        if spoken != EVERY:
            together.setdefault(spoken, []).append(text)
    if not together:
        return [False] * len(files)
    known = needed()
    wanted = {one: [text for spoken, texts in known if spoken in (one, EVERY) for text in texts] for one in together}
    quiet = {spoken for spoken, texts in together.items() if not _holds("\0".join(texts), wanted[spoken])}
    return [spoken != EVERY and (spoken in quiet or not _holds(text, wanted[spoken])) for spoken, text in held]


def _holds(text: str, wanted: list[str]) -> bool:
    for one in wanted:  # no generator: hundreds of names, and each is found or not in less time than that costs
        if one in text:
            return True
    return any(one in text for one in _ODD)


def _text(policy: Policy, path: str, kind: PathClass, blobs: Sequence[bytes | None]) -> tuple[str, str]:
    """The language of a file and all that it holds, in lower case; EVERY when it has to be searched in earnest."""
    spoken = language(policy, path)
    if spoken == EVERY or kind.deps or any(one == _MANIFEST for one, _ in kind.triggers):
        return EVERY, ""
    parts = []
    for data in blobs:
        if data is None or len(data) > _LONGEST or data.translate(None, _PLAIN):
            return EVERY, ""
        parts.append(data.decode("ascii").lower())
    return spoken, "\0".join(parts)
