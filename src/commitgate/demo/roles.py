"""Who commits in the demonstration: each role under its own author name, so that the separation of duties is real."""

from __future__ import annotations

from typing import NamedTuple


class Role(NamedTuple):
    """An author. ``colour`` is a rich style, used for the name of the role on a terminal."""

    name: str
    colour: str

    @property
    def email(self) -> str:
        """An address under ``.invalid``, which by its definition can never be delivered to."""
        return f"{self.name}@demo.invalid"

    def environment(self) -> dict[str, str]:
        """The variables that make git record this role as author and committer."""
        return {
            "GIT_AUTHOR_NAME": self.name,
            "GIT_AUTHOR_EMAIL": self.email,
            "GIT_COMMITTER_NAME": self.name,
            "GIT_COMMITTER_EMAIL": self.email,
        }


USER = Role("user", "bold")
ORCHESTRATOR = Role("orchestrator", "bright_black")
PM = Role("pm", "magenta")
PRINCIPAL = Role("principal", "yellow")
BACKEND = Role("dev-backend", "green")
FRONTEND = Role("dev-frontend", "cyan")
PLATFORM_DEV = Role("dev-platform", "blue")
PLATFORM = Role("platform", "blue")
SECURITY = Role("security", "bright_red")
QA = Role("dev-qa", "bright_magenta")
