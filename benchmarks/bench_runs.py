"""``git gate status`` on the finished walkthrough, and the door of a repository with 200 runs, against the interpreter.

    python benchmarks/bench_runs.py

The wheel in a scratch virtual environment, whole processes, medians of 20 after warm-up, the bare interpreter measured
in turn. The 200 runs have landed on the target, each in its own folder; the door is asked on a branch with one
more run, and on the target itself. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from bench_door import ROOT, compare, installed, scratch, stage_fifty

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from support import Repo, make_template  # noqa: E402

FINISHED = 200


def finished_walkthrough(folder: Path, python: str) -> Path:
    """The repository that the demo leaves behind."""
    place = folder / "walkthrough"
    gate = str(Path(python).with_name("git-gate"))
    subprocess.run([gate, "demo", "--fast", "--keep", str(place)], check=True, stdout=subprocess.DEVNULL)
    return place


def run_files(repo: Repo, name: str) -> None:
    """A run on the shortest track with its two gates."""
    folder = f"pipelines/{name}"
    run = {"schema": 1, "run": name, "feature": name, "track": "nano", "created": "2026-03-26T09:00:00Z"}
    repo.write(f"{folder}/run.json", json.dumps(run) + "\n")
    repo.write(f"{folder}/context.md", "# Context\n\nTRACK: nano\n\n## User Decisions\n\n")
    base = {
        "status": "PASS", "agent": "somebody", "track": "nano", "blockers": [], "warnings": [],
        "timestamp": "2026-03-26T10:00:00Z",
    }  # fmt: skip
    build = {"stage": "stage-04", "workstreams": [], "pr_summaries_written": [], "local_verification": []}
    tests = {
        "stage": "stage-07", "all_acceptance_criteria_met": True, "tests_total": 0, "tests_passed": 0,
        "tests_failed": 0, "failing_tests": [], "criterion_to_test_mapping_is_one_to_one": True,
        "regression_check": "PASS",
    }  # fmt: skip
    for gate in (build, tests):
        repo.write(f"{folder}/gates/{gate['stage']}.json", json.dumps({**base, **gate}) + "\n")


def two_hundred_runs(folder: Path) -> Repo:
    """Every run came to the target by a merge of its own."""
    repo = make_template(folder / "template")
    repo.write(".gates.yaml", 'version: 1\ntarget: main\nruns: ["pipelines/*"]\n')
    repo.commit("policy")
    for number in range(FINISHED):
        run_files(repo, f"feature-{number:03}")
        repo.commit(f"feature {number}", args=("--no-verify",))
    return repo


def main() -> int:
    """Measure everything; 0 when every goal is met."""
    folder = scratch("runs")
    python, start = installed(folder)
    gate = str(Path(python).with_name("git-gate"))
    walkthrough = finished_walkthrough(folder, python)
    good = [compare("status, the finished walkthrough", 8, python, [gate, "status"], walkthrough)]
    repo = two_hundred_runs(folder)
    door = [python, "-I", "-S", start, "pre-commit"]
    repo.write("README.md", "more\n")
    repo.git("add", "-A")
    good.append(compare(f"door, {FINISHED} runs, on the target", 4, python, door, repo.path))
    repo.git("reset", "-q", "--hard")
    repo.git("switch", "-q", "-c", "next")
    run_files(repo, "next")
    repo.commit("one more", args=("--no-verify",))
    stage_fifty(repo, "x")
    good.append(compare(f"door, {FINISHED} runs, on a branch with one more", 4, python, door, repo.path))
    shutil.rmtree(folder)
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main())
