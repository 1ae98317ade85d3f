"""Every document in every shape that people and tools give it: one exact reading, or a finding that says why not."""

from __future__ import annotations

import time
from itertools import permutations

import pytest
from good_documents import GOOD, PARTS, READERS, placeless, whole

each_kind = pytest.mark.parametrize("kind", PARTS)
BOM = b"\xef\xbb\xbf"


@each_kind
def test_a_good_document_has_no_finding(kind):
    assert READERS[kind](GOOD[kind]).findings == ()


@each_kind
@pytest.mark.parametrize("shape", ["crlf", "bom", "bom and crlf", "no last line end", "blank lines at the end"])
def test_line_ends_and_marks_change_nothing_at_all(kind, shape):
    data = GOOD[kind]
    shaped = {
        "crlf": data.replace(b"\n", b"\r\n"),
        "bom": BOM + data,
        "bom and crlf": BOM + data.replace(b"\n", b"\r\n"),
        "no last line end": data.rstrip(b"\n"),
        "blank lines at the end": data + b"\n\n  \n",
    }[shape]
    assert READERS[kind](shaped) == READERS[kind](data)


def sorted_facts(facts):
    """The facts with the order of the sections taken out of them."""
    return [
        (name, tuple(sorted(map(repr, value))) if isinstance(value, tuple) else value)
        for name, value in placeless(facts)
    ]


@each_kind
def test_sections_in_another_order_say_the_same(kind):
    head, *sections = PARTS[kind]
    expected = sorted_facts(READERS[kind](GOOD[kind]))
    for order in list(permutations(sections))[1:8]:
        assert sorted_facts(READERS[kind](whole((head, *order)))) == expected


@each_kind
@pytest.mark.parametrize(
    "extra",
    [
        "## Notes\n\nAnything.\n\n",
        "# Appendix\n\n1. One\n1. Another one\n   - nested\n     1. deeper\n\n",
        "## Numbers\n\n| a | b |\n| - | - |\n| 1 \\| 2 | 3 |\n\n",
        "<!-- ## Rollback -->\n\n",
        "## Code\n\n```\n## Rollback\nREVIEW: APPROVED\nTRACK: nano\n### L001 — x\n```\n\n",
        "## Quote\n\n> QUESTION: what? @PM\n> STATUS: DRAFT\n\n",
    ],
)
def test_a_section_that_nobody_asked_for_changes_nothing_else(kind, extra):
    plain, more = READERS[kind](GOOD[kind]), READERS[kind](whole((*PARTS[kind], extra)))
    assert more.findings == ()
    for (name, before), (_, after) in zip(placeless(plain), placeless(more), strict=True):
        if name in ("sections", "strays") and kind != "review":
            assert set(before) <= set(after)
        else:
            assert after == before, name


# What a section that stands twice is: a finding, or still one exact reading (the names of the facts that grow).
TWICE = {
    "brief": "brief/doubled-section",
    "budget": (),
    "context": ("decisions", "checkpoints", "questions", "rulings"),
    "deploy": ("warnings",),
    "design": (),
    "lessons": "lessons/doubled",
    "report": ("mapping",),
    "retrospective": "retrospective/doubled-section",
    "review": "review/duplicate-area",
    "runbook": "runbook/doubled-section",
}


@each_kind
def test_a_section_that_stands_twice(kind):
    head, *sections = PARTS[kind]
    for section in sections:
        plain, twice = READERS[kind](GOOD[kind]), READERS[kind](whole((head, *sections, section)))
        expected = TWICE[kind]
        if isinstance(expected, str):
            found = {one.rule: one.line for one in twice.findings}
            line = "".join((head, *sections)).count("\n") + 1
            assert found == {expected: line}, "the second one is named"
            continue
        assert twice.findings == ()
        for (name, before), (_, after) in zip(placeless(plain), placeless(twice), strict=True):
            added = after[len(before) :] if name in expected else ()
            assert after == (before + added if name in expected else before), name
            assert not added or set(added) <= set(before), name


@each_kind
def test_a_section_that_is_missing_takes_only_its_own_facts_away(kind):
    head, *sections = PARTS[kind]
    everything = repr(placeless(READERS[kind](GOOD[kind])))
    for position in range(len(sections)):
        rest = READERS[kind](whole((head, *sections[:position], *sections[position + 1 :])))
        assert rest.findings == ()
        for _, value in placeless(rest):
            for one in value if isinstance(value, (tuple, frozenset)) else (value,):
                assert repr(one).removeprefix("(").removesuffix(")") in everything or one in ("", 0, -1)


@each_kind
@pytest.mark.parametrize(
    ("end", "rule"),
    [(b"\n```\nopen\n", "unclosed"), (b"\n<!-- open\n", "unclosed"), (b"\n\0\n", "encoding"), (b"\n\xff\n", "encoding"),
     (b"\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> theirs\n", "conflict"),
     (b"\n>>>>>>>> deep\n", "size"), (b"\n" * 100_001, "size"), (b"x" * (5 << 20), "size")],
    ids=["fence", "comment", "nul", "latin", "merge", "depth", "lines", "bytes"],
)  # fmt: skip
def test_what_cannot_be_read_exactly_is_said_at_its_line(kind, end, rule):
    data = GOOD[kind] + end
    (found,) = READERS[kind](data).findings
    assert found.rule == f"{kind}/{rule}"
    assert found.hint
    if rule in ("unclosed", "conflict"):
        assert found.line == GOOD[kind].count(b"\n") + 2


UNITS = {
    "words": "x " * 30 + "\n",
    "items": "- item\n",
    "rows": "| 1 | test \\| name | pass |\n",
    "headings": "### heading\n\n",
    "marks": "`<!" * 15 + "\n",
    "counts": "Reinforced: : :\n",
}


@each_kind
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_many_lines_take_bounded_time(kind, unit):
    started = time.process_time()
    READERS[kind](GOOD[kind] + unit.encode() * 4000)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("kind", ["context", "lessons", "runbook"])
def test_five_megabytes_take_bounded_time(kind):
    started = time.process_time()
    READERS[kind](GOOD[kind] + UNITS["words"].encode() * ((5 << 20) // len(UNITS["words"]) - 100))
    assert time.process_time() - started < 15
