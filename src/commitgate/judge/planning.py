"""Do the gates of requirements, design and clarification agree with their documents?"""

from __future__ import annotations

from commitgate.documents.facts import BriefFacts, GateFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, WARNING, Finding
from commitgate.judge.agreement import at_field, broken, miscounted, missing, plain, quoted
from commitgate.policy.model import Policy, Track


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
                "criteria in brief.md",
                "requirements",
            )
        )
    listed = {plain(item) for item in brief.out_of_scope}
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
                    f"out_of_scope_items names {quoted(invented)}, which the brief does not put out of scope",
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
                    f"the brief also puts {quoted(unnamed)} out of scope; out_of_scope_items does not say so",
                    "git gate pass requirements",
                ),
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


def clarification(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    context = snapshot.context
    questions = context.questions if context is not None else ()
    still_open = [question for question in questions if not question.answer]
    found = [
        Finding(
            "consistency/open-question",
            MALFORMED,
            f'question {question.number} has no answer: "{question.text}"',
            f'git gate answer {question.number} "<answer>"',
            f"{snapshot.root}/context.md",
            question.line,
        )
        for question in still_open
    ]
    for field, count, what in (
        ("open_questions_count", len(still_open), "open questions in context.md"),
        ("answered_questions_count", len(questions) - len(still_open), "answered questions in context.md"),
    ):
        if gate.fields.get(field) != count:
            found.append(miscounted(gate, "consistency/question-count", field, count, what, "clarification"))
    return found
