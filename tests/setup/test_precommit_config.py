"""Adding our block to a configuration of the pre-commit framework without touching another byte."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.errors import UserError
from commitgate.setup import precommit_config as config

BLOCK = yaml.safe_load("\n".join(config.block()))

UNDERSTOOD = {
    "the usual one": "repos:\n- repo: https://example.com/a\n  rev: v1\n  hooks:\n  - id: a\n",
    "indented": "repos:\n    -   repo: https://example.com/a\n        rev: v1\n        hooks:\n        -   id: a\n",
    "comments everywhere": "repos: # these\n  # first\n  - repo: local # a\n    hooks: [] # b\n    # c\n# foot\n",
    "keys after the list": "repos:\n- repo: local\n  hooks: []\n  # of it\n\n# about ci\nci:\n  autofix: false\n",
    "no line end at the end": "repos:\n- repo: meta\n  hooks:\n  - id: identity",
    "windows line ends": "# head\r\nrepos:\r\n- repo: meta\r\n  hooks:\r\n  - id: identity\r\nfail_fast: true\r\n",
    "byte order mark": "\ufeffrepos:\n- repo: meta\n  hooks:\n  - id: identity\n",
    "empty list": "fail_fast: true\nrepos: []\nexclude: x\n",
    "empty list with a comment": "repos: [] # nothing yet\n",
    "empty list over two lines": "repos: [\n]\nexclude: x\n",
    "block text at the end": "repos:\n- repo: local\n  hooks:\n  - id: x\n    entry: |\n      a\n      b\n",
    "document markers": "---\nrepos:\n- repo: meta\n  hooks:\n  - id: identity\n...\n",
    "flow items": "repos:\n- {repo: meta, hooks: [{id: identity}]}\n",
    "non-ascii": "# é ✓\nrepos:\n- repo: meta\n  hooks:\n  - id: identity # ü\n",
}
NOT_UNDERSTOOD = {
    "brackets": "repos: [{repo: meta, hooks: [{id: identity}]}]\n",
    "a bare list": "- repo: meta\n  hooks: []\n",
    "no repos": "fail_fast: true\n",
    "repos is a mapping": "repos:\n  a: b\n",
    "empty": "",
    "not YAML": "repos: [\n",
    "a tag": "repos: !!python/object:os.system\n- a\n",
    "two documents": "repos: []\n---\nrepos: []\n",
    "an alias": "x: &a\n- repo: meta\n  hooks: []\nrepos: *a\n",
}


def _without_brackets(text: str) -> str:
    return text.replace("repos: [\n]", "repos:").replace("repos: []", "repos:")


@pytest.mark.parametrize("text", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_the_block_is_added_and_every_other_line_stays(text: str) -> None:
    before = yaml.safe_load(text)
    after = config.merged(text.encode()).decode()
    assert yaml.safe_load(after) == {**before, "repos": [*before["repos"], *BLOCK]}
    before_lines = [line.rstrip() for line in _without_brackets(text).splitlines()]
    after_lines = [line.rstrip() for line in after.splitlines()]
    size = len(config.block())
    assert any(after_lines[:at] + after_lines[at + size :] == before_lines for at in range(len(after_lines)))
    assert ("\r\n" in text) == ("\r\n" in after)
    assert "\r\n" not in text or after.count("\n") == after.count("\r\n")


@pytest.mark.parametrize("text", UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_adding_twice_adds_once(text: str) -> None:
    once = config.merged(text.encode())
    assert config.merged(once) == once


@pytest.mark.parametrize("text", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_not_understood_is_refused_with_the_block_to_add(text: str) -> None:
    with pytest.raises(UserError) as refused:
        config.merged(text.encode())
    assert config.NAME in refused.value.message
    assert "\n" not in refused.value.message
    assert "add the block by hand" in refused.value.hint


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UserError, match="UTF-8"):
        config.merged(b"repos: []\n# \xff\n")


def test_our_hooks_from_a_repository_count_as_there() -> None:
    text = b"repos:\n- repo: https://example.com/x/commitgate\n  rev: v1\n  hooks:\n  - id: gate-order\n"
    assert config.merged(text) == text


@pytest.mark.parametrize(
    ("hook", "stages"),
    [
        ("{id: gate}", {"pre-commit", "pre-merge-commit"}),
        ("{id: gate, stages: [commit]}", {"pre-commit"}),
        ("{id: gate, stages: 7}", {"pre-commit", "pre-merge-commit"}),
        ("{id: something-else}", set()),
    ],
)
def test_the_stages_at_which_the_framework_runs_us(tmp_path: Path, hook: str, stages: set[str]) -> None:
    (tmp_path / config.NAME).write_text(f"repos:\n- repo: https://example.com/commitgate\n  hooks: [{hook}]\n")
    assert config.hosted(str(tmp_path)) == stages


def test_a_hook_called_gate_of_somebody_else_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / config.NAME).write_text("repos:\n- repo: https://example.com/other\n  hooks:\n  - id: gate\n")
    assert config.hosted(str(tmp_path)) == set()


PIECES = st.sampled_from(
    [
        "repos:",
        "- repo: meta",
        "  hooks:",
        "  - id: x",
        "# note",
        "",
        "ci: {}",
        "  x: |",
        "    text",
        "repos: []",
        "\t",
        "- [",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=9).map("\n".join) | st.text(max_size=40), st.sampled_from(["", "\n", "\n\n"]))
def test_any_text_is_extended_faithfully_or_refused(text: str, end: str) -> None:
    data = (text + end).encode("utf-8", "surrogatepass")
    try:
        after = config.merged(data)
    except UserError:
        return
    before = yaml.safe_load(data.decode())
    assert yaml.safe_load(after.decode()) == {**before, "repos": [*before["repos"], *BLOCK]}
