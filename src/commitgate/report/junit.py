"""JUnit XML: for CI servers that show tests. A stage is a test, and so is each family of rules that found something.

The test "verdict" always stands there, so the file fails exactly when the gate does: an answer of exit 4 is an error,
any other refusal a failure.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from commitgate.finding import UNKNOWN, VERDICTS, Finding
from commitgate.report.text import neutral, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from commitgate.report.model import Report

_DONE = ("pass", "skipped")


def render(report: Report) -> str:
    """The report as one test suite."""
    suites = Element("testsuites", name="commitgate")
    suite = SubElement(suites, "testsuite", name=neutral(report.title))
    if report.run is not None:
        properties = SubElement(suite, "properties")
        for name, value in report.run.items():
            SubElement(properties, "property", name=name, value=neutral(value))
    _verdict(suite, report)
    for row in report.stages:
        gate = f"/gates/{row['stage']}.json"
        mine = [one for one in report.findings if one.path.endswith(gate)]
        case = _case(suite, "stages", f"{row['stage']} {row['name']}")
        _fill(case, mine)
        if row["state"] not in _DONE and not any(one.level for one in mine):
            SubElement(case, "skipped", message=neutral("; ".join([row["state"], *row["notes"]])))
    families: dict[str, list[Finding]] = {}
    for finding in report.findings:
        families.setdefault(finding.rule.partition("/")[0], []).append(finding)
    for family, findings in families.items():
        _fill(_case(suite, "rules", family), findings)
    if report.history:
        _fill(_case(suite, "rules", "history"), report.history)
    for one, waiver in report.suppressed:
        case = _case(suite, "waived", f"{one.rule} {place(one)}")
        SubElement(case, "skipped", message=neutral(f"{one.message} (waived: {waiver})"))
    for element in (suites, suite):
        element.set("tests", str(len(suite.findall("testcase"))))
        for kind, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            element.set(kind, str(len(suite.findall(f"testcase/{name}"))))
        element.set("time", "0")
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _case(suite: Element, kind: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"commitgate.{kind}", name=neutral(name), time="0")


def _verdict(suite: Element, report: Report) -> None:
    case = _case(suite, "gate", "verdict")
    told = [f"{VERDICTS[report.exit]} (exit {report.exit})"]
    told.append("ready to merge" if report.ready else "not ready to merge")
    told += [neutral(part) for part in (report.next_step, report.command) if part]
    told += [f"{neutral(stage)}: {neutral(text)}" for stage, text in report.warnings]
    if report.exit:
        problem = SubElement(case, "error" if report.exit == UNKNOWN else "failure", message=told[0], type=told[0])
        problem.text = "\n".join(told)
    else:
        SubElement(case, "system-out").text = "\n".join(told)


def _fill(case: Element, findings: Iterable[Finding]) -> None:
    """What was found, as the reason of a failure when any of it refuses, else as output of a test that passes."""
    listed = sorted(findings, key=lambda one: not one.level)
    if not listed:
        return
    text = "\n".join(line for one in listed for line in _lines(one))
    if not listed[0].level:
        SubElement(case, "system-out").text = text
        return
    name = "error" if any(one.level == UNKNOWN for one in listed) else "failure"
    SubElement(case, name, message=neutral(listed[0].message), type=neutral(listed[0].rule)).text = text


def _lines(finding: Finding) -> list[str]:
    where = place(finding)
    head = f"{finding.severity} {neutral(finding.rule)} {where + ': ' if where else ''}{neutral(finding.message)}"
    return [head, f"    → {neutral(finding.hint)}"] if finding.hint else [head]
