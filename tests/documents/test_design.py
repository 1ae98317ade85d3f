"""The status of the design."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.documents import design
from commitgate.share import path


@pytest.mark.parametrize(
    "line",
    [
        "STATUS: APPROVED",
        "Status: Approved",
        "**Status**: Approved",
        "**STATUS:** APPROVED",
        "**STATUS: APPROVED**",
        "- Status: approved\r",
    ],
)
def test_approved(line: str) -> None:
    facts = design.read(f"# Design\n\n{line}\n\n## Overview\n".encode())
    assert (facts.status, facts.line, facts.findings) == ("APPROVED", 3, ())


def test_the_template_is_a_draft() -> None:
    with open(path("templates", "pipeline", "design-spec.md"), "rb") as file:
        facts = design.read(file.read())
    assert (facts.status, facts.findings) == ("DRAFT", ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "```\nSTATUS: APPROVED\n```",
        "> STATUS: APPROVED",
        "<!-- STATUS: APPROVED -->",
        "    STATUS: APPROVED",
        "## API\n\n- Status: 200\n\nThe status is approved by nobody.\n",
    ],
)
def test_no_status(text: str) -> None:
    facts = design.read(f"# Design\n\n{text}\n".encode())
    assert (facts.status, facts.line, facts.findings) == ("", 0, ())


@pytest.mark.parametrize(
    "text",
    [
        "STATUS: APPROVED with changes",
        "STATUS: IN REVIEW",
        "STATUS:",
        "STATUS: NOT APPROVED",
        "# Design (STATUS: APPROVED)",
        "STATUS: \u0410PPROVED",
        "STATUS: APPROVED <!-- x -->",
        "## End\n\nSTATUS: APPROVED.",
        "STATUS: APPROVED\n---",
    ],
)
def test_near_misses(text: str) -> None:
    facts = design.read(f"# Design\n\n{text}\n".encode())
    assert (facts.status, {finding.rule for finding in facts.findings}) == ("", {"design/status"})


def test_two_statuses() -> None:
    facts = design.read(b"STATUS: DRAFT\n\nSTATUS: APPROVED\n")
    assert (facts.status, [(finding.rule, finding.line) for finding in facts.findings]) == (
        "",
        [("design/two-statuses", 3)],
    )


def test_the_same_status_twice_is_no_contradiction() -> None:
    assert design.read(b"STATUS: DRAFT\n\nSTATUS: DRAFT\n").status == "DRAFT"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(st.sampled_from("STATUS: APPROVED*\n"), max_size=60).map(str.encode))
def test_never_raises(data: bytes) -> None:
    assert all(finding.rule.startswith("design/") for finding in design.read(data).findings)
