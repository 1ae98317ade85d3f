"""Do the gates from build to deploy agree with the change, its triggers, the test report and the runbook?"""

from __future__ import annotations

from commitgate.documents.facts import BriefFacts, GateFacts, TestReportFacts
from commitgate.facts import Snapshot
from commitgate.finding import MALFORMED, Finding
from commitgate.judge.agreement import at_field, broken, in_line, missing, quoted
from commitgate.judge.binding import fired, select
from commitgate.judge.closing import deploy_log, runbook
from commitgate.judge.folding import fold_obstacles, one_to_one
from commitgate.policy.model import Policy, Track

# Tracks whose QA is a regression run and not a proof of acceptance criteria.
_REPORTED = ("full", "quick", "hotfix")


def build(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    if not gate.suffix:
        return _merged(snapshot, gate)
    found = []
    if f"{snapshot.root}/pr-{gate.suffix}.md" not in snapshot.entries:
        found.append(
            missing(
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
                at_field(
                    gate,
                    "files_changed",
                    Finding(
                        "consistency/files-changed",
                        MALFORMED,
                        f"this branch {says} {quoted(paths)} in area {gate.suffix}",
                        "git gate pass build",
                    ),
                )
            )
    return found


def _merged(snapshot: Snapshot, gate: GateFacts) -> list[Finding]:
    """The gate of all areas at once: the summaries that it names are there."""
    named = [str(one) for one in gate.fields.get("pr_summaries_written", [])]
    lacking = [
        name
        for name in named
        if not any(f"{snapshot.root}/{form}" in snapshot.entries for form in _summary_forms(snapshot.root, name))
    ]
    if not lacking:
        return []
    message = f"pr_summaries_written names {quoted(lacking)}, which is not in {snapshot.root}/"
    hint = "git gate stage build <area> lays it down"
    return [
        at_field(gate, "pr_summaries_written", Finding("consistency/missing-document", MALFORMED, message, hint)),
    ]


def _summary_forms(root: str, name: str) -> tuple[str, str]:
    """What a summary may be called: by its file, or by its area."""
    return name.removeprefix(f"{root}/"), f"pr-{name}.md"


def pre_review(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
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
        at_field(
            gate,
            "security_review_required",
            Finding("security/disagrees", MALFORMED, message, "git gate pass pre-review"),
        )
    ]


def security(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    named = set(gate.fields.get("triggering_conditions", []))
    found = []
    for name, (path, matched) in fired(snapshot).items():
        if name not in named:
            found.append(
                at_field(
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


_TOTALS = 'write "Total: <n>, passed: <n>, failed: <n>" into test-report.md, then git gate pass qa'


_MET = "all_acceptance_criteria_met"
_MAPPED = "criterion_to_test_mapping_is_one_to_one"


def qa(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    path = f"{snapshot.root}/test-report.md"
    report: TestReportFacts | None = snapshot.documents.get(path)
    brief: BriefFacts | None = snapshot.documents.get(f"{snapshot.root}/brief.md")
    if report is None:
        if track.name in _REPORTED:
            return [missing(snapshot, "test-report.md", "the report that these numbers come from", "git gate stage qa")]
        return []
    found = broken(report.findings, path)
    where = in_line(report.totals_line)
    for field, count in (
        ("tests_total", report.total),
        ("tests_passed", report.passed),
        ("tests_failed", report.failed),
    ):
        if gate.fields.get(field) != count:
            says, hint = (count, "git gate pass qa") if count >= 0 else ("no number", _TOTALS)
            found.append(
                at_field(
                    gate,
                    field,
                    Finding(
                        "consistency/test-totals",
                        MALFORMED,
                        f"{field} is {gate.fields.get(field)}, but test-report.md{where} says {says}",
                        hint,
                    ),
                )
            )
    unmet = gate.fields.get("status") == "PASS" and gate.fields.get(_MET) is False
    if brief is not None and (gate.fields.get(_MAPPED) or unmet):
        wrong = one_to_one(brief, report)
        says = f"{_MET} is false, since" if unmet else f"{_MAPPED} is true, but"
        if wrong:
            found.append(
                at_field(
                    gate,
                    _MET if unmet else _MAPPED,
                    Finding(
                        "consistency/criteria-mapping",
                        MALFORMED,
                        f"{says} in test-report.md {wrong}",
                        "complete the criteria table of test-report.md: one row and one test for each criterion",
                    ),
                )
            )
    return found


def deploy(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    if gate.fields.get("auto_from_stage_07") is True:
        return [
            at_field(
                gate,
                "auto_from_stage_07",
                Finding(
                    "consistency/fold",
                    MALFORMED,
                    f"this sign-off may not be folded: {obstacle}",
                    "git gate fold says when it may",
                ),
            )
            for obstacle in fold_obstacles(snapshot, track)
        ]
    return [*runbook(snapshot), *deploy_log(snapshot)]
