"""From the rows of a tree that is not committed yet to its state: the index, and the work tree."""

from __future__ import annotations

from commitgate.gather import State
from commitgate.git.delta import compose, parse
from commitgate.git.process import GitFailed
from commitgate.git.side import content_on_disk, empty_tree, start_index, worktree_rows
from commitgate.objects import ABSENT, NOBODY, SUBMODULE, SYMLINK, Person, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.base import Reference
    from commitgate.gather import Gathering
    from commitgate.git.cat_file import Blob
    from commitgate.git.process import Process
    from commitgate.git.repository import Repository

INDEX = "index"
WORKTREE = "worktree"


def merging(repo: Repository, merge_head: Blob) -> tuple[str, ...]:
    """The commits being merged: MERGE_HEAD, or (before a clean merge has one) git's GITHEAD_<oid> variables."""
    if merge_head.type == "commit":
        try:
            with open(repo.git_path("MERGE_HEAD"), encoding="ascii") as handle:
                return tuple(handle.read().split())
        except FileNotFoundError:
            pass  # a branch or tag of that name, and no merge
    return tuple(name[8:] for name in sorted(repo.env) if name.startswith("GITHEAD_") and _is_oid(name[8:]))


def _is_oid(text: str) -> bool:
    return len(text) in (40, 64) and all(c in "0123456789abcdef" for c in text)


def started_index_rows(repo: Repository, started: Process, unborn: bool) -> list[Row]:
    """The index's rows against HEAD from the process that was started; against nothing when there is no HEAD yet."""
    if not unborn:
        return parse(started.output())
    try:
        started.output()
    except GitFailed:
        pass  # there is no HEAD to compare with: a first commit is compared with the empty tree
    return rows_against(repo, INDEX, empty_tree(repo))


def rows_against(repo: Repository, kind: str, tree: str) -> list[Row]:
    """The rows of the index or the work tree against a commit or tree."""
    return parse(start_index(repo, tree).output()) if kind == INDEX else worktree_rows(repo, tree)


def state_of(gathering: Gathering, kind: str, parents: list[State], rows: list[Row], reference: Reference) -> State:
    """The state of the index or work tree from its rows against its first parent."""
    if not parents:
        return State("", "", gathering.trees.below({}, rows), compose({}, rows))
    base = gathering.base_of("", tuple(parent.commit for parent in parents), reference)
    entries = gathering.trees.below(parents[0].entries, rows)
    if base == parents[0].base:
        return State("", base, entries, compose(parents[0].rows, rows))
    return State("", base, entries, {row.path: row for row in rows_against(gathering.repo, kind, base)})


def own_run_id(repo: Repository, kind: str, rows: list[Row], path: str) -> str | None:
    """The run id that the tree itself brings, "" when it takes the run away, None when it leaves the run alone."""
    row = next((row for row in rows if row.path == path), None)
    if row is None:
        return None
    from commitgate.documents import run

    if row.new_mode in (ABSENT, SYMLINK, SUBMODULE):
        return ""
    if kind == WORKTREE:
        return run.read(content_on_disk(repo, [path]).get(path, b"")).id
    return run.read(repo.batch.get([row.new_oid])[0].data).id


def author(repo: Repository) -> Person:
    """Who is about to commit: what git exports to its hooks, else what git would say."""
    name, email = repo.env.get("GIT_AUTHOR_NAME"), repo.env.get("GIT_AUTHOR_EMAIL")
    if name and email:
        return Person(name, email)
    try:
        ident = repo.line("var", "GIT_AUTHOR_IDENT")
    except GitFailed:
        return NOBODY
    name, _, rest = ident.partition(" <")
    return Person(name, rest.partition(">")[0])


def scratch_paths(gathering: Gathering, rows: list[Row]) -> set[str]:
    """Untracked files in no area are somebody's scratch until they are added; they are not judged in the work tree."""
    return {row.path for row in rows if row.untracked and _is_scratch(gathering, row.path)}


def _is_scratch(gathering: Gathering, path: str) -> bool:
    known = gathering.path_class(path)
    return known.area == "other" and not known.triggers and not path.startswith(gathering.root + "/")
