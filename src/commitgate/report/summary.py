"""``pipeline/summary.md``: what a run did, for people who did not follow it.

Everything comes from the tree and its history; there is no clock in it, so the page is the same byte for byte until
something moves.
"""

from __future__ import annotations

from commitgate.judge.advice import DONE, advise
from commitgate.judge.approvals import open_escalations
from commitgate.judge.binding import fired
from commitgate.judge.carried import carried_warnings
from commitgate.judge.lessons import lessons_of
from commitgate.judge.notes import labels, notes
from commitgate.judge.stages import Box
from commitgate.judge.verdict import Verdict
from commitgate.policy.model import Policy
from commitgate.report.chart import SHOWN
from commitgate.report.markdown import code, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.documents.facts import BriefFacts, ContextFacts, TestReportFacts


def page(policy: Policy, verdict: Verdict) -> str:
    """The whole file, for a verdict with a run."""
    parts = [
        f"# Summary: {plain(verdict.feature)}",
        _headline(policy, verdict),
        *_section("Stages", _stages(verdict)),
        *_section("Acceptance criteria", _criteria(verdict)),
        *_section("Approvals", _approvals(verdict)),
        *_section("Security", _security(verdict)),
        *_section("Escalations", _escalations(verdict)),
        *_section("Decisions", _decisions(verdict)),
        *_section("Warnings carried forward", _items(_warnings(verdict))),
        *_section("Lessons", _items(_lessons(verdict))),
        *_section("Next", _next(policy, verdict)),
    ]
    return "\n\n".join(parts) + "\n"


def _section(heading: str, body: str) -> list[str]:
    return [f"## {heading}", body] if body else []


def _items(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    listed = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *listed]) if listed else ""


def _headline(policy: Policy, verdict: Verdict) -> str:
    run = verdict.snapshot.run
    begun = f", begun {plain(run.created[:10])}" if run is not None and run.created else ""
    if advise(policy, verdict).kind == DONE:
        stands = "Every stage is passed"
    else:
        stands = "Ready to merge" if verdict.ready else "Not ready to merge"
    return f"Track {plain(verdict.track)}, run {code(verdict.run)}{begun}. **{stands}.** Written by `git gate summary`."


def _stages(verdict: Verdict) -> str:
    board = verdict.board
    if board is None:
        return ""
    short = labels(board)
    return _table(
        ("stage", "status", "who", "when", "notes"), (_stage(verdict, box, short[box.stage_id]) for box in board.boxes)
    )


def _stage(verdict: Verdict, box: Box, short: str) -> tuple[str, ...]:
    gate = verdict.snapshot.gates().get(box.stage_id)
    derived = any(box.stage_id == f"stage-06-{one.area}" for one in verdict.reviews)
    who = gate.agent if gate is not None and gate.agent and not derived else box.role
    when = str(gate.fields.get("timestamp") or "")[:10] if gate is not None else ""
    said = "; ".join(notes(verdict.snapshot, verdict.history, verdict.reviews, box))
    return (plain(f"{short} {box.title}"), SHOWN[box.state], plain(who), plain(when), plain(said))


def _criteria(verdict: Verdict) -> str:
    root = verdict.snapshot.root
    brief: BriefFacts | None = verdict.snapshot.documents.get(f"{root}/brief.md")
    report: TestReportFacts | None = verdict.snapshot.documents.get(f"{root}/test-report.md")
    if brief is None:
        return ""
    tests: dict[int, list[str]] = {}
    for number, test, _ in report.mapping if report is not None else ():
        tests.setdefault(number, []).append(test)
    return _table(
        ("", "criterion", "proved by"),
        (
            (str(number), plain(text), plain("; ".join(tests.get(number, ()))))
            for number, text in enumerate(brief.criteria, 1)
        ),
    )


def _approvals(verdict: Verdict) -> str:
    lines = []
    for one in verdict.reviews:
        who = f": {plain(', '.join(one.approvals))}" if one.approvals else ""
        asked = f"; changes requested by {plain(', '.join(one.requested))}" if one.requested else ""
        lines.append(f"{plain(one.area)}: {len(one.approvals)} of {one.required} approvals{who}{asked}")
    return _items(lines)


def _security(verdict: Verdict) -> str:
    lines = [
        f"{code(name)} fires on {code(path)} ({code(matched)})"
        for name, (path, matched) in fired(verdict.snapshot).items()
    ]
    gate = verdict.snapshot.gates().get("stage-05-security")
    if gate is not None:
        veto = ", with a veto" if gate.fields.get("veto") is True else ""
        lines.append(f"reviewed by {plain(gate.agent)}: {plain(gate.status)}{veto}")
    context = verdict.snapshot.context
    if context is not None and context.security_skip:
        lines.append(f"skipped: {plain(context.security_skip)}")
    return _items(lines)


def _escalations(verdict: Verdict) -> str:
    """Each reason once, and what was decided on it."""
    snapshot, history = verdict.snapshot, verdict.history
    lines = []
    unique = {(one.stage_id, one.reason): one for one in history.escalations.values()}
    for (stage_id, reason), one in sorted(unique.items()):
        standing = any(still.reason == reason for still in open_escalations(snapshot, history, stage_id))
        state = "waits for a decision" if standing else "decided"
        lines.append(f"{code(stage_id)}, by {plain(one.by)}: {plain(reason)} ({state})")
    return _items(lines)


def _decisions(verdict: Verdict) -> str:
    context = verdict.snapshot.context
    return _items(line for _, line in sorted(_recorded(context), key=lambda one: one[0])) if context is not None else ""


def _recorded(context: ContextFacts) -> list[tuple[str, str]]:
    """(when, words) of everything that somebody decided; what has no time stands first."""
    found = [("", f"question to {plain(one.to)}: {plain(one.text)} {_answer(one.answer)}") for one in context.questions]
    found += [(one.when, f"{_day(one.when)}{code(one.gate)}: {plain(one.text)}") for one in context.decisions]
    for mark in context.checkpoints:
        how = f"passed by itself ({plain(mark.who)})" if mark.automatic else f"passed by {plain(mark.who)}"
        found.append((mark.when, f"{_day(mark.when)}checkpoint {plain(mark.checkpoint)} {how}"))
    for ruling in context.rulings:
        said = plain(ruling.decision) if ruling.decision else "requested, and not given yet"
        found.append((ruling.when, f"{_day(ruling.when)}ruling on {plain(ruling.topic)}: {said}"))
    return found


def _answer(text: str) -> str:
    return f"— {plain(text)}" if text else "— open"


def _day(when: str) -> str:
    return f"{plain(when[:10])}, " if when else ""


def _warnings(verdict: Verdict) -> list[str]:
    return [f"{code(stage_id)}: {plain(text)}" for stage_id, text in carried_warnings(verdict.snapshot)]


def _lessons(verdict: Verdict) -> list[str]:
    """What the retrospective gate names, with the title where it names a number."""
    gate = verdict.snapshot.gates().get("stage-09")
    promoted = gate.fields.get("lessons_promoted") if gate is not None else None
    titles = {lesson.id: f"{lesson.id} — {lesson.title}" for lesson in lessons_of(verdict.snapshot)}
    return [plain(titles.get(str(one), str(one))) for one in promoted] if isinstance(promoted, list) else []


def _next(policy: Policy, verdict: Verdict) -> str:
    advice = advise(policy, verdict)
    who = f" ({plain(advice.role)})" if advice.role else ""
    reason = advice.reason[:1].upper() + advice.reason[1:]
    return f"{plain(reason)}{who}."
