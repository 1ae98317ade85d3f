"""What ``git gate init --ci`` lays down: for each kind of CI its files, and what is left to do by hand."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from commitgate import share

GITLAB = ".gitlab-ci.yml"
_GITLAB_PART = ".gitlab/commitgate.yml"


class Kind(NamedTuple):
    """One kind of CI: the template, the path that it gets, and what the user does then ("" for nothing)."""

    template: str
    path: str
    then: str


KINDS = {
    "github": Kind("github.yml", ".github/workflows/commitgate.yml", ""),
    "gitlab": Kind("gitlab.yml", _GITLAB_PART, f"in {GITLAB}: include: [{{local: {_GITLAB_PART}}}]"),
    "plain": Kind("plain.sh", "ci/commitgate.sh", "let the CI run, for every change: sh ci/commitgate.sh"),
}


def content(kind: Kind, target: str) -> bytes:
    """The file of a kind; ``target`` is the branch that is merged into, "" when it is not known."""
    with open(share.path("templates", "ci", kind.template), "rb") as stream:
        return stream.read().replace(b"{{target}}", shlex.quote(target or "main").encode())
