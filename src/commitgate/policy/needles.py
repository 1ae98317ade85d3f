"""A cheap reason not to look at the lines of a file: it holds none of the names that any idiom needs.

Most changed files are such; the search itself (``policy/lines.py``), with its regular expressions,
is then not even loaded. What is said here is only ever "surely nothing".
"""

from __future__ import annotations

from commitgate.policy.model import EVERY, PathClass, Policy, Trigger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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


def needles(triggers: tuple[Trigger, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(language, texts) of which a file must hold one, in lower case, to fire any idiom of that language."""
    from commitgate.policy.idioms import Idiom

    found: dict[str, set[str]] = {}
    for trigger in triggers:
        for spoken, entries in trigger.lines:
            for written in entries:
                idiom = Idiom(written)
                found.setdefault(spoken, set()).add(idiom.key or idiom.fragment or max(idiom.phrase, key=len))
    return tuple((spoken, tuple(sorted(texts))) for spoken, texts in sorted(found.items()))


def silent(policy: Policy, files: Sequence[tuple[str, PathClass, Sequence[bytes | None]]]) -> list[bool]:
    """For each file (its path, class, and blobs) whether its lines surely fire nothing. False: nobody knows yet.

    The files of one language are searched together first, because mostly there is nothing in any of them.
    """
    texts = [_text(policy, *file) for file in files]
    wanted: dict[str, list[str]] = {}
    together: dict[str, list[str]] = {}
    for spoken, text in texts:
        together.setdefault(spoken, []).append(text)
    for spoken in together:
        wanted[spoken] = [text for one, needed in policy.needles if one in (spoken, EVERY) for text in needed]
    quiet = {spoken for spoken, found in together.items() if not _holds("\0".join(found), wanted[spoken])}
    return [spoken != EVERY and (spoken in quiet or not _holds(text, wanted[spoken])) for spoken, text in texts]


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
