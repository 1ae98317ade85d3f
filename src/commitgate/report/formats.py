"""The formats of a report by name. Each is a module with one function ``render(report) -> str``.

They are imported when asked for: whoever wants text does not pay for XML. Text itself is not among them, because only
the command knows the terminal and what its question leaves to be said.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from commitgate.report.model import Report

TEXT, GITHUB = "text", "github"
_MODULES = {"json": "plain", "sarif": "sarif", GITHUB: "github", "junit": "junit", "html": "html"}
NAMES = (TEXT, *_MODULES)


def render(form: str, report: Report) -> str:
    """The report in any format of ``NAMES`` but text; ends in a newline. Valid UTF-8 whatever the documents hold."""
    text: str = import_module(f"commitgate.report.{_MODULES[form]}").render(report)
    return text
