"""The mark that the commit door leaves behind, so that the hooks after it can tell a commit that was made around it.

``judged-index`` is a hard link to the index that was judged. git never changes an index in place, it puts a new one
there; so "the same file" means "the same index", which a shell can test without starting anything. ``judged`` says that
the mark is fresh; prepare-commit-msg empties it, so one check stands for one commit.
"""

from __future__ import annotations

import os

from commitgate.git.process import GitFailed
from commitgate.git.repository import Repository

FRESH = "judged"
INDEX = "judged-index"


def leave(repo: Repository) -> None:
    """Note that the index as it stands was judged and passed. A mark that cannot be left costs a needless note."""
    try:
        git_dir, folder = _places(repo)
        index = repo.env.get("GIT_INDEX_FILE") or os.path.join(git_dir, "index")
        os.makedirs(folder, exist_ok=True)
        _remove(folder)
        _link(index, os.path.join(folder, INDEX))
        with open(os.path.join(folder, FRESH), "wb") as handle:
            handle.write(b"1\n")
    except (OSError, GitFailed):
        return


def take_away(repo: Repository) -> None:
    """Forget an earlier mark: what stands in the index now was refused."""
    try:
        _remove(_places(repo)[1])
    except (OSError, GitFailed):
        return


def _places(repo: Repository) -> tuple[str, str]:
    git_dir = repo.env.get("GIT_DIR") or os.path.join(repo.directory, ".git")
    if not os.path.isdir(git_dir):
        git_dir = os.path.join(repo.directory, repo.line("rev-parse", "--git-dir"))
    return git_dir, os.path.join(git_dir, "commitgate")


def _remove(folder: str) -> None:
    for name in (FRESH, INDEX):
        _unlink(os.path.join(folder, name))


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _link(index: str, link: str) -> None:
    if not os.path.exists(index):  # the first commit of all may be an empty one
        return
    # Several checks may run at once. Nothing is ever written to a name that may be a link to the index itself.
    own = f"{link}.{os.getpid()}"
    _unlink(own)
    try:
        try:
            os.link(index, own)
        except OSError:  # no hard links here, or another file system: then the hooks compare what is in the two
            with open(index, "rb") as source, open(own, "xb") as copy:
                copy.write(source.read())
        os.replace(own, link)
    finally:
        _unlink(own)  # where both are the same file already, replacing leaves it
