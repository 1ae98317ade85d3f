"""The pre-commit door, help and status against the bare interpreter, as ratios taken in one run.

    python benchmarks/bench_door.py

Builds the wheel, installs it into a scratch virtual environment (an editable checkout looks at its own files at every
start and would be slower), tells a run of 14 gates in a scratch repository, and measures whole processes: medians of 20
after warm-up, the bare interpreter measured in turn with each command. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from story import Library, Story  # noqa: E402
from support import Repo, make_template  # noqa: E402

RUNS = 20
WARM_UP = 3


def scratch(name: str) -> Path:
    """A new folder, and an environment in which neither this machine's settings nor a hook's variables count."""
    for variable in list(os.environ):
        if variable.startswith("GIT_") or variable in ("CI", "PYTHONPATH"):
            del os.environ[variable]
    os.environ.update(GIT_AUTHOR_NAME="A", GIT_AUTHOR_EMAIL="a@x", GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@x")
    os.environ.update(GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8")
    return Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))


def milliseconds(command: list[str], cwd: Path, prepare: Callable[[], None] | None = None) -> float:
    """Wall time of one process; ``prepare`` runs before it and is not counted."""
    if prepare is not None:
        prepare()
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    spent = (time.perf_counter() - begun) * 1000
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr.decode()}")
    return spent


def compare(
    name: str,
    goal: float,
    python: str,
    command: list[str],
    cwd: Path,
    prepare: Callable[[], None] | None = None,
) -> bool:
    """Measure a command and the bare interpreter in turn, print both medians and their ratio."""
    bare, ours = [], []
    for turn in range(RUNS + WARM_UP):
        one = milliseconds([python, "-I", "-c", "pass"], cwd)
        other = milliseconds(command, cwd, prepare)
        if turn >= WARM_UP:
            bare.append(one)
            ours.append(other)
    ratio = statistics.median(ours) / statistics.median(bare)
    good = ratio <= goal
    print(
        f"{name:<52} {statistics.median(ours):7.1f} ms   bare {statistics.median(bare):5.1f} ms   "
        f"ratio {ratio:4.2f}   goal {goal:4.2f}   {'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


def installed(folder: Path) -> tuple[str, str]:
    """A virtual environment with the wheel of this checkout: its interpreter, and the installed start script."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = str(folder / "venv" / "bin" / "python")
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
    subprocess.run([python, "-m", "pip", "install", "-q", str(source)], check=True, stderr=subprocess.DEVNULL)
    where = "import commitgate.doors as d; print(d.__path__[0])"
    doors = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True, cwd=folder).stdout.strip()
    return python, str(Path(doors) / "start.py")


def run_of_fourteen_gates(folder: Path) -> Story:
    """The tests' run, complete, with 50 staged product files and 14 gates."""
    story = Library(folder / "library", make_template(folder / "template")).copy("complete", folder / "run")
    for stage in ("stage-04-platform", "stage-06-platform"):
        area = {"area": "platform"}
        story.write_gate(stage, "FAIL", **area, files_changed=[], review_shape="matrix", required_approvals=2,
                         approvals=[], changes_requested=[], escalated_to_principal=False)  # fmt: skip
    story.git("add", "-A")
    story.git("commit", "-q", "--no-verify", "-m", "two more gates")
    for hook in ("pre-commit", "pre-merge-commit"):
        story.remove(f".git/hooks/{hook}")
    return story


def stage_fifty(story: Repo, tag: str) -> None:
    """Fifty staged files of the product."""
    for number in range(50):
        story.write(f"src/backend/module{number}.js", f"// {tag} {number}\n")
    story.git("add", "-A")


def main() -> int:
    """Measure everything; 0 when every goal is met."""
    folder = scratch("door")
    os.environ["PYTHONPATH"] = str(ROOT / "src")  # for the story's own helpers
    story = run_of_fourteen_gates(folder)
    del os.environ["PYTHONPATH"]
    python, start = installed(folder)
    door = [python, "-I", "-S", start, "pre-commit"]
    good = []

    stage_fifty(story, "a")
    good.append(compare("door, 14 gates, 50 staged files, no gate changed", 2.5, python, door, story.path))

    count = [0]

    def another_gate() -> None:
        count[0] += 1
        story.write_gate("stage-01", warnings=[f"note {count[0]}"])
        story.git("add", "-A")

    good.append(
        compare("door, one gate changed and valid, memo cold for it", 10, python, door, story.path, another_gate)
    )

    def move_head() -> None:
        count[0] += 1
        subprocess.run(door, cwd=story.path, check=True, stderr=subprocess.DEVNULL)
        story.git("commit", "-q", "-m", "moved")
        stage_fifty(story, f"b{count[0]}")

    story.git("checkout", "-q", "HEAD", "--", "pipeline")
    stage_fifty(story, "c")
    good.append(compare("door, first run after HEAD moved by one commit", 3.0, python, door, story.path, move_head))

    good.append(commit_cost(story, python, start))
    gate = str(Path(python).with_name("git-gate"))
    good.append(compare("git gate --help", 6, python, [gate, "--help"], story.path))
    good.append(compare("git gate status, 14 gates", 8, python, [gate, "status"], story.path))

    many(story, 50_000)
    good.append(compare("door, 50,000 files in the index", 3.3, python, door, story.path))
    shutil.rmtree(folder)
    return 0 if all(good) else 1


def many(story: Repo, number: int) -> None:
    """Put many files into the index and commit them on the target, so that the delta stays what it is."""
    blob = story.git("hash-object", "-w", "--stdin", feed=b"x\n").out.strip()
    listing = "".join(f"100644 {blob} 0\tvendor/d{n % 100}/d{n // 100 % 10}/file{n}.txt\n" for n in range(number))
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "so far")
    story.git("switch", "-q", "main")
    story.git("update-index", "--index-info", feed=listing.encode())
    story.git("commit", "-q", "--no-verify", "-m", "many files")
    story.git("reset", "-q", "--hard")
    story.git("switch", "-q", "feature/reset")
    story.git("merge", "-q", "--no-edit", "main")
    stage_fifty(story, "many")


def commit_cost(story: Story, python: str, start: str) -> bool:
    """``git commit`` with our shim against without any hook, in turn, in two copies of one repository.

    Two copies, because a commit without the hook would move HEAD past what the hook remembers.
    """
    shim = f'#!/bin/sh\nexec "{python}" -I -S "{start}" pre-commit "$@"\n'
    plain = Story(shutil.copytree(story.path, story.path.with_name("plain"), symlinks=True))
    hooked = Story(shutil.copytree(story.path, story.path.with_name("hooked"), symlinks=True))
    hooked.hook("pre-commit", shim)
    spent: dict[str, list[float]] = {"plain": [], "hooked": [], "bare": []}
    for turn in range(RUNS + WARM_UP):
        for name, repo in (("plain", plain), ("hooked", hooked)):
            repo.write("src/backend/module0.js", f"// commit {turn}\n")
            repo.git("add", "-A")
            spent[name].append(milliseconds(["git", "commit", "-q", "-m", "x"], repo.path))
        spent["bare"].append(milliseconds([python, "-I", "-c", "pass"], story.path))
    median = {name: statistics.median(times[WARM_UP:]) for name, times in spent.items()}
    added = median["hooked"] - median["plain"]
    allowed = 25 * median["bare"] / 8
    good = added <= allowed
    print(
        f"{'git commit: added by our shim':<52} {added:7.1f} ms   bare {median['bare']:5.1f} ms   "
        f"plain commit {median['plain']:4.1f} ms   goal {allowed:4.1f} ms   {'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


if __name__ == "__main__":
    raise SystemExit(main())
