"""The order of stages at the commit door: what may be committed, and what is refused and why."""

from __future__ import annotations

import pytest

from story import MILESTONES


@pytest.mark.parametrize("milestone", MILESTONES)
def test_the_lawful_run_reaches_every_milestone(story, milestone):
    told = story(milestone)
    assert told.check("--rev", "HEAD")["exit"] in (0, 2), "a lawful run is never malformed, escalated or unknown"


def test_a_finished_run_is_ready_and_all_pass(story):
    data = story("complete").check("--rev", "HEAD", "--ready")
    assert data["ready"] is True
    assert data["exit"] == 0
    assert {row["state"] for row in data["stages"]} == {"pass"}
