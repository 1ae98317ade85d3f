"""``git gate waiver``: writing one that counts, and listing what becomes of them."""

from __future__ import annotations

import json
import time

import pytest

from commitgate.documents.waiver import read

PATH = "pipeline/waivers/importer.yml"
REQUEST = (
    *("waiver", "new", "order/early-work", "--scope", "/src/backend/**", "--reason", 'The "importer": #1'),
    *("--owner", "dev-backend", "--approved-by", "Ana Lima", "--id", "importer"),
)


def test_what_is_written_counts_once_it_is_on_the_target(story):
    told = story("started")
    told.write("src/backend/early.js", "early\n")
    told.git("add", "-A")
    told.git("stash", "-q")
    told.git("switch", "-q", "main")
    said = told.gate(*REQUEST)
    assert said.code == 0
    assert f"wrote {PATH}" in said.out
    assert f"git add {PATH} && git commit" in said.out
    facts = read(told.read(PATH).encode())
    assert (facts.findings, facts.reason, facts.scope) == ((), 'The "importer": #1', ("/src/backend/**",))
    assert told.gate("waiver", "list").out.startswith("not yet ")
    assert told.gate(*REQUEST).out.startswith("unchanged")
    told.commit("waiver")
    told.git("switch", "-q", "feature/reset")
    told.git("stash", "pop", "-q", "--index")
    assert told.door().code == 0
    assert told.gate("waiver", "list").out.startswith(f"active       {PATH}: order/early-work at /src/backend/**")


def test_another_waiver_is_never_overwritten(repo):
    repo.gate(*REQUEST, check=True)
    before = repo.read(PATH)
    said = repo.gate(*REQUEST, "--days", "3")
    assert said.code == 2
    assert "--id NAME" in said.err
    assert repo.read(PATH) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order/early-work", "order/early-works", "did you mean order/early-work"),
        ("order/early-work", "security/veto", "no rule that may be waived"),
        ("/src/backend/**", "!x", "takes back"),
        ("Ana Lima", " ", "approved_by"),
        ("Ana Lima", "a\nb", "one line"),
        ("importer", "../x", "no name"),
    ],
)
def test_one_that_would_not_count_is_not_written(repo, old, new, said):
    told = repo.gate(*(new if word == old else word for word in REQUEST))
    assert told.code == 64
    assert said in told.err
    assert not (repo.path / "pipeline").exists()


@pytest.mark.parametrize("days", ["0", "31", "-1"])
def test_days_are_limited(repo, days):
    assert repo.gate(*REQUEST, "--days", days).code == 64


def test_several_patterns_and_a_name_of_its_own(repo):
    said = repo.gate(*REQUEST[:-2], "--scope", "*.sql", "--days", "30")
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
    assert f"order-early-work-{day}.yml" in said.out
    assert read(repo.read(f"pipeline/waivers/order-early-work-{day}.yml").encode()).scope == (
        "/src/backend/**",
        "*.sql",
    )


def test_the_list_tells_expired_and_refused(repo):
    assert repo.gate("waiver", "list").out == "no waivers\n"
    repo.gate(*REQUEST, check=True)
    lines = repo.read(PATH).splitlines()
    repo.write("pipeline/waivers/old.yml", "\n".join([*lines[:-1], "expires: 2020-01-01", ""]))
    repo.commit("waivers")
    repo.write("pipeline/waivers/bad.yml", "rule: x\n")
    said = repo.gate("waiver", "list")
    assert said.code == 1
    assert "refused      pipeline/waivers/bad.yml\nerror waiver/malformed pipeline/waivers/bad.yml" in said.out
    data = json.loads(repo.gate("waiver", "list", "--json").out)
    assert {one["id"]: one["state"] for one in data["waivers"]} == {
        "importer": "active",
        "old": "expired",
        "bad": "refused",
    }
    repo.remove("pipeline/waivers/bad.yml")
    assert repo.gate("waiver", "list").code == 0
