"""A whole run by ``git gate next`` alone: whoever does what it says, and writes what only people write, gets through.

The walker knows nothing of the pipeline. It runs the commands that ``next --json`` prints, as they are, and calls
one of the writers below when it is somebody's turn to write.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import pytest

from commitgate import cli
from story import BRIEF, REPORT, Story
from support import Repo

Writer = Callable[["Walker"], None]
ACTIONS = {
    "start-run",
    "scaffold-stage",
    "complete-stage",
    "derive-approvals",
    "auto-fold",
    "proceed",
    "resolve-escalation",
    "repair-gate",
    "rerun-stale",
    "pipeline-complete",
}


class Walker:
    """Does what it is told in the folder ``here``.

    ``writers``: what people write, by (action, stage); the first that is left of each.
    """

    def __init__(self, repo: Repo, capsys: Any, monkeypatch: Any, writers: dict[tuple[str, str], list[Any]]) -> None:
        self.repo = self.here = repo
        self.seen: list[tuple[str, str]] = []
        self.committed = 0
        self._capsys, self._patch = capsys, monkeypatch
        self._writers = writers
        monkeypatch.chdir(repo.path)
        monkeypatch.setenv("GIT_EDITOR", "echo work >")

    def walk(self, until: str, *, most: int = 90) -> dict[str, Any]:
        """Go on until ``next`` says this action; the step itself."""
        for _ in range(most):
            step = self.next()
            if step["commit"]:  # by whoever did the step before
                said = self.here.git(*shlex.split(step["commit"].partition(" && ")[0])[1:])
                said = self.here.git("commit", check=False)
                assert said.code == 0, said.said
                self.committed += 1
                continue
            self.seen.append((step["action"], step["stage"]))
            if step["action"] == until:
                return step
            self.obey(step)
        raise AssertionError(f"still walking: {self.seen[-8:]} {self.next()}")

    def next(self) -> dict[str, Any]:
        code, out = self.run("git gate next --json")
        assert code == 0, out
        step: dict[str, Any] = json.loads(out)
        assert step["action"] in ACTIONS
        assert step["reason"]
        assert step["command"]
        return step

    def obey(self, step: dict[str, Any]) -> None:
        """Whoever it is: first write what is to be written, then run the command, answering what it asks."""
        self.become(step["role"])
        writers = self._writers.get((step["action"], step["stage"]), [])
        said: Any = writers.pop(0) if len(writers) > 1 else (writers[0] if writers else "")
        if callable(said):
            said = said(self)
        if said is None:
            return  # something else came between
        command = step["command"]
        if command.endswith(" && git commit"):
            self.here.git(*shlex.split(command.partition(" && ")[0])[1:])
            assert self.repo.git("commit", check=False).code == 0
            return
        code, out = self.run(f"{command} {said or ''}")
        assert code == 0, f"{command} {said}\n{out}"

    def run(self, command: str) -> tuple[int, str]:
        words = shlex.split(command)
        assert words[:2] == ["git", "gate"], command
        code = cli.run(words[2:])
        captured = self._capsys.readouterr()
        return code, captured.out + captured.err

    def become(self, role: str) -> None:
        name = {"frontend": "dev-frontend", "backend": "dev-backend", "platform": "dev-platform"}.get(role, role)
        for who in ("AUTHOR", "COMMITTER"):
            self._patch.setenv(f"GIT_{who}_NAME", name or "user")
            self._patch.setenv(f"GIT_{who}_EMAIL", f"{name or 'user'}@example.com")


def writes(path: str, text: str, answers: str = "") -> Writer:
    """Write a document; what the command asks besides."""

    def write(walker: Walker) -> str:
        walker.repo.write(path, text)
        return answers

    return write


def says(*lines: str) -> Writer:
    """Look at the change as the command shows it, then put the verdict into the section that it left."""

    def write(walker: Walker) -> str:
        command = walker.next()["command"]
        words = command.split()
        if words[2] != "review":
            return ""
        walker.run(f"{command} --no-pager")
        path = f"pipeline/code-review/by-{words[words.index('--as') + 1]}.md"
        heading = f"## Review of {words[3]}\n"
        before, _, after = walker.repo.read(path).partition(heading)
        after = after.lstrip("\n")
        section, mark, others = after.partition("\n## ")
        bound = "\n".join(line for line in section.splitlines() if line.startswith("Reviewed:"))
        walker.repo.write(path, before + heading + "\n" + "\n".join((*lines, "", bound, "")) + mark + others)
        return "--no-pager"

    return write


def breaks(walker: Walker) -> None:
    walker.repo.write("pipeline/gates/stage-01.json", "{")


def repairs(walker: Walker) -> str:
    walker.repo.git("restore", "--", "pipeline/gates/stage-01.json")
    return ""


def builds(*areas: str) -> Writer:
    def write(walker: Walker) -> str:
        for area in areas:
            walker.repo.write(f"src/{area}/auth.js", f"// {area}\n")
        return ""

    return write


APPROVED = says("REVIEW: APPROVED")
SPEC = writes(
    "pipeline/design-spec.md",
    "# Design\n\nSTATUS: APPROVED\n\nTokens.\n",
    "--set arch_approved=true --set pm_approved=true",
)
CHECKED = "--set lint_passed=true --set tests_passed=true --set dependency_review_passed=true"
SECURE = "--set security_approved=true --set veto=false"
PASSING = writes("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
DELIVERED = writes(
    "pipeline/runbook.md",
    "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n",
    "--set pm_signoff=true --set runbook_referenced=true --set smoke_test_passed=true",
)
LEARNT = "--set severity=green --set 'lessons_promoted=[]'"


@pytest.fixture
def walking(repo: Repo, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Walker]:
    def begin(writers: dict[tuple[str, str], list[Any]]) -> Walker:
        Story(repo.path).install()
        repo.branch("feature/x")
        return Walker(repo, capsys, monkeypatch, writers)

    return begin


def test_from_start_to_archive_with_everything_that_goes_wrong(walking: Callable[..., Walker]) -> None:
    walker = walking(
        {
            ("complete-stage", "requirements"): [writes("pipeline/brief.md", BRIEF)],
            ("scaffold-stage", "design"): [breaks, ""],
            ("repair-gate", "requirements"): [repairs],
            ("complete-stage", "design"): [SPEC],
            ("complete-stage", "clarification"): ["--set scope_changed=false"],
            ("scaffold-stage", "build"): [builds("backend", "frontend"), ""],
            ("complete-stage", "pre-review"): [CHECKED],
            ("complete-stage", "security-review"): [SECURE],
            ("complete-stage", "peer-review"): [
                says("REVIEW: CHANGES REQUESTED", "", "ESCALATE: two documents disagree", "OPTION: A", "OPTION: B"),
                writes("src/backend/auth.js", "// as decided\n"),
                APPROVED,
            ],
            ("complete-stage", "qa"): [
                writes(
                    "pipeline/test-report.md",
                    REPORT.format(total=2, passed=1, failed=1),
                    "--fail 'a test fails' --set 'failing_tests=[\"expires\"]' --set assigned_retry_to=dev-backend",
                ),
                writes("src/backend/auth.js", "// expires\n"),
                writes("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0)),
            ],
            ("complete-stage", "deploy"): [DELIVERED],
            ("complete-stage", "retrospective"): [LEARNT],
        }
    )
    step = walker.walk("pipeline-complete")
    assert step["command"] == "git gate check --ready"
    assert walker.run(step["command"])[0] == 0
    repo = walker.repo
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "feature/x")
    step = walker.walk("pipeline-complete")
    assert step["command"] == "git gate archive"
    walker.obey(step)
    assert walker.walk("start-run")["commit"] == ""
    assert not (repo.path / "pipeline" / "run.json").exists()
    assert {action for action, _ in walker.seen} == ACTIONS
    said = repo.gate("verify", "main~1..main")
    assert said.code == 0, said.said


def test_a_small_track(walking: Callable[..., Walker]) -> None:
    walker = walking(
        {
            ("start-run", ""): ["--track quick"],
            ("complete-stage", "requirements"): [writes("pipeline/brief.md", BRIEF)],
            ("scaffold-stage", "build"): [writes("src/backend/list.js", "x\n"), ""],
            ("complete-stage", "peer-review"): [APPROVED],
            ("complete-stage", "qa"): [PASSING],
            ("complete-stage", "retrospective"): [LEARNT],
        }
    )
    walker.walk("pipeline-complete")
    stages = list(dict.fromkeys(stage for _, stage in walker.seen if stage))
    assert stages == ["requirements", "build", "peer-review", "qa", "deploy", "retrospective"]
    assert ("auto-fold", "deploy") in walker.seen
    assert walker.committed >= 6


def test_the_smallest_track(walking: Callable[..., Walker]) -> None:
    walker = walking(
        {
            ("start-run", ""): ["--track nano"],
            ("scaffold-stage", "build"): [writes("src/backend/list.js", "x\n"), ""],
            ("complete-stage", "build"): ["--set regression_check=PASS"],
        }
    )
    walker.walk("pipeline-complete")
    assert ("auto-fold", "qa") in walker.seen
    rows = json.loads(walker.run("git gate status --json")[1])["stages"]
    assert [row["notes"] for row in rows if row["stage"] == "stage-07"] == [["folded from the build"]]
