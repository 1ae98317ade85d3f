"""Do the gates of requirements, design and clarification agree with their documents?"""

from __future__ import annotations

from commitgate.documents.facts import BriefFacts, GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, WARNING, Finding
from commitgate.judge.agreement import at_field, broken, in_line, miscounted, missing, plain, quoted
from commitgate.policy.model import Policy, Track
from commitgate.record import Record


def requirements(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    brief: BriefFacts | None = snapshot.documents.get(f"{snapshot.root}/brief.md")
    if brief is None:
        return [missing(snapshot, "brief.md", "the brief that this gate speaks of", "git gate stage requirements")]
    found = broken(brief.findings, f"{snapshot.root}/brief.md")
    wanted = policy.brief_sections.get(track.name, ())
    lacking = [name for name in wanted if name not in brief.sections]
    if gate.fields.get("required_sections_complete") or gate.status == "PASS":
        found += [
            Finding(
                "consistency/sections",
                MALFORMED,
                f"the brief {lacks} ## {name.title().replace(' Of ', ' of ')}, so its sections are not complete",
                "complete brief.md, then git gate pass requirements",
                f"{snapshot.root}/brief.md",
                brief.sections.get(name, 0),
            )
            for lacks, names in (
                ("lacks", lacking),
                ("says nothing under", [one for one in wanted if one in brief.blank]),
            )
            for name in names
        ]
    count = gate.fields.get("acceptance_criteria_count")
    if count != len(brief.criteria):
        found.append(
            miscounted(
                gate,
                "consistency/criteria-count",
                "acceptance_criteria_count",
                len(brief.criteria),
                f"criteria in brief.md{in_line(brief.criteria_line)}",
                "requirements",
            )
        )
    found += _questions_stated(brief, gate)
    listed = {plain(item) for item in brief.out_of_scope}
    where = in_line(brief.sections.get("out of scope", 0))
    named = gate.fields.get("out_of_scope_items", [])
    invented = [item for item in named if plain(item) not in listed]
    if invented:
        found.append(
            at_field(
                gate,
                "out_of_scope_items",
                Finding(
                    "consistency/out-of-scope",
                    MALFORMED,
                    f"out_of_scope_items names {quoted(invented)}, which the brief does not put out of scope{where}",
                    "git gate pass requirements",
                ),
            )
        )
    elif len({plain(item) for item in named}) < len(listed):
        unnamed = [item for item in brief.out_of_scope if plain(item) not in {plain(one) for one in named}]
        found.append(
            at_field(
                gate,
                "out_of_scope_items",
                Finding(
                    "consistency/out-of-scope",
                    WARNING,
                    f"the brief also puts {quoted(unnamed)} out of scope{where}; out_of_scope_items does not say so",
                    "git gate pass requirements",
                ),
            )
        )
    return found


def _questions_stated(brief: BriefFacts, gate: GateFacts) -> list[Finding]:
    """A requirements gate need not speak of open questions; when it does, it says what the brief says."""
    where = in_line(brief.sections.get("open questions", 0))
    count = gate.fields.get("open_questions_count", len(brief.open_questions))
    found = []
    if count is True or count is False or count != len(brief.open_questions):
        what = f"open questions in brief.md{where}"
        found.append(
            miscounted(
                gate,
                "consistency/question-count",
                "open_questions_count",
                len(brief.open_questions),
                what,
                "requirements",
            )
        )
    named = gate.fields.get("open_questions")
    if isinstance(named, list) and {plain(str(one)) for one in named} != {plain(one) for one in brief.open_questions}:
        listed = quoted(list(brief.open_questions)) or "none"
        message = f"open_questions does not name the open questions of brief.md{where}: {listed}"
        found.append(
            at_field(
                gate,
                "open_questions",
                Finding("consistency/open-question", MALFORMED, message, "name the same ones, or leave the field out"),
            )
        )
    return found


def design(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    path = f"{snapshot.root}/design-spec.md"
    design = snapshot.documents.get(path)
    if design is None:
        return [missing(snapshot, "design-spec.md", "the design that this gate approves", "git gate stage design")]
    found = broken(design.findings, path)
    if design.status != "APPROVED":
        found.append(
            Finding(
                "consistency/design-status",
                MALFORMED,
                f"the design is {design.status or 'without a STATUS line'}, and the gate passes it",
                "write STATUS: APPROVED into design-spec.md once it is approved",
                path,
                design.line,
            )
        )
    adrs = sum(1 for entry in snapshot.entries if is_adr(snapshot.below(entry)))
    if gate.fields.get("adr_count") != adrs:
        found.append(miscounted(gate, "consistency/adr-count", "adr_count", adrs, "ADRs in adr/", "design"))
    return found


def is_adr(below: str) -> bool:
    """Whether a path below the run folder is an ADR: ``adr/NNNN-<slug>.md``."""
    name = below.removeprefix("adr/")
    return name != below and "/" not in name and name.endswith(".md") and name[:4].isdigit() and name[4:5] == "-"


class OpenQuestion(Record):
    """A question that nobody has answered, and where it stands."""

    text: str
    told: str  # "question 2", or "the brief's question"
    path: str
    line: int
    hint: str


def open_questions(snapshot: Snapshot) -> list[OpenQuestion]:
    """The questions of context.md without an answer, then those of the brief that were not answered there either.

    Whoever answers a question of the brief deletes it there, or asks it in the same words and answers it.
    """
    context, brief = snapshot.context, snapshot.documents.get(f"{snapshot.root}/brief.md")
    asked = context.questions if context is not None else ()
    found = [
        OpenQuestion(
            one.text,
            f"question {one.number}",
            f"{snapshot.root}/context.md",
            one.line,
            f'git gate answer {one.number} "<answer>"',
        )
        for one in asked
        if not one.answer
    ]
    known = {plain(one.text) for one in asked}
    if brief is not None:
        found += [
            OpenQuestion(
                text,
                "the brief's question",
                f"{snapshot.root}/brief.md",
                line,
                "delete it there once it is settled; or ask it in the same words (git gate ask) and answer it",
            )
            for text, line in zip(brief.open_questions, brief.question_lines, strict=True)
            if plain(text) not in known
        ]
    return found


def clarification(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    still_open = open_questions(snapshot)
    found = [
        Finding(
            "consistency/open-question",
            MALFORMED,
            f'{one.told} has no answer: "{one.text}"',
            one.hint,
            one.path,
            one.line,
        )
        for one in still_open
    ]
    context = snapshot.context
    answered = sum(1 for one in context.questions if one.answer) if context is not None else 0
    for field, count, what in (
        ("open_questions_count", len(still_open), "open questions in context.md and brief.md"),
        ("answered_questions_count", answered, "answered questions in context.md"),
    ):
        if gate.fields.get(field) != count:
            found.append(miscounted(gate, "consistency/question-count", field, count, what, "clarification"))
    return found
