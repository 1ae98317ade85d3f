"""``.pre-commit-config.yaml``: what of ours is in it, and adding our block without touching another byte.

The block is added as text, since a YAML library would lose comments and layout. The result is read again and
must hold exactly what stood there plus the block; where that cannot be had, the person is asked to add it.
"""

from __future__ import annotations

import os
from typing import Any

import yaml

from commitgate import share
from commitgate.errors import UserError

NAME = ".pre-commit-config.yaml"
STAGES = ("pre-commit", "pre-merge-commit")
# Our hooks, and when the framework runs them unless a configuration says otherwise.
OUR_HOOKS = {
    **dict.fromkeys(("gate", "gate-validate", "gate-approvals", "gate-security", "gate-order"), STAGES),
    "gate-push": ("pre-push",),
    "gate-ci": ("manual",),
}
_OLD_NAMES = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}
_HINT = f"add the block by hand below repos: (it is in {share.path('templates', 'pre-commit-config.yaml')})"


def fresh() -> bytes:
    """The configuration for a repository that has none."""
    with open(share.path("templates", "pre-commit-config.yaml"), "rb") as stream:
        return stream.read()


def block() -> list[str]:
    """Our entry of ``repos:``, as lines that begin in column 0."""
    lines = fresh().decode().splitlines()
    below = lines[lines.index("repos:") + 1 :]
    return [line.removeprefix("  ") for line in below]


def hosted(top: str) -> set[str]:
    """The hook types at which the configuration of the work tree ``top`` makes the framework run us; {} when unread."""
    try:
        with open(os.path.join(top, NAME), "rb") as stream:
            config = yaml.safe_load(stream.read())
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return set()
    return _stages(config)


def _stages(config: Any) -> set[str]:
    if not isinstance(config, dict):
        return set()
    found: set[str] = set()
    for repository in _dicts(config.get("repos")):
        url = str(repository.get("repo", ""))
        for hook in _dicts(repository.get("hooks")):
            entry = str(hook.get("entry", ""))
            ours = "commitgate" in url or entry.startswith(("git-gate ", "git gate ")) or "commitgate" in entry
            if hook.get("id") in OUR_HOOKS and ours:
                stages = hook.get("stages") or config.get("default_stages")
                stages = stages if isinstance(stages, list) else OUR_HOOKS[hook["id"]]
                found.update(_OLD_NAMES.get(str(stage), str(stage)) for stage in stages)
    return found


def _dicts(value: Any) -> list[dict[Any, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def merged(data: bytes) -> bytes:
    """``data`` with our block added below ``repos:``; unchanged when it is there. UserError when not understood."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{NAME} is not UTF-8 (byte {error.start})", _HINT) from None
    try:
        config = yaml.safe_load(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{NAME} cannot be read: {' '.join(str(error).split())}", _HINT) from None
    if _stages(config) & set(STAGES):
        return data
    if (
        not isinstance(config, dict)
        or not isinstance(config.get("repos"), list)
        or not isinstance(root, yaml.MappingNode)
    ):
        raise UserError(f"{NAME} has no list repos: at its top level", _HINT)
    node = next(value for key, value in root.value if key.value == "repos")
    if not isinstance(node, yaml.SequenceNode):
        raise UserError(f"{NAME} has no list repos: at its top level", _HINT)
    result = _insert(text, node)
    try:
        after = yaml.safe_load(result)
    except yaml.YAMLError:
        after = None
    if after != {**config, "repos": [*config["repos"], *yaml.safe_load("\n".join(block()))]}:
        raise UserError(f"{NAME} is written in a way that cannot be extended safely", _HINT)
    return result.encode("utf-8")


def _insert(text: str, node: yaml.SequenceNode) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if node.flow_style and node.value:
        raise UserError(
            f"{NAME} line {node.start_mark.line + 1}: repos: is written with brackets, in flow style", _HINT
        )
    if node.flow_style:  # an empty list: the brackets make room for the block
        place, indent = node.end_mark.line + 1, "  "
        line = lines[node.start_mark.line]
        column = node.start_mark.column
        rest = lines[node.end_mark.line][node.end_mark.column :]
        lines[node.start_mark.line : place] = [line[:column].rstrip() + (rest if rest.strip() else newline)]
        place = node.start_mark.line + 1
    else:
        place, indent = _end(lines, node), " " * node.start_mark.column
    if place and not lines[place - 1].endswith(("\n", "\r")):
        lines[place - 1] += newline
    added = [(indent + line if line else line) + newline for line in block()]
    return "".join([*lines[:place], *added, *lines[place:]])


def _end(lines: list[str], node: yaml.SequenceNode) -> int:
    """The line before which the block goes: after the list's last item and what is written deeper than the list."""
    place: int = node.end_mark.line if node.end_mark.column == 0 else node.end_mark.line + 1
    place = min(place, len(lines))
    while place > node.start_mark.line + 1:
        last = lines[place - 1]
        outside = last.lstrip().startswith("#") and len(last) - len(last.lstrip()) <= node.start_mark.column
        if last.strip() and not (outside and place < len(lines)):
            break
        place -= 1
    return place
