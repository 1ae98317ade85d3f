"""Documents that are known by their sections: which there are, and which say nothing."""

from __future__ import annotations

import pytest

from commitgate import share
from commitgate.documents import deploy_log, sections


def blank(body: str) -> bool:
    (section,) = sections.read(f"## Rollback\n{body}\n## End\n".encode(), "runbook").sections[:1]
    return section.blank


@pytest.mark.parametrize(
    "body",
    [
        "", "\n\n", "<!-- The steps. -->\n", "<!--\nThe steps.\n-->\n", "---\n", "### Steps\n", "### A\n\n#### B\n",
        "```\n```\n", "```sh\n\n```\n", "[steps]: https://example.com\n", "-\n", "- <!-- to come -->\n",
        "&nbsp;\n", "\u200b\n", "- &#8203;\u2800\n",
    ],
)  # fmt: skip
def test_a_section_that_says_nothing(body):
    assert blank(body)


@pytest.mark.parametrize(
    "body",
    [
        "Revert.\n",
        "- Revert.\n",
        "```sh\ngit revert\n```\n",
        "> As before.\n",
        "| a |\n| - |\n",
        "    git revert\n",
        "### S\n\nA\n",
    ],
)
def test_a_section_that_says_something(body):
    assert not blank(body)


def test_the_lines_names_and_strays():
    facts = sections.read(
        b"# Rollback\r\n\r\n##  HEALTH   signals ##\r\n\r\nx\r\n\r\n### Deploy\r\n\r\n- ## In a list\r\n", "runbook"
    )
    assert [(one.title, one.name, one.line) for one in facts.sections] == [("HEALTH signals", "health signals", 3)]
    assert facts.strays == {"rollback": 1, "deploy": 7, "in a list": 9}


@pytest.mark.parametrize("name", ["runbook", "retrospective"])
def test_the_template_that_nobody_filled_in_says_nothing(name):
    with open(share.path("templates", "pipeline", f"{name}.md"), "rb") as file:
        facts = sections.read(file.read(), name)
    assert not facts.findings
    assert facts.sections
    assert all(one.blank for one in facts.sections)


def test_a_deploy_log_and_what_it_carries_forward():
    log = (
        "# D\n\n- no\n\n## Warnings carried forward\n\n- stage-02: Redis\n  later\n- stage-05: slow\n\n## End\n\n- no\n"
    )
    assert deploy_log.read(log.encode())[:2] == (("stage-02: Redis later", "stage-05: slow"), 5)
    assert deploy_log.read(b"# D\n\n- stage-02: Redis\n")[:2] == ((), 0)
