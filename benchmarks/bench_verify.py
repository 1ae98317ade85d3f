"""``git gate verify`` over a long range and over a branch, as ratios against what cannot be saved.

    python benchmarks/bench_verify.py [--commits 20000]

The long range: a run in its build stage, product commits that touch 500 files in turn, one commit in a hundred that
touches the pipeline, one in a hundred that merges a side branch. Measured against the one ``git log`` that the replay
needs, and with its memory at the peak. The branch: fifty commits, against the bare interpreter plus git's own time.
Whole processes of the installed wheel, medians. Exits 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench_door import installed, scratch

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from commitgate.git.history import WALK  # noqa: E402
from story import Library, Story  # noqa: E402
from support import make_template  # noqa: E402

FILES = 500
RATIO = 3.0
RATE, LOG_RATE = 5_000, 20_000
MEGABYTES = 150
BRANCH = 50
SIDE, AFTER, MERGES = 50, 51, 52  # in each hundred: a side branch, work beside it, and the merge of the two
CONTEXT = """# Context

TRACK: full

Note {}.

## User Decisions

2026-03-26T10:00:00Z — CHECKPOINT-PASS: a (user)
2026-03-26T10:00:00Z — CHECKPOINT-PASS: b (user)
"""
BRANCH_RATIO = 6.0
ROUNDS = 5
START = "import sys; from commitgate.__main__ import main; "
# What one process needs, told by itself: its memory at the peak (KiB), and the time of the git processes it ran.
USED = """
import resource
try:
    main()
finally:
    mine, gits = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    print("used", mine.ru_maxrss, gits.ru_utime + gits.ru_stime, file=sys.stderr)
"""


def commands(count: int, tip: str) -> Iterator[str]:
    """A ``git fast-import`` stream of ``count`` commits on top of ``tip``, on feature/reset."""
    trunk = previous = tip
    path = text = side = ""
    kept = (path, text)
    for number in range(count):
        turn = number % 100
        area = ("backend", "frontend")[number % 2]
        if turn == 0:
            path, text = "pipeline/context.md", CONTEXT.format(number)
        elif turn != MERGES:  # a merge takes over what the side branch made: fast-import merges no trees
            path, text = f"src/{area}/module{number % FILES}.js", f"// {number}\n" * (1 + number % 20)
        name = "side" if turn == SIDE else "feature/reset"
        who = f"dev-{area} <dev-{area}@example.com> {1_700_000_000 + number * 60} +0000"
        message = f"change {number}\n\nWhy it is made, in a line or two of prose.\n"
        yield f"commit refs/heads/{name}\nmark :{number + 1}\nauthor {who}\ncommitter {who}\n"
        yield f"data {len(message)}\n{message}from {trunk if turn in (SIDE, AFTER, MERGES) else previous}\n"
        if turn == MERGES:
            yield f"merge {side}\n"
            path, text = kept
        yield f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
        previous = f":{number + 1}"
        if turn == SIDE:
            side, kept = previous, (path, text)
        else:
            trunk = previous


def history(folder: Path, name: str, count: int) -> Story:
    """A repository whose branch is ``count`` commits longer than the clarification of its run."""
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    template = make_template(folder / f"template-{name}")
    story = Library(folder / f"library-{name}", template).copy("clarified", folder / name)
    del os.environ["PYTHONPATH"]
    stream = "".join(commands(count, "refs/heads/feature/reset^0")).encode()
    story.git("fast-import", "--quiet", "--force", feed=stream)
    story.git("repack", "-a", "-d", "-q")
    return story


def seconds(command: list[str], cwd: Path) -> float:
    """Wall time of one process, which has to end well."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    spent = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{command}: exit {done.returncode}\n{done.stderr.decode()}")
    return spent


def used(python: str, cwd: Path) -> tuple[float, float]:
    """(MB at the peak, seconds of git) of one replay."""
    done = subprocess.run(verify(python, USED), cwd=cwd, check=True, capture_output=True, text=True)
    kibibytes, spent = done.stderr.rpartition("used ")[2].split()
    return int(kibibytes) / 1024, float(spent)


def show(name: str, value: str, goal: str, good: bool) -> bool:
    """One line of the table."""
    print(f"{name:<52} {value:<44} goal {goal:<16} {'ok' if good else 'MISSED'}", flush=True)
    return good


def in_turn(first: list[str], second: list[str], cwd: Path, rounds: int = ROUNDS) -> tuple[float, float]:
    """Medians of two commands that are run in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for command, spent in zip((first, second), times, strict=True):
            taken = seconds(command, cwd)
            if turn:
                spent.append(taken)
    return statistics.median(times[0]), statistics.median(times[1])


def main() -> int:
    """Measure everything; 0 when every goal is met."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--commits", type=int, default=20_000)
    count = options.parse_args().commits
    folder = scratch("verify")
    try:
        python, _ = installed(folder)
        good = [*long_range(python, folder, count), branch(python, folder)]
    finally:
        shutil.rmtree(folder)
    return 0 if all(good) else 1


def log_of(story: Story) -> list[str]:
    """The very log that the replay needs."""
    return ["git", *WALK, "feature/reset", "--not", "main", "--"]


def verify(python: str, rest: str = "main()") -> list[str]:
    """The command as a user starts it, installed."""
    return [python, "-I", "-c", START + rest, "verify", "main..feature/reset"]


def long_range(python: str, folder: Path, count: int) -> list[bool]:
    """The replay of a long range: time against the log, rate, memory."""
    story = history(folder, "long", count)
    log, ours = in_turn(log_of(story), verify(python), story.path)
    rate, log_rate = count / ours, count / log
    wanted = RATE * min(1.0, log_rate / LOG_RATE)
    memory, _ = used(python, story.path)
    name = f"verify, {count} commits"
    return [
        show(name, f"{ours:.2f} s, the log {log:.2f} s: ratio {ours / log:.2f}", f"{RATIO:.2f}", ours <= RATIO * log),
        show("  rate", f"{rate:.0f} commits/s where the log runs {log_rate:.0f}", f"{wanted:.0f}", rate >= wanted),
        show("  memory at the peak", f"{memory:.0f} MB", f"{MEGABYTES} MB", memory <= MEGABYTES),
    ]


def branch(python: str, folder: Path) -> bool:
    """The replay of a branch of fifty commits, against the bare interpreter plus git's own time."""
    story = history(folder, "branch", BRANCH)
    bare, ours = in_turn([python, "-I", "-c", "pass"], verify(python), story.path, 2 * ROUNDS)
    git = statistics.median(used(python, story.path)[1] for _ in range(ROUNDS))
    allowed = BRANCH_RATIO * bare + git
    value = f"{ours * 1000:.0f} ms, bare {bare * 1000:.1f} ms, git {git * 1000:.1f} ms"
    return show(f"verify, a branch of {BRANCH} commits", value, f"{allowed * 1000:.0f} ms", ours <= allowed)


if __name__ == "__main__":
    raise SystemExit(main())
