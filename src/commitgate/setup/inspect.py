"""What ``git gate doctor`` looks at: will git really run the gate here, and can it decide?"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from commitgate import __version__
from commitgate.errors import GateError
from commitgate.git.refs import Refs, is_shallow
from commitgate.git.repository import Repository
from commitgate.git.side import content_on_disk
from commitgate.memo import NoMemo
from commitgate.policies import PolicyRefused, refuse_link
from commitgate.protection import default_branch, protected_by_server
from commitgate.setup import hooks_folder, initial, precommit_config, shims
from commitgate.setup.hooks_folder import HooksFolder, shown
from commitgate.setup.shims import FRAMEWORK, KEPT, LEGACY, MISSING, NO_FILE, OURS, Standing

OLDEST_GIT = (2, 38)  # the first with `merge-tree --write-tree`

OK, WARNING, ERROR = 0, 1, 2

# What happens where a hook cannot run.
_REFUSED = {
    **dict.fromkeys(shims.JUDGING, "every commit is refused"),
    "pre-push": "every push is refused",
    shims.PRE_RECEIVE: "every push is refused",
    shims.REFERENCE_TRANSACTION: "no branch can be moved",
}
NOTE = -1  # worth knowing; nothing is wrong


class Remark(NamedTuple):
    """One line of the report. level: one of the above; subject: a hook, a file, "git"…; hint: what repairs it."""

    level: int
    subject: str
    text: str
    hint: str = ""


def examine(repo: Repository) -> list[Remark]:
    """Every remark on this repository, which must be asked at its root."""
    folder = hooks_folder.find(repo)
    remarks = [git_version(repo.line("version"))]
    bare = hooks_folder.is_bare(repo)
    remarks += hooks(repo.directory, folder, bare)
    remarks += [served_policy(repo), malformed_objects(repo)] if bare else policy(repo)
    if is_shallow(repo):
        remarks.append(
            Remark(
                WARNING,
                "history",
                "this clone is shallow: where a branch began may be unknown",
                "git fetch --unshallow",
            )
        )
    return remarks


def git_version(said: str) -> Remark:
    """Whether git is new enough, from what ``git version`` says."""
    numbers = re.search(r"(\d+)\.(\d+)", said)
    wanted = ".".join(map(str, OLDEST_GIT))
    if not numbers:
        return Remark(WARNING, "git", f"its version is not understood: {said!r}", f"git {wanted} or newer is needed")
    if (int(numbers[1]), int(numbers[2])) < OLDEST_GIT:
        return Remark(ERROR, "git", f"{said} is too old", f"install git {wanted} or newer")
    return Remark(OK, "git", said.removeprefix("git version "))


def hooks(top: str, folder: HooksFolder, bare: bool) -> list[Remark]:
    """One remark for each hook, and those on the folder itself. The opt-in hooks are mentioned where they are."""
    remarks = []
    if folder.setting and folder.scope not in ("local", "worktree"):
        remarks.append(
            Remark(
                WARNING,
                "core.hooksPath",
                f"the {folder.scope} configuration sends git to {folder.path}, not to this repository",
                f"git config core.hooksPath {folder.common!r}, then: git gate install",
            )
        )
    if bare:
        return [*remarks, *_hook(shims.PRE_RECEIVE, folder, set())]
    hosted = precommit_config.hosted(top)
    for hook in shims.ALL:
        if hook in shims.HOOKS or shims.look(os.path.join(folder.path, hook)).kind == OURS:
            remarks += _hook(hook, folder, hosted)
    return remarks


def _hook(hook: str, folder: HooksFolder, hosted: set[str]) -> list[Remark]:
    path = os.path.join(folder.path, hook)
    found = shims.look(path)
    if found.kind == OURS:
        return _shim(hook, path, found, hosted)
    if found.kind == FRAMEWORK and found.executable:
        return [_framework(hook, path, hosted)]
    # The framework serves the hooks that judge; the others only tell more, so missing them there is no loss.
    needed = hook in (*shims.JUDGING, shims.PRE_RECEIVE)
    if found.kind == MISSING:
        elsewhere = os.path.join(folder.common, hook)
        if elsewhere != path and shims.look(elsewhere).kind == OURS:
            text = f"installed in {shown(folder.common)}, but core.hooksPath sends git to {shown(folder.path)}"
            return [Remark(ERROR, hook, text, _install_hint(hook, folder))]
        if hook in hosted and _framework_serves(folder, hosted):
            text = "the pre-commit framework is installed, but not for this hook"
            return [Remark(WARNING, hook, text, f"pre-commit install --hook-type {hook}")]
        if not needed and _framework_serves(folder, hosted):
            return []
        return [
            Remark(
                ERROR if needed else WARNING,
                hook,
                "not installed: git checks nothing here",
                _install_hint(hook, folder),
            )
        ]
    if found.kind == NO_FILE:
        return [
            Remark(
                ERROR,
                hook,
                f"{shown(path)} is not a file: git runs nothing",
                f"move it away, then: {_install_hint(hook, folder)}",
            )
        ]
    runs = (
        "git runs a hook of somebody else's" if found.executable else "a file that is not executable, so git ignores it"
    )
    text = f"{shown(path)} is not ours: {runs}"
    return [
        Remark(
            ERROR if needed else WARNING,
            hook,
            text,
            f"{_install_hint(hook, folder)} (it keeps that hook and runs it first)",
        )
    ]


def _install_hint(hook: str, folder: HooksFolder) -> str:
    option = "" if hook in shims.HOOKS else f" --{hook}"
    return f"git gate install{option} --hooks-path {folder.path!r}" if folder.outside else f"git gate install{option}"


def _framework_serves(folder: HooksFolder, hosted: set[str]) -> bool:
    return any(shims.look(os.path.join(folder.path, hook)).kind == FRAMEWORK for hook in hosted)


def _framework(hook: str, path: str, hosted: set[str]) -> Remark:
    legacy = shims.look(path + LEGACY)
    if legacy.kind == OURS and legacy.executable:
        problems = _embedded(legacy)
        if problems:
            return Remark(
                ERROR, hook, f"{shown(path + LEGACY)}: {problems}", "install commitgate again, then: git gate install"
            )
        return Remark(OK, hook, "the pre-commit framework runs our hook as its legacy hook")
    if hook in hosted:
        return Remark(OK, hook, f"run by the pre-commit framework ({precommit_config.NAME})")
    if hook not in shims.JUDGING:
        text = f"git runs the pre-commit framework, and {precommit_config.NAME} has no commitgate hook for it"
        return Remark(OK, hook, text)
    text = f"git runs the pre-commit framework, but {precommit_config.NAME} has no commitgate hook for it"
    return Remark(ERROR, hook, text, "git gate install (it keeps the framework's hook and runs it first)")


def _shim(hook: str, path: str, found: Standing, hosted: set[str]) -> list[Remark]:
    repair = "git gate install" if hook in shims.HOOKS else f"git gate install --{hook}"
    if not found.executable:
        return [Remark(ERROR, hook, f"{shown(path)} is not executable, so git ignores it", f"chmod +x {path!r}")]
    problems = _embedded(found)
    if problems:
        return [Remark(ERROR, hook, f"{problems}: {_REFUSED[hook]}", f"install commitgate again, then: {repair}")]
    remarks = []
    if found.version != __version__:
        remarks.append(Remark(WARNING, hook, f"of version {found.version}, this is {__version__}", repair))
    elif found.data != shims.text(hook):
        remarks.append(Remark(WARNING, hook, f"belongs to another installation of commitgate ({found.python})", repair))
    kept = shims.look(path + KEPT)
    if kept.kind == OURS:
        remarks.append(Remark(ERROR, hook, f"{hook}{KEPT} is one of our hooks: it would run itself", repair))
    elif kept.kind == FRAMEWORK and hook in hosted:
        text = "the gate runs twice: here, and in the pre-commit framework, which this hook runs first"
        remarks.append(Remark(WARNING, hook, text, f"take the commitgate hooks out of {precommit_config.NAME}"))
    if remarks:
        return remarks
    first = f", after {hook}{KEPT}" if kept.kind != MISSING and kept.executable else ""
    return [Remark(OK, hook, f"git runs {shown(path)}{first}")]


def _embedded(shim: Standing) -> str:
    """What of the paths inside a shim is gone; "" when all is there."""
    gone = []
    if shim.python and not os.access(shim.python, os.X_OK):
        gone.append(f"its Python interpreter is gone ({shim.python})")
    if shim.start and not os.path.isfile(shim.start):
        gone.append(f"the commitgate it belongs to is gone ({shim.start})")
    return " and ".join(gone)


def policy(repo: Repository) -> list[Remark]:
    """Whether ``.gates.yaml`` is accepted, the target branch exists, and git sees the run's files."""
    from commitgate.policy.load import load_policy

    remarks = []
    try:
        refuse_link(repo)
        with open(os.path.join(repo.directory, initial.POLICY), "rb") as stream:
            data: bytes | None = stream.read()
    except FileNotFoundError:
        data = None
    except PolicyRefused as refused:
        return [Remark(ERROR, initial.POLICY, f"{one.message} [{one.rule}]", one.hint) for one in refused.findings]
    except OSError as error:
        return [Remark(ERROR, initial.POLICY, f"cannot be read: {error.strerror}")]
    loaded, findings = load_policy(data, lambda path: content_on_disk(repo, [path]).get(path))
    for finding in findings:
        place = f"line {finding.line}: " if finding.line else ""
        level = ERROR if finding.level else WARNING
        told = f"{place}{finding.message} [{finding.rule}]"
        remarks.append(Remark(level, finding.path or initial.POLICY, told, finding.hint))
    if not remarks:
        text = "accepted" if data is not None else "there is none: the shipped rules apply"
        remarks.append(Remark(OK, initial.POLICY, text))
    remarks.append(_target(repo, loaded.target if loaded else ""))
    try:
        initial.refuse_ignored(repo)
    except GateError as refused:
        remarks.append(Remark(ERROR, initial.ALONE, refused.message, refused.hint))
    return remarks


def served_policy(repo: Repository) -> Remark:
    """What a server's repository protects, if the policy at that branch's tip is accepted."""
    try:
        protected = protected_by_server(repo, NoMemo(), default_branch(repo))
    except PolicyRefused as refused:
        said = "; ".join(f"{one.message} [{one.rule}]" for one in refused.findings)
        return Remark(ERROR, initial.POLICY, f"on the default branch: {said}", "mend it before the hook is installed")
    finally:
        repo.close()
    if not protected.tip:
        return Remark(OK, "target", f"{protected.target}, which has no commit yet")
    return Remark(OK, "target", f"{protected.target} (protected: {', '.join(sorted(protected.branches))})")


def malformed_objects(repo: Repository) -> Remark:
    """Whether the server refuses objects that git itself would never make.

    A tree that names one file twice shows one of the two to whoever judges, and may check out the other.
    """
    for setting in ("receive.fsckObjects", "transfer.fsckObjects"):
        value = repo.line("config", "--type=bool", "--get", setting, accept=(0, 1))
        if value:
            break
    if value == "true":
        return Remark(OK, "objects", f"malformed ones are refused ({setting})")
    text = "malformed ones are accepted, such as a tree that names one file twice"
    return Remark(WARNING, "objects", text, "git config receive.fsckObjects true")


def _target(repo: Repository, wanted: str) -> Remark:
    target = Refs(repo).target(wanted)
    hint = f"set target: in {initial.POLICY} to the branch that work is merged into"
    if not target.name:
        return Remark(WARNING, "target", "no target branch: neither origin/HEAD, nor main, nor master", hint)
    if not target.local and not target.remote:
        unborn = repo.line("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1)) == target.name
        if unborn:
            return Remark(OK, "target", f"{target.name}, which has no commit yet")
        return Remark(
            ERROR, "target", f"there is no branch {target.name}, here or on origin", f"git fetch origin; or {hint}"
        )
    where = "origin" if target.remote else "this clone"
    return Remark(OK, "target", f"{target.name} (in {where})")
