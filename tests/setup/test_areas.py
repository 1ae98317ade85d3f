"""Proposed areas: by owner, or by folder."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from commitgate.setup.areas import Area, from_codeowners, from_tree


def test_one_area_for_each_owner_in_the_order_of_the_file() -> None:
    text = """\
# who looks after what
*                 @org/everyone
/server/          @org/backend-team   # the API
/web/  *.css      @nobody
/web/             @org/Frontend_Devs @alice
/with\\ space/    @org/backend-team
/ops/             ops@example.com
/tests/           @org/qa-team
"""
    proposal = from_codeowners(text, "CODEOWNERS")
    assert proposal.areas == (
        Area("backend", ("/server/", "/with\\ space/")),
        Area("nobody", ("/web/",)),
        Area("frontend", ("/web/",)),
        Area("ops", ("/ops/",)),
        Area("qa", ("/tests/",), reviewed=False),
    )
    assert len(proposal.notes) == 1
    assert "line 2" in proposal.notes[0]


def test_exclusions_unowned_lines_and_the_process_are_left_out() -> None:
    text = "!/a/ @x\n/b/\n/pipeline/ @y\n[Section] @z\n/c/\n^[Optional][2] @org/w\n/d/\n"
    proposal = from_codeowners(text, "CODEOWNERS")
    assert proposal.areas == (Area("z", ("/c/",)), Area("w", ("/d/",)))
    assert len(proposal.notes) == 3


def test_names_that_mean_something_else_are_avoided() -> None:
    text = "/a/ @other\n/b/ @org/security\n/c/ @org/1st\n/d/ @org/dev-backend\n/e/ @org/team-data\n"
    names = [area.name for area in from_codeowners(text, "CODEOWNERS").areas]
    assert names == ["other-area", "security-area", "area-1st", "backend", "data"]


def test_the_shipped_areas_where_the_tree_has_them() -> None:
    proposal = from_tree(
        ["src/backend/a.js", "src/frontend/b.js", "src/tests/t.js", ".github/workflows/ci.yml", "lib/x.py"]
    )
    assert {area.name: area.patterns for area in proposal.areas} == {
        "backend": ("/src/backend/**",),
        "frontend": ("/src/frontend/**",),
        "platform": ("/src/infra/**", "/.github/**"),
        "qa": ("/src/tests/**", "/tests/**"),
    }


def test_the_folders_below_apps_packages_and_services() -> None:
    proposal = from_tree(
        [
            "apps/web/a.ts",
            "apps/admin/src/b.ts",
            "packages/ui/c.ts",
            "services/web/d.go",
            "tests/e2e.py",
            "infra/main.tf",
        ]
    )
    assert {area.name: area.patterns for area in proposal.areas} == {
        "admin": ("/apps/admin/**",),
        "apps-web": ("/apps/web/**",),
        "ui": ("/packages/ui/**",),
        "services-web": ("/services/web/**",),
        "platform": ("/infra/**",),
        "qa": ("/tests/**",),
    }


def test_top_level_folders_of_source_when_there_is_nothing_better() -> None:
    proposal = from_tree(
        ["server/a.py", "web/b.ts", "docs/conf.py", "test/t.py", "assets/logo.svg", "setup.py", ".x/y.py"]
    )
    assert [area.name for area in proposal.areas] == ["server", "web", "qa"]


def test_too_many_folders_become_the_folders_above_them() -> None:
    proposal = from_tree([f"packages/p{number}/x.ts" for number in range(40)])
    assert proposal.areas == (Area("packages", ("/packages/**",)),)


def test_a_tree_without_folders_has_no_areas() -> None:
    assert from_tree(["README.md", "main.py"]).areas == ()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_usable_names(text: str) -> None:
    for area in from_codeowners(text, "CODEOWNERS").areas:
        assert re.fullmatch(r"[a-z][a-z0-9-]*", area.name)
        assert area.patterns
