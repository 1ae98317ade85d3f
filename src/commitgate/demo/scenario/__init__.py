"""The story as data: "Add password reset via email", from an empty run to its retrospective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commitgate.demo.scenario import building, planning, releasing, reviewing

if TYPE_CHECKING:
    from commitgate.demo.steps import Step

FEATURE = planning.FEATURE

STORY: tuple[Step, ...] = (*planning.STEPS, *building.STEPS, *reviewing.STEPS, *releasing.STEPS)
