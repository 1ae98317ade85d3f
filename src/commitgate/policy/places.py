"""Where a rule of the policy in force is written, for people who want to read or change it."""

from __future__ import annotations

from commitgate.policy import yaml_strict
from commitgate.policy.sources import Sources


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

    def _of(self, *path: str) -> str:
        return self._sources.place(path, path)
