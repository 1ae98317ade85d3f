"""The page: well formed, alone, without a script, and true to what the documents say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from samples import EMPTY, FULL, HOSTILE, reports, stage

from commitgate.finding import BLOCKED, Finding
from commitgate.policy.catalog import catalog
from commitgate.report.html import render
from commitgate.report.text import neutral

VOID = {"meta", "link", "br"}
TAGS = {
    *VOID,
    *("html", "head", "title", "style", "body", "main", "header", "footer", "section", "h1", "h2", "p", "pre", "code"),
    *("bdi", "span", "strong", "details", "summary", "div", "dl", "dt", "dd", "ol", "ul", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"class", "lang", "charset", "http-equiv", "content", "name", "rel", "href", "aria-hidden"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page(HTMLParser):
    """Tags in balance, and the text of each element."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.texts, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data):
        raise AssertionError(f"an instruction: {data}")

    def said(self, tag):
        return [data for where, data in self.texts if where == tag]


def stands_alone(page):
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    assert [value for _, name, value in page.attributes if name == "href"] == ["data:,"]
    assert not [value for _, _, value in page.attributes if "//" in (value or "")]
    style = "".join(page.said("style"))
    assert "url(" not in style
    assert "@import" not in style


@settings(max_examples=60, deadline=None)
@given(report=reports)
def test_any_report_is_a_page_that_stands_alone(report):
    page = Page(render(report))
    stands_alone(page)
    said = set(page.said("bdi")) | {""}
    for finding in (*report.findings, *report.history):
        assert neutral(finding.message, 2000) in said
        assert neutral(finding.hint, 2000) in said
    for row in report.stages:
        assert neutral(row["name"], 2000) in said
    assert neutral(report.title, 2000) in said


def test_the_policy_of_the_page_allows_its_style_and_nothing_else():
    text = render(FULL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert b64encode(sha256(style.encode()).digest()).decode() in policy
    assert 'style="' not in text
    assert "prefers-color-scheme: dark" in style
    assert 'name="viewport"' in text


def test_what_it_shows():
    page = Page(render(FULL))
    text = " ".join(data.strip() for _, data in page.texts)
    for part in (
        "malformed", "not ready to merge", "2 errors, 2 warnings", "exit code 1", "Password reset by mail",
        "git gate validate pipeline/gates/stage-04-backend.json", "Requirements", "FAIL", "ESCALATE", "not needed",
        "no index on reset_token yet", "repaired by 9a8b7c6", "W-7: until 1 May", "src/c.py:3",
    ):  # fmt: skip
        assert part in text, part
    known = catalog()["gate/schema"]
    assert all(part in page.said("bdi") for part in (known.title, known.why, known.fix))
    assert page.tags.count("details") == 4, "findings that differ only in their place share a card"


def test_the_page_without_a_run():
    assert "No run, nothing judged" in render(EMPTY)
    assert "No run, nothing judged" not in render(EMPTY._replace(exit=2))


def hostile():
    found = tuple(Finding("gate/schema", BLOCKED, one, one, one, 3) for one in HOSTILE)
    rows = tuple(stage("07", one, "open", one, (one,)) for one in HOSTILE)
    return FULL._replace(findings=found, stages=rows, title=HOSTILE[4])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_has_nothing_to_complain_about(tmp_path):
    bad = render(FULL).replace("</main>", "<script>1</script><img src='http://example.invalid/x.png'></main>")
    complaints = {}
    for name, text in (("full", render(FULL)), ("hostile", render(hostile())), ("bad", bad)):
        (tmp_path / f"{name}.html").write_text(text)
        command = [
            CHROMIUM, "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}", *(["--no-sandbox"] if os.geteuid() == 0 else []),
            f"--screenshot={tmp_path / name}.png", f"file://{tmp_path / name}.html",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=120, check=False)
        assert (tmp_path / f"{name}.png").exists(), done.stderr
        complaints[name] = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert complaints["bad"], "a page that breaks its own policy is told"
    assert complaints["full"] == complaints["hostile"] == []
