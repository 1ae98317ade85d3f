"""The shape of the house: arrows go downwards, the hot path stays light, and every rule is known and tested."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml

from support import CHECKOUT, SOURCE, run

PACKAGE = SOURCE / "commitgate"
# From the bottom up; a module may import from its own layer and from those before it.
LAYERS = (
    ("record", "share", "digest", "__init__"),
    ("objects", "finding"),
    ("errors",),
    ("git",),
    ("documents", "policy", "facts"),
    ("memo",),
    ("judge", "base", "trees", "content", "landed", "gather", "report"),
    ("heads", "policies", "sides", "waivers"),
    ("run_folders",),
    ("engine",),
    ("replay", "chronicle", "protection"),
    ("simulation",),
    ("writing", "crash", "setup"),
    ("working", "doors"),
    ("demo", "commands", "completion"),
    ("cli", "__main__"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# What git/ knows as data is allowed below it: records only.
HEAVY = {"typing", "re", "json", "dataclasses", "enum", "subprocess", "pathlib", "collections", "hashlib", "tempfile"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    """Every module of the package that a file imports, anywhere in it, type-only imports left out."""
    found = set()
    tree = ast.parse(path.read_text())
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("commitgate"):
            parts = node.module.split(".")
            found.update([".".join(parts)] if len(parts) > 1 else [f"commitgate.{alias.name}" for alias in node.names])
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name.startswith("commitgate."))
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_go_downwards(path):
    mine = RANK[room(path)]
    for name in imports(path):
        other = name.split(".")[1]
        if other in ("__version__",):
            continue
        assert RANK[other] <= mine, f"{path.name} imports {name}, which lies above it"


@pytest.mark.parametrize("path", sorted((PACKAGE / "judge").glob("*.py")), ids=lambda path: path.name)
def test_the_judge_is_pure(path):
    forbidden = re.compile(r"commitgate\.git|import (os|time|subprocess|socket|random)\b|(?<![\w.])open\(")
    assert forbidden.findall(path.read_text()) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_readable(path):
    assert len(path.read_text().splitlines()) <= 300
    assert ast.get_docstring(ast.parse(path.read_text())) or not path.read_text().strip()


def loaded_by_the_door(folder: Path) -> set[str]:
    """What the door loads beyond what a bare interpreter of this environment has loaded already."""
    listing = "print('\\n'.join(sys.modules))"
    bare = run(sys.executable, "-I", "-c", f"import sys; {listing}", cwd=folder, check=True).out.split()
    code = (
        "import sys\n"
        f"sys.path.insert(0, {str(SOURCE)!r})\n"
        "from commitgate.doors import hooks\n"
        "assert hooks.run('pre-commit', []) == 0\n" + listing
    )
    return set(run(sys.executable, "-I", "-c", code, cwd=folder, check=True).out.split()) - set(bare)


def test_the_warm_door_imports_no_third_party_module_and_nothing_heavy(story):
    told = story("tested")
    told.write("src/backend/new.js", "x\n")
    told.git("add", "-A")
    first = loaded_by_the_door(told.path)
    assert "commitgate.policy.paths" in first, "the first run meets a new path and loads what classifies it"
    modules = loaded_by_the_door(told.path)
    assert not modules & HEAVY
    assert {name.split(".")[0] for name in modules} <= set(sys.stdlib_module_names) | {"commitgate"}


def test_a_run_after_a_commit_stays_light_too(story):
    told = story("tested")
    told.write("src/backend/new.js", "x\n")
    told.commit("more")
    assert not loaded_by_the_door(told.path) & HEAVY


def test_the_help_needs_neither_click_nor_any_command():
    code = (
        "import sys\nfrom commitgate.__main__ import main\nsys.argv = ['git-gate', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('click' in sys.modules, 'yaml' in sys.modules)\n"
    )
    assert run(sys.executable, "-c", code, cwd=CHECKOUT, check=True).out.endswith("False False\n")


RULE = re.compile(r'"((?:json|gate|run|review|context|brief|design|report|order|track|checkpoint|escalation|engine'
                  r'|runbook|retrospective|deploy|lessons|consistency|security|policy|ready|merge|push|waiver|budget)'
                  r'/[a-z][a-z0-9-]*)"')  # fmt: skip


def rules_in(folder: Path) -> set[str]:
    return {rule for path in folder.rglob("*.py") for rule in RULE.findall(path.read_text())}


def test_every_rule_is_in_the_catalog_and_the_catalog_names_no_other():
    catalog = set(yaml.safe_load((CHECKOUT / "rules" / "catalog.yaml").read_text()))
    used = {rule for rule in rules_in(PACKAGE) if not rule.endswith("-")}
    assert used - catalog == set(), "rules without a row"
    # Readers share some rules over their families, so the second half of an id may stand alone in the source.
    source = "\n".join(path.read_text() for path in modules())
    unused = [rule for rule in catalog - used if not re.search(rf'["/]{rule.split("/")[1]}"', source)]
    assert unused == [], "rows without a rule"


def test_every_rule_has_a_test_that_names_it():
    catalog = set(yaml.safe_load((CHECKOUT / "rules" / "catalog.yaml").read_text()))
    tests = "\n".join(path.read_text() for path in (CHECKOUT / "tests").rglob("*.py") if path != Path(__file__))
    assert sorted(rule for rule in catalog if rule not in tests) == []
