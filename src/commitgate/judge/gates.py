"""Rules about gate files as files, and about a gate against its run: mode, twins, track, time, retries."""

from __future__ import annotations

from commitgate.documents.facts import GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import BLOCKED, MALFORMED, WARNING, Finding, at
from commitgate.judge.history import attempt_words
from commitgate.judge.ledger import Attempt, History
from commitgate.objects import ABSENT, EXECUTABLE, PLAIN, SUBMODULE, SYMLINK
from commitgate.policy.layout import GATES, gate_path, is_gate_path, is_process
from commitgate.policy.model import Policy

# A clock that runs ahead is forgiven this much.
_FUTURE_SECONDS = 300
_KINDS = {SYMLINK: "a symbolic link", SUBMODULE: "a submodule", EXECUTABLE: "executable"}


def document_findings(policy: Policy, snapshot: Snapshot, now: int) -> list[Finding]:
    """Everything wrong with the gates, run.json and context.md of one tree, taken by themselves."""
    found = _files(policy, snapshot)
    kept = ("run.json", "context.md", "budget.md") if policy.budget.enabled else ("run.json", "context.md")
    for name in kept:
        path = f"{snapshot.root}/{name}"
        if path in snapshot.documents:
            found += at(path, snapshot.documents[path].findings)
    run = snapshot.run
    for stage_id, gate in sorted(snapshot.gates().items()):
        path = gate_path(snapshot.root, stage_id)
        found += at(path, gate.findings)
        found += circumstances(path, gate, run.track if run is not None else "", now)
    context = snapshot.context
    if run is not None and context is not None and context.track and run.track and context.track != run.track:
        found.append(
            Finding(
                "run/track-line",
                MALFORMED,
                f"context.md says TRACK: {context.track}, but run.json says {run.track}",
                f"write TRACK: {run.track} into context.md",
                f"{snapshot.root}/context.md",
                context.track_line,
            )
        )
    return found


def circumstances(path: str, gate: GateFacts, track: str, now: int) -> list[Finding]:
    """A gate against the clock (epoch seconds) and its run's track ("" when there is no run)."""
    found = []
    if gate.when is not None and gate.when > now + _FUTURE_SECONDS:
        found.append(
            Finding(
                "gate/future",
                WARNING,
                f"the timestamp is {(gate.when - now) // 60} minutes in the future",
                "check the clock of the machine that wrote it",
                path,
                gate.lines.get("timestamp", 0),
            )
        )
    if track and gate.track and gate.track != track:
        found.append(
            Finding(
                "gate/track",
                MALFORMED,
                f'the gate says track "{gate.track}", but run.json says "{track}"',
                f'write "track": "{track}"; a run changes its track by git gate rule "track" "<track>"',
                path,
                gate.lines.get("track", 0),
            )
        )
    return found


def _files(policy: Policy, snapshot: Snapshot) -> list[Finding]:
    """Modes, twins and things that are no files: a gate is one plain file, under one name.

    Any other document of a run is a file as well: what a link leads to may change while the document seems not to, and
    what is executable is no document but code, which would be no part of the change under review.
    """
    found = _twins(snapshot)
    for path, (mode, _) in sorted(snapshot.entries.items()):
        below = snapshot.below(path)
        if below.startswith(GATES) and ".json/" in below:
            gate = path[: path.index(".json/") + 5]
            found.append(folder_finding(gate))
            continue
        strict = is_gate_path(below) or below in ("run.json", "context.md")
        if strict or (mode != PLAIN and is_process(policy, below)):
            found += mode_findings(path, mode)
    return found


def _twins(snapshot: Snapshot) -> list[Finding]:
    """Two names, of a file or of a folder above it, that stand for one document on some systems."""
    depth = len(snapshot.root)
    beside = {
        change.path
        for change in (*snapshot.delta, *snapshot.touched)
        if change.path[:depth].casefold() == snapshot.root and change.new_mode != ABSENT
    }
    found = []
    folded: dict[str, str] = {}
    for path in (*sorted(snapshot.entries), *sorted(beside - snapshot.entries.keys())):
        twin = folded.setdefault(fold(path), path)
        if twin != path:
            found.append(twin_finding(path, twin))
    return found


def folder_finding(path: str) -> Finding:
    """Something that is no file stands where a gate should be."""
    return Finding("gate/not-a-file", MALFORMED, "a folder stands where a gate should be", f"git rm -r {path}", path)


def mode_findings(path: str, mode: str) -> list[Finding]:
    """A gate is one plain file: no link, no submodule, not executable."""
    if mode == PLAIN:
        return []
    kind = _KINDS.get(mode, f"of mode {mode}")
    return [
        Finding(
            "gate/mode",
            MALFORMED,
            f"the file is {kind}; a plain file of mode 100644 is expected",
            f"git update-index --chmod=-x {path}" if mode == EXECUTABLE else "put the document itself there, as a file",
            path,
        )
    ]


def twin_finding(path: str, twin: str) -> Finding:
    """Two paths that are one where case or Unicode composition is ignored."""
    return Finding(
        "gate/twin",
        MALFORMED,
        f"{path} and {twin} are one file on systems that ignore case or normalise Unicode",
        f"keep one of them: git rm {path}",
        path,
    )


def fold(path: str) -> str:
    """Equal for twins."""
    if path.isascii():
        return path.casefold()
    import unicodedata

    return unicodedata.normalize("NFC", path).casefold()


def retry_findings(snapshot: Snapshot, before: History, introduced: dict[str, GateFacts]) -> list[Finding]:
    """Retries are counted from history, never from the gate: for each gate that this tree introduces."""
    found = []
    for stage_id, gate in sorted(introduced.items()):
        if gate.status != "FAIL":
            continue
        attempts = trailing_failures(before.attempts.get(stage_id, ()))
        number = gate.fields.get("retry_number", 0)
        if not isinstance(number, int) or not attempts:
            continue
        path = gate_path(snapshot.root, stage_id)
        if number < len(attempts):
            found.append(
                Finding(
                    "gate/retry-count",
                    BLOCKED,
                    f"retry_number is {number}, but history holds {len(attempts)} failed attempt(s) of {stage_id}",
                    f'write "retry_number": {len(attempts)} and this_attempt_differs_by',
                    path,
                    gate.lines.get("retry_number", 0),
                )
            )
        differs = attempt_words(gate)
        if number >= 1 and differs and differs == attempts[-1].differs_by:
            found.append(
                Finding(
                    "gate/retry-same",
                    BLOCKED,
                    "this_attempt_differs_by is word for word that of the previous attempt",
                    "say what this attempt does differently, or escalate",
                    path,
                    gate.lines.get("this_attempt_differs_by", 0),
                )
            )
        failing = gate.fields.get("failing_tests")
        tests = tuple(sorted(str(one) for one in failing)) if isinstance(failing, list) else ()
        if len(attempts) >= 2 and tests and tests == attempts[-1].failing:
            found.append(
                Finding(
                    "gate/retry-escalate",
                    BLOCKED,
                    f"the same tests fail again ({', '.join(tests[:3])}): from the second retry on this is an ESCALATE",
                    f"git gate pass {stage_id} --status ESCALATE --set escalation_reason=…",
                    path,
                    gate.lines.get("failing_tests", 0),
                )
            )
    return found


def trailing_failures(attempts: tuple[Attempt, ...]) -> list[Attempt]:
    """The failed attempts since the last PASS."""
    failures: list[Attempt] = []
    for attempt in attempts:
        failures = [] if attempt.status == "PASS" else [*failures, *([attempt] if attempt.status == "FAIL" else [])]
    return failures
