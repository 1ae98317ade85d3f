"""The catalogue of rules: complete for this room, and fit to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commitgate import share
from commitgate.policy import yaml_strict

ROOM = Path(yaml_strict.__file__).parent
ID = re.compile(r"[a-z]+/[a-z]+(?:-[a-z]+)*\Z")


def catalog() -> dict[str, dict[str, str]]:
    data, _, findings = yaml_strict.load(Path(share.path("rules", "catalog.yaml")).read_bytes())
    assert not findings
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(("rule", "entry"), catalog().items())
def test_each_entry_has_an_id_and_three_texts(rule: str, entry: dict[str, str]) -> None:
    assert ID.match(rule)
    assert list(entry) == ["title", "why", "fix"]
    for text in entry.values():
        assert isinstance(text, str)
        assert text.strip() == text
        assert len(text) >= 10
        assert "\n" not in text
    assert not entry["title"].endswith(".")
    assert entry["why"].endswith(".")


def test_every_policy_rule_that_the_code_names_is_explained() -> None:
    named: set[str] = set()
    for path in ROOM.glob("*.py"):
        source = path.read_text()
        named.update(re.findall(r'"policy/([a-z-]+)"', source))
        named.update(re.findall(r'refuse\(\s*"([a-z-]+)"', source))
    assert {"syntax", "cycle", "unknown-key", "pattern"} <= named
    assert {f"policy/{name}" for name in named} <= set(catalog())


def test_a_broken_installation_decides_nothing(monkeypatch, tmp_path):
    from commitgate import share
    from commitgate.errors import CannotDecide
    from commitgate.policy.catalog import catalog
    from commitgate.policy.load import load_policy

    (tmp_path / "rules").mkdir()
    for name in ("catalog", "stages", "areas", "security", "review", "documents"):
        (tmp_path / "rules" / f"{name}.yaml").write_text("a: [")
    monkeypatch.setattr(share, "ROOT", str(tmp_path))
    for read in (catalog, lambda: load_policy(None)):
        with pytest.raises(CannotDecide) as caught:
            read()
        assert caught.value.rule == "engine/installation"
