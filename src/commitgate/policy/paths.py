"""What the policy says about one path: its area, whether it is free, and which security triggers it fires."""

from __future__ import annotations

import unicodedata

from commitgate.policy.layout import WAIVERS
from commitgate.policy.model import PathClass, Policy, Trigger
from commitgate.policy.patterns import Matcher, Names, plain_patterns
from commitgate.policy.run_patterns import containing
from commitgate.policy.words import normal, occurrences, words

OTHER = "other"
DEPS = "deps"
CONTROL_PLANE = "control:plane"

# No repository has such paths for a good reason, and matching them costs time that an attacker would choose.
PATH_LIMIT = 1024
_HOSTILE = "control character or overlong path"


def _readable(path: str) -> tuple[str, bool]:
    """The path as it is matched, and whether it is what it seems to be.

    Control characters (a name that ends in a newline would slip past patterns) are replaced; format characters
    (zero width space) are dropped, for they would split a word that reads as one.
    """
    if path.isascii() and path.isprintable():
        return path, len(path) <= PATH_LIMIT
    kept: list[str] = []
    honest = len(path) <= PATH_LIMIT
    for character in path:
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp"):
            kept.append("\ufffd")
            honest = False
        elif category != "Cf":
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)), honest


class _Words:
    """All phrases of all triggers, found by their first word."""

    def __init__(self, triggers: tuple[Trigger, ...]) -> None:
        self._phrases: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        self._exceptions: dict[str, list[tuple[str, ...]]] = {}
        for trigger in triggers:
            for written in trigger.words:
                phrase = words(written)
                if phrase:
                    self._phrases.setdefault(phrase[0], []).append((phrase, trigger.id, written))
            self._exceptions[trigger.id] = [phrase for text in trigger.exceptions if (phrase := words(text))]

    def fired(self, path: str) -> dict[str, str]:
        """Trigger id -> the word, as the policy writes it, that the path holds."""
        found: dict[str, str] = {}
        within = words(path)
        for at, word in enumerate(within):
            for phrase, trigger, written in self._phrases.get(word, ()):
                end = at + len(phrase)
                if trigger not in found and within[at:end] == phrase and not self._spared(trigger, within, at, end):
                    found[trigger] = written
        return found

    def _spared(self, trigger: str, within: tuple[str, ...], start: int, end: int) -> bool:
        return any(
            first <= start and end <= after
            for phrase in self._exceptions[trigger]
            for first, after in occurrences(phrase, within)
        )


class Classifier:
    """The policy's patterns and words, compiled once; use one for many paths. Never raises on any path.

    Areas and free paths are relative to ``product``, the product root of a run ("" or a folder with its slash);
    triggers look at the whole path and at what is below that root.
    """

    def __init__(self, policy: Policy, product: str = "") -> None:
        self._product = product
        self._runs = policy.runs
        self._ids = tuple(trigger.id for trigger in policy.triggers)
        self._words = _Words(policy.triggers)
        self._patterns = [
            (trigger.id, {normal(pattern): pattern for pattern in reversed(trigger.patterns)})
            for trigger in policy.triggers
            if trigger.patterns
        ]
        self._names = [Names(written) for _, written in self._patterns]
        self._areas = [
            (area.name, Matcher(unicodedata.normalize("NFC", pattern) for pattern in area.patterns))
            for area in reversed(policy.areas)
            if area.name not in (OTHER, DEPS)
        ]
        manifests = next((area.patterns for area in policy.areas if area.name == DEPS), ())
        self._deps = Names(normal(pattern) for pattern in manifests)
        self._free = Matcher(unicodedata.normalize("NFC", pattern) for pattern in policy.free)

    def classify(self, path: str) -> PathClass:
        """``path`` from the repository's root, decoded with surrogateescape."""
        text, honest = _readable(path)
        if len(text) > PATH_LIMIT:
            return PathClass(OTHER, False, False, tuple((trigger, _HOSTILE) for trigger in self._ids))
        below = text.removeprefix(self._product)
        fired = self._fired(text)
        if below != text:
            fired = {**self._fired(below), **fired}
        folders = containing(self._runs, text)
        if any(text.startswith(f"{folder}/{WAIVERS}") for folder in folders):
            fired.setdefault(CONTROL_PLANE, WAIVERS)
        area = next((name for name, matcher in self._areas if matcher.match(below) is not None), OTHER)
        # Whatever the policy calls free: nothing in a run folder is.
        free = honest and not folders and CONTROL_PLANE not in fired and self._free.match(below) is not None
        if not honest:
            fired = {trigger: fired.get(trigger, _HOSTILE) for trigger in self._ids}
        triggers = tuple((trigger, fired[trigger]) for trigger in self._ids if trigger in fired)
        folded = normal(text)
        return PathClass(area, self._deps.match(folded, plain_patterns(folded)) is not None, free, triggers)

    def _fired(self, text: str) -> dict[str, str]:
        """Trigger id -> the word or pattern, as the policy writes it, that a path holds."""
        folded = normal(text)
        fired = self._words.fired(text)
        plain = plain_patterns(folded)
        for (trigger, written), names in zip(self._patterns, self._names, strict=True):
            if trigger not in fired:
                hit = names.match(folded, plain)
                if hit is not None:
                    fired[trigger] = written[hit]
        return fired


def classify(policy: Policy, path: str) -> PathClass:
    """One path; for many, make a Classifier and keep it."""
    return Classifier(policy).classify(path)
