"""Does a PASS agree with the documents, counts and triggers of the tree that introduced it? All computed, none trusted."""

from __future__ import annotations

from commitgate.documents.facts import BriefFacts, GateFacts, TestReportFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, WARNING, Finding
from commitgate.judge.binding import select
from commitgate.policy.layout import gate_path
from commitgate.policy.model import Policy, Track

# Tracks whose QA is a regression run and not a proof of acceptance criteria.
_REPORTED = ("full", "quick", "hotfix")


def consistency(policy: Policy, snapshot: Snapshot, stage_id: str, gate: GateFacts) -> list[Finding]:
    """Findings against a PASS gate as it stands in ``snapshot``; [] for any other status.

    Whatever is wrong here is a gate that cannot be accepted as written (MALFORMED), or a warning.
    """
    run = snapshot.run
    if gate.status != "PASS" or run is None or run.track not in policy.tracks:
        return []
    check = _CHECKS.get(gate.number if stage_id != "stage-05-security" else "05-security")
    if check is None:
        return []
    found: list[Finding] = check(policy, snapshot, policy.tracks[run.track], gate)
    path = gate_path(snapshot.root, stage_id)
    return [one if one.path else one._replace(path=path) for one in found]


def fired(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """The triggers that fire in the delta: id → (first path, what matched there)."""
    found: dict[str, tuple[str, str]] = {}
    for change in snapshot.delta:
        for trigger, matched in change.triggers:
            found.setdefault(trigger, (change.path, matched))
    return dict(sorted(found.items()))


def _requirements(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    brief: BriefFacts | None = snapshot.documents.get(f"{snapshot.root}/brief.md")
    if brief is None:
        return [_missing(snapshot, "brief.md", "the brief that this gate speaks of", "git gate stage requirements")]
    found = _broken(brief.findings, f"{snapshot.root}/brief.md")
    wanted = policy.brief_sections.get(track.name, ())
    lacking = [name for name in wanted if name not in brief.sections]
    if lacking and gate.fields.get("required_sections_complete"):
        names = ", ".join(f"## {name.title()}" for name in lacking)
        found.append(
            Finding(
                "consistency/sections",
                MALFORMED,
                f"required_sections_complete is true, but the brief lacks {names}",
                "add the sections to brief.md, then git gate pass requirements",
                f"{snapshot.root}/brief.md",
            )
        )
    count = gate.fields.get("acceptance_criteria_count")
    if count != len(brief.criteria):
        found.append(
            _count(
                gate,
                "consistency/criteria-count",
                "acceptance_criteria_count",
                len(brief.criteria),
                "criteria in brief.md",
                "requirements",
            )
        )
    listed = {_plain(item) for item in brief.out_of_scope}
    named = gate.fields.get("out_of_scope_items", [])
    invented = [item for item in named if _plain(item) not in listed]
    if invented:
        found.append(
            _at(
                gate,
                "out_of_scope_items",
                Finding(
                    "consistency/out-of-scope",
                    MALFORMED,
                    f"out_of_scope_items names {_quoted(invented)}, which the brief does not put out of scope",
                    "git gate pass requirements",
                ),
            )
        )
    elif len({_plain(item) for item in named}) < len(listed):
        unnamed = [item for item in brief.out_of_scope if _plain(item) not in {_plain(one) for one in named}]
        found.append(
            _at(
                gate,
                "out_of_scope_items",
                Finding(
                    "consistency/out-of-scope",
                    WARNING,
                    f"the brief also puts {_quoted(unnamed)} out of scope; out_of_scope_items does not say so",
                    "git gate pass requirements",
                ),
            )
        )
    return found


def _design(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    path = f"{snapshot.root}/design-spec.md"
    design = snapshot.documents.get(path)
    if design is None:
        return [_missing(snapshot, "design-spec.md", "the design that this gate approves", "git gate stage design")]
    found = _broken(design.findings, path)
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
        found.append(_count(gate, "consistency/adr-count", "adr_count", adrs, "ADRs in adr/", "design"))
    return found


def is_adr(below: str) -> bool:
    """Whether a path below the run folder is an ADR: ``adr/NNNN-<slug>.md``."""
    name = below.removeprefix("adr/")
    return name != below and "/" not in name and name.endswith(".md") and name[:4].isdigit() and name[4:5] == "-"


def _clarification(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    context = snapshot.context
    questions = context.questions if context is not None else ()
    still_open = [question for question in questions if not question.answer]
    found = []
    for question in still_open:
        found.append(
            Finding(
                "consistency/open-question",
                MALFORMED,
                f'question {question.number} has no answer: "{question.text}"',
                f'git gate answer {question.number} "<answer>"',
                f"{snapshot.root}/context.md",
                question.line,
            )
        )
    for field, count, what in (
        ("open_questions_count", len(still_open), "open questions in context.md"),
        ("answered_questions_count", len(questions) - len(still_open), "answered questions in context.md"),
    ):
        if gate.fields.get(field) != count:
            found.append(_count(gate, "consistency/question-count", field, count, what, "clarification"))
    return found


def _build(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    if not gate.suffix:
        return []
    found = []
    if f"{snapshot.root}/pr-{gate.suffix}.md" not in snapshot.entries:
        found.append(
            _missing(
                snapshot,
                f"pr-{gate.suffix}.md",
                "the summary of this workstream",
                f"git gate stage build {gate.suffix}",
            )
        )
    changed = {change.path for change in select(policy, snapshot.delta, gate.suffix)}
    named = set(gate.fields.get("files_changed", []))
    for paths, says in (
        (sorted(named - changed), "does not change"),
        (sorted(changed - named), "changes too, and files_changed does not name"),
    ):
        if paths:
            found.append(
                _at(
                    gate,
                    "files_changed",
                    Finding(
                        "consistency/files-changed",
                        MALFORMED,
                        f"this branch {says} {_quoted(paths)} in area {gate.suffix}",
                        "git gate pass build",
                    ),
                )
            )
    return found


def _pre_review(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    triggers = fired(snapshot)
    required = bool(triggers)
    if gate.fields.get("security_review_required") == required:
        return []
    if required:
        why = ", ".join(f"{name} ({path})" for name, (path, _) in triggers.items())
        message = f"security_review_required is false, but the change fires {why}"
    else:
        message = "security_review_required is true, but no trigger fires"
    return [
        _at(
            gate,
            "security_review_required",
            Finding("security/disagrees", MALFORMED, message, "git gate pass pre-review"),
        )
    ]


def _security(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    named = set(gate.fields.get("triggering_conditions", []))
    found = []
    for name, (path, matched) in fired(snapshot).items():
        if name not in named:
            found.append(
                _at(
                    gate,
                    "triggering_conditions",
                    Finding(
                        "security/condition-missing",
                        MALFORMED,
                        f"triggering_conditions does not name {name}, which fires on {path} ({matched})",
                        "git gate pass security-review",
                    ),
                )
            )
    return found


def one_to_one(brief: BriefFacts, report: TestReportFacts) -> str:
    """ "" when every criterion has exactly one test and every test proves one criterion; else what is wrong."""
    wanted = range(1, len(brief.criteria) + 1)
    by_criterion: dict[int, list[str]] = {}
    for number, test, _ in report.mapping:
        by_criterion.setdefault(number, []).append(test)
    tests = [test for _, test, _ in report.mapping]
    without = [number for number in wanted if number not in by_criterion]
    if without:
        return f"criterion {', '.join(map(str, without))} has no test"
    strange = sorted(number for number in by_criterion if number not in wanted)
    if strange:
        return f"criterion {', '.join(map(str, strange))} is not in brief.md"
    crowded = [number for number, named in by_criterion.items() if len(named) > 1]
    if crowded:
        return f"criterion {', '.join(map(str, crowded))} has more than one test"
    doubled = sorted({test for test in tests if tests.count(test) > 1})
    return f"{_quoted(doubled)} proves more than one criterion" if doubled else ""


def _qa(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    path = f"{snapshot.root}/test-report.md"
    report: TestReportFacts | None = snapshot.documents.get(path)
    brief: BriefFacts | None = snapshot.documents.get(f"{snapshot.root}/brief.md")
    if report is None:
        if track.name in _REPORTED:
            return [
                _missing(snapshot, "test-report.md", "the report that these numbers come from", "git gate stage qa")
            ]
        return []
    found = _broken(report.findings, path)
    for field, count in (
        ("tests_total", report.total),
        ("tests_passed", report.passed),
        ("tests_failed", report.failed),
    ):
        if gate.fields.get(field) != count:
            says = count if count >= 0 else "no number"
            found.append(
                _at(
                    gate,
                    field,
                    Finding(
                        "consistency/test-totals",
                        MALFORMED,
                        f"{field} is {gate.fields.get(field)}, but test-report.md says {says}",
                        "git gate pass qa",
                    ),
                )
            )
    if brief is not None and gate.fields.get("criterion_to_test_mapping_is_one_to_one"):
        wrong = one_to_one(brief, report)
        if wrong:
            found.append(
                _at(
                    gate,
                    "criterion_to_test_mapping_is_one_to_one",
                    Finding(
                        "consistency/criteria-mapping",
                        MALFORMED,
                        f"criterion_to_test_mapping_is_one_to_one is true, but in test-report.md {wrong}",
                        "complete the criteria table of test-report.md",
                    ),
                )
            )
    return found


def fold_obstacles(policy: Policy, snapshot: Snapshot, track: Track) -> list[str]:
    """Why the sign-off may not be folded on this tree; [] when it may."""
    gates = snapshot.gates()
    qa = gates.get("stage-07")
    if track.fold not in ("criteria", "regression"):
        return [f"track {track.name} has no sign-off fold"]
    if qa is None or qa.status != "PASS":
        return ["stage-07 is not PASS"]
    if track.fold == "regression":
        passed = qa.fields.get("regression_check") == "PASS"
        return [] if passed else ['stage-07 does not say regression_check: "PASS"']
    obstacles = []
    for field in ("all_acceptance_criteria_met", "criterion_to_test_mapping_is_one_to_one"):
        if qa.fields.get(field) is not True:
            obstacles.append(f"stage-07 does not say {field}: true")
    brief = snapshot.documents.get(f"{snapshot.root}/brief.md")
    report = snapshot.documents.get(f"{snapshot.root}/test-report.md")
    if brief is None or report is None:
        return [*obstacles, "the mapping cannot be derived without brief.md and test-report.md"]
    wrong = one_to_one(brief, report)
    return [*obstacles, wrong] if wrong else obstacles


def _deploy(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    if gate.fields.get("auto_from_stage_07") is True:
        return [
            _at(
                gate,
                "auto_from_stage_07",
                Finding(
                    "consistency/fold",
                    MALFORMED,
                    f"this sign-off may not be folded: {obstacle}",
                    "git gate fold says when it may",
                ),
            )
            for obstacle in fold_obstacles(policy, snapshot, track)
        ]
    if f"{snapshot.root}/runbook.md" not in snapshot.entries:
        return [_missing(snapshot, "runbook.md", "the runbook that this gate refers to", "git gate stage deploy")]
    return []


def _retrospective(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    if f"{snapshot.root}/retrospective.md" not in snapshot.entries:
        return [
            _missing(
                snapshot, "retrospective.md", "the retrospective that this gate closes", "git gate stage retrospective"
            )
        ]
    return []


_CHECKS = {
    "01": _requirements,
    "02": _design,
    "03": _clarification,
    "04": _build,
    "05": _pre_review,
    "05-security": _security,
    "07": _qa,
    "08": _deploy,
    "09": _retrospective,
}


def _missing(snapshot: Snapshot, name: str, what: str, command: str) -> Finding:
    return Finding("consistency/missing-document", MALFORMED, f"{snapshot.root}/{name} is not there: {what}", command)


def _broken(findings: tuple[Finding, ...], path: str) -> list[Finding]:
    return [finding._replace(path=path) for finding in findings if finding.level]


def _count(gate: GateFacts, rule: str, field: str, computed: int, what: str, stage: str) -> Finding:
    message = f"{field} is {gate.fields.get(field)}, but there are {computed} {what}"
    return _at(gate, field, Finding(rule, MALFORMED, message, f"git gate pass {stage}"))


def _at(gate: GateFacts, field: str, finding: Finding) -> Finding:
    return finding._replace(line=gate.lines.get(field, 0))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _quoted(items: list[str]) -> str:
    shown = ", ".join(f'"{item}"' for item in items[:5])
    return shown if len(items) <= 5 else f"{shown} and {len(items) - 5} more"
