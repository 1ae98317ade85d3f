"""Where runs may lie: the policy's ``runs:`` patterns, and what part of the product each run folder speaks for.

A pattern is a path of folder names from the repository's root, in which "*" stands for any one name: ``pipeline``,
``pipelines/*``, ``services/*/pipeline``. A folder is a run folder only while it holds a ``run.json``.
"""

from __future__ import annotations

from commitgate.policy.layout import is_process
from commitgate.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.policy.model import Policy

_LAST = "pipeline"


class Place(Record):
    """One run folder, and its share of the product.

    folder: the run folder; product: its product root, "" or with a slash at the end; nearer: product roots of other
    runs, whose paths are theirs; neighbours: the other run folders that hold a run; siblings: those of them whose run
    comes with the same side for the same product root.
    """

    folder: str
    product: str = ""
    nearer: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()

    def key(self) -> tuple[object, ...]:
        """The same as plain values, for a memo."""
        return tuple(self)

    def landed(self) -> Place:
        """The same for what the run was merged with: no run that came since for the same root takes that away."""
        return self._replace(nearer=tuple(one for one in self.nearer if len(one) > len(self.product)))

    def owns(self, policy: Policy, path: str) -> bool:
        """Whether a path that is none of this run's own process files is product that it answers for."""
        if not path.startswith(self.product) or path.startswith(self.nearer):
            return False
        return not any(
            path.startswith(other + "/") and is_process(policy, path[len(other) + 1 :]) for other in self.neighbours
        )


def containing(patterns: tuple[str, ...], path: str) -> list[str]:
    """The folders above ``path`` that a pattern means, the nearest last; ``path`` is from the repository's root."""
    parts = path.split("/")
    found = []
    for depth in range(1, len(parts)):
        above = parts[:depth]
        if any(means(pattern.split("/"), above) for pattern in patterns):
            found.append("/".join(above))
    return found


def means(pattern: list[str], folder: list[str]) -> bool:
    """Whether a pattern, split at its slashes, means a folder, split likewise. Unreadable names are never meant."""
    return len(pattern) == len(folder) and all(
        one == name or (one == "*" and name.isprintable()) for one, name in zip(pattern, folder, strict=True)
    )


def only(patterns: tuple[str, ...]) -> str:
    """The one run folder there can be; "" when there can be several."""
    return patterns[0] if len(patterns) == 1 and "*" not in patterns[0] else ""


def product_root(folder: str) -> str:
    """What the areas of a run are relative to: "" (the repository) or a folder with its slash (``services/a/``).

    It is the folder that holds a run folder called ``pipeline``; runs of any other name speak for the repository.
    """
    above, _, name = folder.rpartition("/")
    return f"{above}/" if above and name == _LAST else ""


def fixed_part(pattern: str) -> str:
    """The folders before the first "*" of a pattern: everything that it means lies there. "" for the root."""
    parts = pattern.split("/")
    return "/".join(parts[: parts.index("*")] if "*" in parts else parts)


def refusal(pattern: str) -> str:
    """Why a text is no pattern of run folders, or ""."""
    parts = pattern.split("/")
    if any(part in ("", ".", "..", "**", ".git") for part in parts):
        return 'it is no path of folder names from the repository\'s root, with "*" for any one name'
    if any(part != "*" and (set(part) & set("*?[]\\!") or not part.isprintable()) for part in parts):
        return 'only a whole name may be "*", and names are plain text'
    if all(part == "*" for part in parts):
        return "it means every folder; give it at least one name"
    return ""
