"""10,000 gate files: ``git gate validate`` in one process, against check-jsonschema on the same files.

Both are timed as a user sees them, from process start to exit, in turns, best of several rounds. Ours does more
(strict JSON, lines, digests, the rules beside the schema). Goal: a ratio of at most 0.35. Exit 1 above it.

    python benchmarks/bench_validate.py [--files 10000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOAL = 0.35
STAGE = "stage-07"


def make_files(folder: Path, count: int) -> list[str]:
    """Valid QA gates that differ from each other, one per folder since the name of a gate is fixed."""
    paths = []
    for number in range(count):
        gate = {
            "stage": STAGE,
            "status": "PASS",
            "agent": "qa",
            "track": "full",
            "timestamp": f"2026-03-26T{number % 24:02}:{number % 60:02}:00Z",
            "all_acceptance_criteria_met": True,
            "tests_total": number,
            "tests_passed": number,
            "tests_failed": 0,
            "failing_tests": [],
            "assigned_retry_to": None,
            "criterion_to_test_mapping_is_one_to_one": True,
            "blockers": [],
            "warnings": [f"warning {number} — carried on"] * (number % 4),
        }
        path = folder / str(number) / f"{STAGE}.json"
        path.parent.mkdir()
        path.write_text(json.dumps(gate, indent=2, ensure_ascii=False) + "\n")
        paths.append(str(path))
    return paths


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """Seconds from start to exit, and what was printed. A failing command ends the benchmark."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command[:4]} failed: {done.stdout[-500:]}{done.stderr[-500:]}")
    return seconds, done.stdout.strip()


def main() -> int:
    """Print both times and their ratio; 0 when the goal is met."""
    options = argparse.ArgumentParser(description="bulk validation against check-jsonschema")
    options.add_argument("--files", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        paths = make_files(folder, chosen.files)
        schema = str(ROOT / "gates" / f"{STAGE}.schema.json")
        ours = [sys.executable, "-m", "commitgate", "validate", *paths]
        theirs = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, *paths]
        our_times, their_times = [], []
        for _ in range(chosen.rounds):
            seconds, printed = timed(ours, folder)
            accepted = sum(line.endswith(": PASS") for line in printed.splitlines())
            if accepted != chosen.files:
                sys.exit(f"{accepted} of {chosen.files} gates were accepted")
            our_times.append(seconds)
            their_times.append(timed(theirs, folder)[0])
    ratio = min(our_times) / min(their_times)
    print(f"files              {chosen.files}")
    print(f"commitgate         {min(our_times):.2f} s  ({min(our_times) / chosen.files * 1e6:.0f} µs a file)")
    print(f"check-jsonschema   {min(their_times):.2f} s  ({min(their_times) / chosen.files * 1e6:.0f} µs a file)")
    print(f"ratio              {ratio:.3f}  (goal: {GOAL} at most)")
    return 0 if ratio <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
