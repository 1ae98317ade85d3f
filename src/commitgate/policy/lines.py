"""What the lines of a change fire: the policy's idioms against two blobs of one file.

A pure function of the policy, the path and the two blobs; ``content.py`` remembers it by their ids.
"""

from __future__ import annotations

from commitgate.documents.changed_lines import Line, changed, lines, opaque, passive
from commitgate.documents.facts import LineHit
from commitgate.policy.idioms import Idiom, names, readable
from commitgate.policy.model import EVERY, PathClass, Policy, Trigger
from commitgate.policy.needles import language
from commitgate.policy.words import occurrences, words

OPAQUE = "content:opaque"
DEPENDENCY, MANIFEST = "dep:new", "dep:manifest"
_MOST = 20  # hits of one trigger in one file that are kept
_Rule = tuple[Trigger, Idiom]


class LineRules:
    """The idioms of a policy for one language, found by the names on a line."""

    def __init__(self, policy: Policy, wanted: str) -> None:
        self._by_key: dict[str, list[_Rule]] = {}
        self._by_fragment: list[tuple[str, _Rule]] = []
        self._phrases: dict[str, list[_Rule]] = {}  # by their first word
        self._exceptions: dict[str, list[tuple[str, ...]]] = {}
        self._known: dict[str, list[_Rule]] = {}
        for trigger in policy.triggers:
            for name, entries in trigger.lines:
                if wanted not in (EVERY, name) and name != EVERY:
                    continue
                for written in entries:
                    self._add((trigger, Idiom(written)))
            self._exceptions[trigger.id] = [phrase for text in trigger.exceptions if (phrase := words(text))]

    def _add(self, rule: _Rule) -> None:
        idiom = rule[1]
        if idiom.phrase:
            self._phrases.setdefault(idiom.phrase[0], []).append(rule)
        elif idiom.key:
            self._by_key.setdefault(idiom.key, []).append(rule)
        else:
            self._by_fragment.append((idiom.fragment, rule))

    def hits(self, line: str) -> list[tuple[Trigger, Idiom, str]]:
        """Trigger, idiom and new name ("" without one) of what a line fires, each trigger and name once."""
        text = readable(line)
        found: dict[tuple[str, str], tuple[Trigger, Idiom, str]] = {}
        # Each idiom once, however many names ask for it: a line of a megabyte can hold a hundred thousand of them.
        asked = {id(rule): rule for name in dict.fromkeys(names(text)) for rule in self._candidates(name)}
        for trigger, idiom in asked.values():
            for new in [""] if idiom.phrase else idiom.search(text):
                if idiom.names_new and words(new) in self._exceptions[trigger.id]:
                    continue
                found.setdefault((trigger.id, new), (trigger, idiom, new))
        return list(found.values())

    def _candidates(self, name: str) -> list[_Rule]:
        """The rules that a name on a line may fire. Names come again and again, so the answer is kept."""
        rules = self._known.get(name)
        if rules is None:
            lower = name.lower()
            rules = [rule for part in dict.fromkeys(lower.split("-")) for rule in self._by_key.get(part, ())]
            rules += [rule for fragment, rule in self._by_fragment if fragment in lower]
            within = words(name)
            said = [rule for word in dict.fromkeys(within) for rule in self._phrases.get(word, ())]
            rules += [rule for rule in said if self._says(rule, within)]
            self._known[name] = rules
        return rules

    def _says(self, rule: _Rule, within: tuple[str, ...]) -> bool:
        trigger, idiom = rule
        spared = [span for phrase in self._exceptions[trigger.id] for span in occurrences(phrase, within)]
        return any(
            not any(first <= start and end <= after for first, after in spared)
            for start, end in occurrences(idiom.phrase, within)
        )


class LineReader:
    """One policy's rules for lines, compiled once; use one for many files."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._order = {trigger.id: position for position, trigger in enumerate(policy.triggers)}
        self._rules: dict[str, LineRules] = {}

    def read(self, path: str, kind: PathClass, old: bytes | None, new: bytes | None) -> tuple[LineHit, ...]:
        """What the change of one file fires by its lines, in the policy's order.

        ``old`` and ``new`` are b"" for a side that is not there, None for one that was not read (too large, another
        repository). ``kind`` says what the path alone fires: a
        trigger whose ``covered_by`` is among that is not looked for.
        """
        by_path = {name for name, _ in kind.triggers}
        wanted = {one.id for one in self._policy.triggers if not by_path.intersection(one.covered_by)}
        found: list[LineHit] = []
        if DEPENDENCY in wanted and (kind.deps or MANIFEST in by_path):
            found += _dependencies(path, old, new)
        reason = opaque(path, new) or opaque(path, old)
        if old is None or new is None or reason:
            found += [LineHit(OPAQUE, 0, False, reason)] if OPAQUE in wanted else []
        else:
            old, new = (b"" if passive(path, data) else data for data in (old, new))
            found += [hit for hit in self._lines(path, old, new) if hit.trigger in wanted]
        return tuple(sorted(found, key=lambda hit: (self._order.get(hit.trigger, 0), hit.removed, hit.line)))

    def _lines(self, path: str, old: bytes, new: bytes) -> list[LineHit]:
        spoken = language(self._policy, path)
        if spoken not in self._rules:
            self._rules[spoken] = LineRules(self._policy, spoken)
        rules = self._rules[spoken]
        added, removed = changed(old, new)
        counts: dict[tuple[str, bool], int] = {}
        found: list[LineHit] = []
        known: set[tuple[str, str]] | None = None
        for is_removed, some in ((False, added), (True, removed)):
            seen: set[str] = set()
            for line in some:
                if line.text in seen:
                    continue
                seen.add(line.text)
                for trigger, idiom, name in rules.hits(line.text):
                    if idiom.names_new:
                        if is_removed:
                            continue
                        if known is None:
                            known = _named(rules, lines(old))
                        if (trigger.id, name) in known:
                            continue
                    key = (trigger.id, is_removed)
                    counts[key] = counts.get(key, 0) + 1
                    if counts[key] <= _MOST:
                        pattern = idiom.written.replace("@", name)
                        found.append(LineHit(trigger.id, line.number, is_removed, pattern))
        return found


def _named(rules: LineRules, some: list[Line]) -> set[tuple[str, str]]:
    """(trigger, name) of every name that the file named before."""
    return {
        (trigger.id, name)
        for text in {line.text for line in some}
        for trigger, idiom, name in rules.hits(text)
        if idiom.names_new
    }


def _dependencies(path: str, old: bytes | None, new: bytes | None) -> list[LineHit]:
    """The dependencies that a manifest brings and did not bring before; one that cannot be read brings all."""
    # The parsers of a dozen formats, for files that are rarely touched.
    from commitgate.documents.dependencies import UnreadableManifest, added_dependencies

    if new is None:
        return [LineHit(DEPENDENCY, 0, False, "it cannot be read: too large")]
    try:
        added = added_dependencies(path, old or b"", new)
    except UnreadableManifest as refused:
        return [LineHit(DEPENDENCY, 0, False, f"it cannot be read: {refused}")]
    return [LineHit(DEPENDENCY, number, False, name) for name, number in added[:_MOST]]
