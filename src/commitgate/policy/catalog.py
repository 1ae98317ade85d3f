"""The catalogue of rules: what each is called, why it exists, how to satisfy it."""

from __future__ import annotations

from commitgate import share
from commitgate.errors import CannotDecide
from commitgate.policy import yaml_strict
from commitgate.record import Record


class Entry(Record):
    """One rule, in words."""

    rule: str
    title: str
    why: str
    fix: str


def catalog() -> dict[str, Entry]:
    """Every rule by its id, in the order of the file. CannotDecide when the shipped file is broken."""
    with open(share.path("rules", "catalog.yaml"), "rb") as file:
        data, _, findings = yaml_strict.load(file.read())
    if findings or not isinstance(data, dict):
        raise CannotDecide(
            "the shipped rules/catalog.yaml cannot be read", "reinstall commitgate", "engine/installation"
        )
    return {rule: Entry(rule, words["title"], words["why"], words["fix"]) for rule, words in data.items()}
