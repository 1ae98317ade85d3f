"""Do the last gates agree with what was written down: the runbook, the deploy log and the retrospective?"""

from __future__ import annotations

from commitgate.documents.facts import DeployLogFacts, GateFacts, SectionsFacts
from commitgate.facts import Snapshot
from commitgate.finding import ESCALATE, MALFORMED, WARNING, Finding
from commitgate.judge.agreement import at_field, broken, missing, plain, quoted
from commitgate.judge.carried import carried_warnings
from commitgate.policy.model import Policy, Track

_NEEDED = ("Rollback", "Health signals")


def runbook(snapshot: Snapshot) -> list[Finding]:
    """What a deployment needs and the runbook does not say; what is to be done then, a person decides."""
    path = f"{snapshot.root}/runbook.md"
    facts: SectionsFacts | None = snapshot.documents.get(path)
    if facts is None:
        message = f"{path} is not there: nobody could say how to take the deployment back"
        return [Finding("consistency/runbook", ESCALATE, message, "git gate stage deploy", path)]
    found = broken(facts.findings, path)
    for title in _NEEDED:
        problem, line = lacking(facts, title)
        if problem:
            hint = f"write ## {title} in {path}, or ask for a decision: git gate pass deploy --status ESCALATE"
            found.append(Finding("consistency/runbook", ESCALATE, f"the runbook {problem}", hint, path, line))
    return found


def lacking(facts: SectionsFacts, title: str) -> tuple[str, int]:
    """What is wrong with a section that must say something, and the line; ("", 0) when nothing is."""
    name = plain(title)
    section = next((one for one in facts.sections if one.name == name), None)
    if section is not None:
        return (f"says nothing under ## {title}", section.line) if section.blank else ("", 0)
    stray = facts.strays.get(name, 0)
    also = f"; the heading in line {stray} is not of level 2" if stray else ""
    return f"lacks a section ## {title}{also}", stray


def deploy_log(snapshot: Snapshot) -> list[Finding]:
    """Warnings of earlier gates that the deploy log does not carry forward."""
    path = f"{snapshot.root}/deploy-log.md"
    facts: DeployLogFacts | None = snapshot.documents.get(path)
    carried = [(stage_id, text) for stage_id, text in carried_warnings(snapshot) if stage_id != "stage-08"]
    said = [plain(one) for one in facts.warnings] if facts is not None else []
    lost = [(stage_id, text) for stage_id, text in carried if not any(plain(text) in one for one in said)]
    found = broken(facts.findings, path) if facts is not None else []
    return found + [
        Finding(
            "consistency/deploy-log",
            WARNING,
            f'the warning of {stage_id} is not carried forward: "{text}"',
            f'write "- {stage_id}: <the warning>" under ## Warnings carried forward in {path}',
            path,
            facts.line if facts is not None else 0,
        )
        for stage_id, text in lost
    ]


def retrospective(policy: Policy, snapshot: Snapshot, track: Track, gate: GateFacts) -> list[Finding]:
    """Everybody who is said to have contributed has a section that says something."""
    path = f"{snapshot.root}/retrospective.md"
    facts: SectionsFacts | None = snapshot.documents.get(path)
    if facts is None:
        what = "the retrospective that this gate closes"
        return [missing(snapshot, "retrospective.md", what, "git gate stage retrospective")]
    found = broken(facts.findings, path)
    named = [str(one) for one in gate.fields.get("contributions_written", [])]
    problems = {name: lacking(facts, name) for name in dict.fromkeys(named)}
    blank = [(name, line) for name, (problem, line) in problems.items() if problem and line]
    absent = [name for name, (problem, line) in problems.items() if problem and not line]
    hint = "write the section, or name only those who wrote one: git gate pass retrospective"
    for name, line in blank:
        message = f"contributions_written names {quoted([name])}, but the retrospective {problems[name][0]}"
        found.append(Finding("consistency/retrospective", MALFORMED, message, hint, path, line))
    if absent:
        message = f"contributions_written names {quoted(absent)}, but retrospective.md has no such section"
        finding = Finding("consistency/retrospective", MALFORMED, message, hint)
        found.append(at_field(gate, "contributions_written", finding))
    return found
