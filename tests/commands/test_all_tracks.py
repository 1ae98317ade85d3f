"""Every track from `git gate start` to the archive by what ``next`` says, and every kind of run folder.

The journey next door takes the full, the quick and the nano track through the folder ``pipeline``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commands.test_journey import CHECKED, LEARNT, SECURE, Walker, Writer
from story import BRIEF, REPORT, Story
from support import Repo

RUNBOOK = "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n"
TOTALS = "# Test report\n\nTotal: 2, passed: 2, failed: 0\n"
PLACES = {
    "pipeline": ("", "pipeline"),
    "pipelines/*": ("", "pipelines/feature"),
    "services/*/pipeline": ("services/a/", "services/a/pipeline"),
}
# Each track, and the longest and the one about the product's own files in several places.
WALKS = [
    ("full", "pipelines/*"),
    ("full", "services/*/pipeline"),
    ("quick", "pipelines/*"),
    ("nano", "services/*/pipeline"),
    ("config-only", "services/*/pipeline"),
    ("dep-update", "pipeline"),
    ("dep-update", "services/*/pipeline"),
    ("hotfix", "pipeline"),
]
STAGES = {
    "full": "requirements design clarification build pre-review peer-review qa deploy retrospective",
    "quick": "requirements build peer-review qa deploy retrospective",
    "nano": "build qa",
    "config-only": "build pre-review qa deploy",
    "dep-update": "build peer-review qa deploy",
    "hotfix": "build pre-review peer-review qa deploy retrospective",
}


def writers(track: str, product: str, folder: str) -> dict[tuple[str, str], list[Any]]:
    def writes(path: str, text: str, answers: str = "") -> Writer:
        def write(walker: Walker) -> str:
            walker.repo.write(path, text)
            return answers

        return write

    changed = writes(f"{product}src/backend/list.js", "x\n")
    if track == "dep-update":
        changed = writes(f"{product}package.json", '{"dependencies": {"a": "1.0.1"}}\n')
    if track == "config-only":
        changed = writes(f"{product}src/infra/limits.yaml", "x: 1\n")
    met = "--set all_acceptance_criteria_met=true --set criterion_to_test_mapping_is_one_to_one=false"
    report = writes(
        f"{folder}/test-report.md", REPORT.format(total=2, passed=2, failed=0), met if track == "hotfix" else ""
    )
    if track in ("nano", "config-only", "dep-update"):
        report = writes(f"{folder}/test-report.md", TOTALS, f"{met} --set regression_check=PASS")
    return {
        ("start-run", ""): [f"--track {track}"],
        ("complete-stage", "requirements"): [writes(f"{folder}/brief.md", BRIEF)],
        ("complete-stage", "design"): [
            writes(
                f"{folder}/design-spec.md",
                "# Design\n\nSTATUS: APPROVED\n\nLists.\n",
                "--set arch_approved=true --set pm_approved=true",
            )
        ],
        ("complete-stage", "clarification"): ["--set scope_changed=false"],
        ("scaffold-stage", "build"): [changed, ""],
        ("complete-stage", "build"): ["--set regression_check=PASS" if track == "nano" else ""],
        ("complete-stage", "pre-review"): [CHECKED],
        ("complete-stage", "security-review"): [SECURE],
        ("complete-stage", "peer-review"): ["--verdict approved --no-pager"],
        ("complete-stage", "qa"): [report],
        ("complete-stage", "deploy"): [
            writes(
                f"{folder}/runbook.md",
                RUNBOOK,
                "--set pm_signoff=true --set runbook_referenced=true --set smoke_test_passed=true",
            )
        ],
        ("complete-stage", "retrospective"): [LEARNT],
    }


def test_no_track_and_no_place_is_left_out() -> None:
    assert {track for track, _ in WALKS} == set(STAGES)
    assert {pattern for _, pattern in WALKS} == set(PLACES)


@pytest.mark.parametrize(("track", "pattern"), WALKS)
def test_from_start_to_archive(
    repo: Repo, capsys: Any, monkeypatch: pytest.MonkeyPatch, track: str, pattern: str
) -> None:
    product, folder = PLACES[pattern]
    repo.write(f"{product}package.json", '{"dependencies": {"a": "1.0.0"}}\n')
    repo.write(".gates.yaml", f'version: 1\ntarget: main\nruns: ["{pattern}"]\n')
    repo.commit("policy")
    Story(repo.path).install()
    repo.branch("feature/x")
    walker = Walker(repo, capsys, monkeypatch, writers(track, product, folder))
    if product:
        monkeypatch.chdir(repo.path / product)
        walker.here = Repo(repo.path / product)
    step = walker.walk("pipeline-complete")
    stages = list(dict.fromkeys(stage for _, stage in walker.seen if stage))
    assert [one for one in stages if one != "security-review"] == STAGES[track].split()
    assert walker.run(step["command"])[0] == 0
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "feature/x")
    step = walker.walk("pipeline-complete")
    walker.obey(step)
    assert walker.walk("start-run")["commit"] == ""
    assert not Path(repo.path, folder, "run.json").exists()
    said = repo.gate("verify", "main~1..main")
    assert said.code == 0, said.said
