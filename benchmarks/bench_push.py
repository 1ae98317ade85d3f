"""What pre-receive adds to a push of one commit into a repository of 50,000 files, against the bare interpreter.

    python benchmarks/bench_push.py

Pushes to a bare repository with the hook and to one without, in turn, a new commit each time: once onto a branch with a
run, once onto the target without one. Medians of 20 after warm-up. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from bench_door import ROOT, RUNS, WARM_UP, installed, milliseconds, scratch

sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from story import Library, Story  # noqa: E402
from support import Repo, make_template  # noqa: E402

FILES = 50_000
GOAL = 60 / 8  # milliseconds added for each millisecond of the bare interpreter


def large_template(folder: Path) -> Repo:
    """The tests' template with many files and a policy in it."""
    template = make_template(folder)
    blob = template.git("hash-object", "-w", "--stdin", feed=b"x\n").out.strip()
    listing = "".join(f"100644 {blob} 0\tvendor/d{n % 100}/d{n // 100 % 10}/file{n}.txt\n" for n in range(FILES))
    template.git("update-index", "--index-info", feed=listing.encode())
    template.git("commit", "-q", "-m", "many files")
    template.git("reset", "-q", "--hard")
    template.write(".gates.yaml", "version: 1\ntarget: main\n")
    template.commit("policy")
    return template


def tell(folder: Path) -> Story:
    """The tests' run with its first gate, on top of the many files, without its local hooks."""
    library = Library(folder / "library", large_template(folder / "template"))
    story = library.copy("requirements", folder / "run")
    for hook in ("pre-commit", "pre-merge-commit"):
        story.remove(f".git/hooks/{hook}")
    return story


def serve(story: Story, folder: Path, name: str) -> Repo:
    """A server that holds both branches, packed."""
    bare = Repo(folder / f"{name}.git")
    story.git("clone", "-q", "--bare", "--no-hardlinks", str(story.path), str(bare.path))
    bare.git("symbolic-ref", "HEAD", "refs/heads/main")
    bare.git("gc", "-q")
    story.git("remote", "add", name, str(bare.path))
    return bare


def measure(story: Story, python: str, branch: str) -> bool:
    """Push one more commit of ``branch`` to both servers, RUNS times."""
    story.git("switch", "-q", branch)
    spent: dict[str, list[float]] = {"plain": [], "judged": [], "bare": []}
    for turn in range(RUNS + WARM_UP):
        story.write("docs/notes.md", f"{branch} {turn}\n")
        story.commit(f"notes {turn}", args=("--no-verify",))
        for name in ("plain", "judged"):
            command = ["git", "push", "-q", "--no-verify", name, branch]
            spent[name].append(milliseconds(command, story.path))
        spent["bare"].append(milliseconds([python, "-I", "-c", "pass"], story.path))
    median = {name: statistics.median(times[WARM_UP:]) for name, times in spent.items()}
    added = median["judged"] - median["plain"]
    allowed = GOAL * median["bare"]
    good = added <= allowed
    print(
        f"push of one commit to {branch:<14} added {added:6.1f} ms   plain {median['plain']:6.1f} ms   "
        f"bare {median['bare']:5.1f} ms   goal {allowed:6.1f} ms   {'ok' if good else 'MISSED'}",
        flush=True,
    )
    return good


def main() -> int:
    """Measure both pushes; 0 when the goal is met."""
    folder = scratch("push")
    os.environ["PYTHONPATH"] = str(ROOT / "src")  # for the story's own helpers
    story = tell(folder)
    del os.environ["PYTHONPATH"]
    serve(story, folder, "plain")
    judged = serve(story, folder, "judged")
    python, _ = installed(folder)
    subprocess.run([Path(python).with_name("git-gate"), "install", "--pre-receive"], cwd=judged.path, check=True)
    good = [measure(story, python, branch) for branch in ("feature/reset", "main")]
    shutil.rmtree(folder)
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main())
