"""Trees that git itself would not write, with a name twice: a server that does not ask fsck takes them in."""

from __future__ import annotations

import json

import pytest

from story import Story

PATH = "src/backend/old.js"


@pytest.fixture
def ready(story):
    """A run that may be merged, beside a file that was on main before and that it leaves alone."""
    told = story("tested")
    unasked = ("-c", "core.hooksPath=/dev/null")
    told.git("switch", "-q", "main")
    told.write(PATH, "good\n")
    told.git("add", PATH)
    told.git(*unasked, "commit", "-q", "-m", "what was there")
    told.git("switch", "-q", "-")
    told.git(*unasked, "merge", "-q", "--no-edit", "main")
    return told


def holding(told: Story, *contents: str) -> None:
    """Commit a tree that has PATH once with each of these contents, in this order."""
    tree = ""
    parts = PATH.split("/")
    for depth in range(len(parts), 0, -1):
        name = parts[depth - 1]
        listed = []
        for line in told.git("ls-tree", f"HEAD:{'/'.join(parts[: depth - 1])}").out.splitlines():
            mode, _, oid, other = line.split(maxsplit=3)
            if other != name:
                listed.append((mode.lstrip("0"), other, oid))
            elif tree:
                listed.append((mode.lstrip("0"), name, tree))
            elif not any(one == name for _, one, _ in listed):
                blobs = [told.git("hash-object", "-w", "--stdin", feed=text.encode()).out.strip() for text in contents]
                listed += [(mode, name, blob) for blob in blobs]
        raw = told.path / ".git" / "tree"
        raw.write_bytes(b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(oid) for mode, name, oid in listed))
        tree = told.git("hash-object", "-t", "tree", "-w", "--literally", str(raw)).out.strip()
    commit = told.git("commit-tree", "-p", "HEAD", "-m", "by hand", tree).out.strip()
    told.git("update-ref", "HEAD", commit)


@pytest.mark.parametrize(
    "steps",
    [
        [("good", "bad"), ("bad",)],
        [("good", "bad"), ("bad", "bad"), ("bad",)],
        [("bad", "good")],
        [("good", "good"), ("bad", "good"), ("bad", "bad"), ("bad",)],
    ],
)
def test_a_name_that_stands_twice_in_a_tree_hides_no_change(ready, steps):
    for contents in steps:
        holding(ready, *(f"{one}\n" for one in contents))
    assert ready.git("show", f"HEAD:{PATH}").out == "bad\n"
    said = ready.gate("verify", "--ready", "--format", "json")
    assert said.code == 4
    assert [row["rule"] for row in json.loads(said.out)["findings"]] == ["engine/malformed-tree"]


def test_a_name_that_stood_twice_and_changed_nothing_is_past(ready):
    holding(ready, "good\n", "good\n")
    holding(ready, "good\n")
    assert ready.gate("verify", "--ready").code == 0


def test_kinds_that_change_in_one_place_are_no_malformed_tree(ready):
    for kind in ("link", "folder", "file"):
        ready.git("rm", "-rq", "--", PATH)
        if kind == "link":
            (ready.path / PATH).parent.mkdir(parents=True, exist_ok=True)
            (ready.path / PATH).symlink_to("elsewhere")
        else:
            ready.write(f"{PATH}/a" if kind == "folder" else PATH, "good\n")
        ready.commit(kind, args=("--no-verify",))
    assert ready.gate("verify", "--ready").code == 0
