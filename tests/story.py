"""A run told commit by commit in a real repository, through the installed hook; tests start at any of its milestones.

Gates are written by hand here, without ``subject``: what they are bound to is then found in history, and the tool's own
commands have their tests elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from commitgate.commands.check import ask, report_of, waived_of
from commitgate.documents.gate import render
from commitgate.engine import COMMIT, INDEX, WORKTREE, Question, open_engine
from commitgate.report import formats
from support import SOURCE, Repo, Result, run, settle

BRIEF = """# Feature Brief: Reset

## Problem Statement
People forget passwords.

## User Stories
1. As a user I want a link.

## Acceptance Criteria
1. A link is sent
2. The link expires

## Out of Scope
- SMS

## Open Questions
None
"""
REPORT = """# Test report

Total: {total}, passed: {passed}, failed: {failed}

## Criteria

| Criterion | Test | Result |
| --- | --- | --- |
| AC-1 | sends a link | pass |
| AC-2 | link expires | pass |
"""
RUN = '{"schema": 1, "run": "reset-1", "feature": "Reset", "track": "full", "created": "2026-03-26T09:00:00Z"}\n'
MILESTONES = (
    "started",
    "requirements",
    "designed",
    "clarified",
    "built",
    "prereviewed",
    "secured",
    "reviewed",
    "tested",
    "deployed",
    "complete",
)
SHIM = """#!/bin/sh
exec '{python}' -I -S '{start}' {hook} "$@"
"""


class Story(Repo):
    """A repository with our hook installed, and the words of the pipeline."""

    def install(self) -> None:
        """The hook as a shim would call it."""
        start = SOURCE / "commitgate" / "doors" / "start.py"
        for hook in ("pre-commit", "pre-merge-commit"):
            self.hook(hook, SHIM.format(python=sys.executable, start=start, hook=hook))

    def write_gate(self, stage_id: str, status: str = "PASS", **fields: Any) -> None:
        """A complete gate; ``None`` as a value leaves the key out."""
        base: dict[str, Any] = {
            "stage": stage_id,
            "status": status,
            "agent": "somebody",
            "track": "full",
            "timestamp": "2026-03-26T10:00:00Z",
            **DEFAULTS.get(stage_id, DEFAULTS.get(stage_id[:8], {})),
            "blockers": [] if status == "PASS" else ["not yet"],
            "warnings": [],
            **fields,
        }
        kept = {key: value for key, value in base.items() if value is not None}
        self.write(f"pipeline/gates/{stage_id}.json", json.dumps(kept, indent=2) + "\n")

    def read_gate(self, stage: str) -> dict[str, Any]:
        """A gate of the work tree."""
        gate: dict[str, Any] = json.loads(self.read(f"pipeline/gates/{stage}.json"))
        return gate

    def decide(self, line: str) -> None:
        """Append a line to the user's decisions."""
        path = self.path / "pipeline" / "context.md"
        path.write_text(path.read_text() + f"2026-03-26T10:00:00Z — {line}\n")

    def verdict(self, reviewer: str, area: str, verdict: str = "APPROVED", *extra: str) -> None:
        """Append or replace a section of a reviewer's file."""
        path = self.path / "pipeline" / "code-review" / f"by-{reviewer}.md"
        text = path.read_text() if path.exists() else f"# Review by {reviewer}\n"
        parts = text.split("\n## Review of ")
        kept = [parts[0], *(part for part in parts[1:] if part.splitlines()[0] != area)]
        lines = "\n".join((area, "", f"REVIEW: {verdict}", *extra))
        self.write(
            str(path.relative_to(self.path)),
            "\n## Review of ".join([part.rstrip("\n") + "\n" for part in [*kept, lines]]),
        )

    def policy_on_target(self, text: str) -> None:
        """A policy on main, merged into the branch: no change of this branch. No hook is asked."""
        unasked = ("-c", "core.hooksPath=/dev/null")
        self.git("switch", "-q", "main")
        self.write(".gates.yaml", text)
        self.git("add", ".gates.yaml")
        self.git(*unasked, "commit", "-q", "-m", "policy")
        self.git("switch", "-q", "-")
        self.git(*unasked, "merge", "-q", "--no-edit", "main")

    def review(self, reviewer: str, area: str, verdict: str = "APPROVED", *extra: str) -> Result:
        """A reviewer's commit with the derived gates."""
        self.verdict(reviewer, area, verdict, *extra)
        return self.derive_and_commit(reviewer)

    def derive_and_commit(self, author: str) -> Result:
        """Write the derived gates and commit everything as ``author``; the commit may be refused."""
        who = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": f"{author}@example.com"}
        self.git("add", "-A")
        derive(self, who)
        return self.commit(f"review by {author}", author=author, check=False)

    def door(self, env: Mapping[str, str] | None = None) -> Result:
        """The pre-commit door alone, on the index as it stands."""
        start = SOURCE / "commitgate" / "doors" / "start.py"
        return run(sys.executable, "-I", "-S", start, "pre-commit", cwd=self.path, env=env)

    def check(self, *args: str) -> dict[str, Any]:
        """What ``git gate check --format json`` prints for these arguments, asked without starting a process.

        The command itself has its own tests; this is the same code from its question on.
        """
        words = list(args)
        ready = "--ready" in words
        if "--rev" in words:
            question = Question(COMMIT, words[words.index("--rev") + 1])
            side = f"commit {question.revision}"
        else:
            question = Question(INDEX if "--index" in words else WORKTREE)
            side = "the index" if "--index" in words else "the work tree"
        findings, answers = ask(str(self.path), question, ready)
        report = report_of(f"commitgate: {side}", findings, answers, waived_of(answers, question, ready))
        data: dict[str, Any] = json.loads(formats.render("json", report))
        return data

    def state(self, stage: str, *args: str) -> str:
        """The state of one gate as ``check`` tells it (of HEAD unless other arguments are given)."""
        rows = {row["stage"]: row["state"] for row in self.check(*(args or ("--rev", "HEAD")))["stages"]}
        return str(rows[stage])


DEFAULTS: dict[str, dict[str, Any]] = {
    "stage-01": {"acceptance_criteria_count": 2, "out_of_scope_items": ["SMS"], "required_sections_complete": True},
    "stage-02": {"arch_approved": True, "pm_approved": True, "adr_count": 0},
    "stage-03": {"open_questions_count": 0, "answered_questions_count": 0, "scope_changed": False},
    "stage-04-backend": {"area": "backend", "files_changed": ["src/backend/auth.js"]},
    "stage-04-frontend": {"area": "frontend", "files_changed": ["src/frontend/form.js"]},
    "stage-05": {
        "lint_passed": True,
        "tests_passed": True,
        "dependency_review_passed": True,
        "security_review_required": True,
    },
    "stage-05-security": {"security_approved": True, "veto": False, "triggering_conditions": ["path:auth"]},
    "stage-07": {
        "all_acceptance_criteria_met": True,
        "tests_total": 2,
        "tests_passed": 2,
        "tests_failed": 0,
        "failing_tests": [],
        "criterion_to_test_mapping_is_one_to_one": True,
    },
    "stage-08": {"pm_signoff": True, "runbook_referenced": True, "smoke_test_passed": True},
    "stage-09": {"severity": "green", "lessons_promoted": [], "patterns_harvested": 0, "contributions_written": []},
}


def derive(story: Story, env: Mapping[str, str] | None = None) -> None:
    """Write what the engine derives from the index, straight from its answer."""
    with open_engine(str(story.path), {**os.environ, **(env or {})}) as engine:
        verdict = engine.ask(Question(INDEX), int(time.time())).verdict
    when = "2026-03-26T11:00:00Z"
    for review in verdict.reviews:
        requested = [{**one, "timestamp": when} for one in review.gate["changes_requested"]]
        gate = {**review.gate, "timestamp": when, "changes_requested": requested}
        story.write(f"pipeline/gates/stage-06-{review.area}.json", render(gate))


def _start(story: Story) -> None:
    story.install()
    story.branch("feature/reset")
    story.write("pipeline/run.json", RUN)
    story.write("pipeline/context.md", "# Context\n\nTRACK: full\n\n## User Decisions\n\n")
    story.commit("start", author="orchestrator")


def _requirements(story: Story) -> None:
    story.write("pipeline/brief.md", BRIEF)
    story.write_gate("stage-01")
    story.commit("requirements", author="pm")


def _design(story: Story) -> None:
    story.decide("CHECKPOINT-PASS: a (user)")
    story.commit("checkpoint a", author="user")
    story.write("pipeline/design-spec.md", "# Design\n\nSTATUS: APPROVED\n\nA table of tokens.\n")
    story.write_gate("stage-02")
    story.commit("design", author="principal")


def _clarify(story: Story) -> None:
    story.decide("CHECKPOINT-PASS: b (user)")
    story.commit("checkpoint b", author="user")
    story.write_gate("stage-03")
    story.commit("clarification", author="pm")


def _build(story: Story) -> None:
    for area, path in (("backend", "src/backend/auth.js"), ("frontend", "src/frontend/form.js")):
        story.write(path, f"// {area}\n")
        story.write(f"pipeline/pr-{area}.md", f"# {area}\n")
        story.write_gate(f"stage-04-{area}")
        story.commit(f"build {area}", author=f"dev-{area}")


def _prereview(story: Story) -> None:
    story.write_gate("stage-05")
    story.commit("pre-review", author="dev-platform")


def _secure(story: Story) -> None:
    story.write_gate("stage-05-security")
    story.commit("security review", author="security")


def _review(story: Story) -> None:
    for reviewer, area in (
        ("frontend", "backend"),
        ("platform", "backend"),
        ("backend", "frontend"),
        ("platform", "frontend"),
    ):
        said = story.review(reviewer, area)
        assert said.code == 0, said.said


def _test(story: Story) -> None:
    story.write("src/tests/auth.test.js", "// tests\n")
    story.write("pipeline/test-report.md", REPORT.format(total=2, passed=2, failed=0))
    story.write_gate("stage-07")
    story.commit("qa", author="dev-qa")


def _deploy(story: Story) -> None:
    story.decide("CHECKPOINT-PASS: c (user)")
    story.commit("checkpoint c", author="user")
    story.write("pipeline/runbook.md", "# Runbook\n\n## Rollback\n\nRevert.\n\n## Health signals\n\nErrors.\n")
    story.write_gate("stage-08")
    story.commit("deploy", author="platform")


def _finish(story: Story) -> None:
    story.write("pipeline/retrospective.md", "# Retrospective\n")
    story.write_gate("stage-09")
    story.commit("retrospective", author="principal")


STEPS: dict[str, Callable[[Story], None]] = dict(
    zip(
        MILESTONES,
        (_start, _requirements, _design, _clarify, _build, _prereview, _secure, _review, _test, _deploy, _finish),
        strict=True,
    )
)


class Library:
    """The milestones as repositories, told once and copied for each test."""

    def __init__(self, folder: Path, template: Repo) -> None:
        self._folder = folder
        self._template = template

    def at(self, milestone: str) -> Path:
        """The folder of a milestone's master copy; never change it."""
        target = self._folder / milestone
        if not target.exists():
            position = MILESTONES.index(milestone)
            source = self.at(MILESTONES[position - 1]) if position else self._template.path
            making = self._folder / f"{milestone}.making"
            shutil.copytree(source, making, symlinks=True)
            STEPS[milestone](Story(making))
            # One pack instead of a folder for each object: a copy is then a seventh of the work.
            Story(making).git("repack", "-a", "-d", "-q")
            settle(Story(making))
            making.rename(target)
        return target

    def copy(self, milestone: str, target: Path) -> Story:
        """A fresh copy to work in."""
        shutil.copytree(self.at(milestone), target, symlinks=True)
        return Story(target)
