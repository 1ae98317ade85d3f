"""Where a rule of the policy in force is written, for people who want to read or change it."""

from __future__ import annotations

from commitgate.policy import yaml_strict
from commitgate.policy.sources import Sources

# Rule, or what a family of rules starts with → the part of the policy that decides it. The first that fits counts.
_SETTINGS = (
    ("brief/", "brief"),
    ("checkpoint/", "checkpoints"),
    ("consistency/sections", "brief"),
    ("gate/derived-", "derive"),
    ("lessons/promotions", "lessons"),
    ("order/one-commit", "history"),
    ("order/unowned", "unowned"),
    ("order/early-work", "stages"),
    ("order/predecessor", "stages"),
    ("order/stale", "stages"),
    ("ready/stage", "merge"),
    ("review/contributor", "review"),
    ("review/identity", "reviewers"),
    ("review/insufficient", "review"),
    ("review/no-stage", "tracks"),
    ("review/not-open", "stages"),
    ("review/own-area", "reviewers"),
    ("review/unknown-area", "areas"),
    ("review/unknown-reviewer", "reviewers"),
    ("run/landed", "require_run"),
    ("run/required", "require_run"),
    ("security/required", "triggers"),
    ("security/veto", "roles"),
    ("track/too-light", "triggers"),
    ("track/", "tracks"),
)


class Places:
    """``.gates.yaml`` (its bytes, None when there is none) and the shipped rules, asked for ``file:line``."""

    def __init__(self, override: bytes | None) -> None:
        own: object = None
        lines: yaml_strict.LineMap = {}
        if override is not None:
            own, lines, _ = yaml_strict.load(override)
        self._sources = Sources(own if isinstance(own, dict) else {}, lines)

    def stage(self, name: str) -> str:
        """The place of a stage."""
        return self._of("stages", name)

    def area(self, name: str) -> str:
        """The place of an area; of ``unowned`` for what no area claims."""
        return self._of("unowned") if name == "other" else self._of("areas", name)

    def checkpoint(self, letter: str) -> str:
        """The place of a checkpoint."""
        return self._of("checkpoints", letter)

    def free(self) -> str:
        """The place of the patterns that ask nothing."""
        return self._of("free")

    def review(self, key: str) -> str:
        """The place of a setting of the peer review (``scoped``, ``matrix``, ``contributors``, …)."""
        return self._of("review", key)

    def reviewers(self) -> str:
        """The place of the list of reviewers."""
        return self._of("reviewers")

    def trigger(self, name: str) -> str:
        """The place of a security trigger, also of one that is switched off; "" when nobody knows it."""
        if name not in self._sources.shipped["triggers"]:
            return ""
        return self._sources.place(("security", "triggers", name), ("triggers", name))

    def rule(self, rule: str) -> str:
        """The place of the setting that a rule of the catalogue obeys; "" for a rule that no policy changes."""
        for start, key in _SETTINGS:
            if rule.startswith(start):
                own = ("security", key) if key == "triggers" else (key,)
                return self._sources.place(own, (key,))
        return ""

    def _of(self, *path: str) -> str:
        return self._sources.place(path, path)
