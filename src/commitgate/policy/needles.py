"""A cheap reason not to look at the lines of a file: it holds none of the names that any idiom needs.

Most changed files are such; the search itself (``policy/lines.py``), with its regular expressions,
is then not even loaded. What is said here is only ever "surely nothing".
"""

from __future__ import annotations

from commitgate.policy.model import EVERY, PathClass, Policy, Trigger

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


def silent(policy: Policy, path: str, kind: PathClass, *blobs: bytes | None) -> bool:
    """Whether the lines of a file surely fire nothing, in whichever of its blobs they are. False: nobody knows yet."""
    spoken = language(policy, path)
    if spoken == EVERY or kind.deps or any(one == _MANIFEST for one, _ in kind.triggers):
        return False
    wanted = [text for one, texts in policy.needles if one in (spoken, EVERY) for text in texts]
    for data in blobs:
        if data is None or len(data) > _LONGEST or data.translate(None, _PLAIN):
            return False
        text = data.decode("ascii").lower()
        if any(one in text for one in _ODD) or any(one in text for one in wanted):
            return False
    return True
