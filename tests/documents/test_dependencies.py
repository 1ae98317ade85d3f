"""Manifests and lockfiles: what is added is told from what is upgraded, and what cannot be read is never "nothing"."""

from __future__ import annotations

import json
import time

import pytest

from commitgate.documents.dependencies import UnreadableManifest, added_dependencies


def added(path: str, old: str | bytes, new: str | bytes) -> list[str]:
    blobs = [text.encode() if isinstance(text, str) else text for text in (old, new)]
    return [name for name, _ in added_dependencies(path, *blobs)]


def npm(**versions: str) -> str:
    return json.dumps({"name": "x", "dependencies": versions}, indent=2)


def npm_lock(own: dict[str, str], **packages: str) -> str:
    locked = {f"node_modules/{name}": {"version": version} for name, version in packages.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"dependencies": own}, **locked}})


# path, before, an upgrade, an addition, and what is added
MANIFESTS = {
    "package.json": (npm(a="^1.0"), npm(a="^2.0"), npm(a="^1.0", b="1"), ["b"]),
    "web/package-lock.json": (
        npm_lock({"a": "1"}, a="1.0.0"),
        npm_lock({"a": "2"}, a="2.0.0", theirs="1.0.0"),
        npm_lock({"a": "1", "b": "1"}, a="1.0.0", b="1.0.0"),
        ["b"],
    ),
    "yarn.lock": (
        '"a@^1.0.0":\n  version "1.0.0"\n',
        '"a@^2.0.0":\n  version "2.0.0"\n',
        '"a@^1.0.0", "a@^1.1":\n  version "1.1"\n\nb@^1:\n  version "1"\n',
        ["b"],
    ),
    "pnpm-lock.yaml": (
        "importers:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0}\n",
        "importers:\n  .:\n    dependencies:\n      a: {specifier: ^2, version: 2.0.0}\npackages: {theirs@1: {}}\n",
        "importers:\n  .:\n    dependencies:\n      a: {specifier: ^1}\n      b: {specifier: ^1}\n",
        ["b"],
    ),
    "deno.json": (
        '{"imports": {"a": "npm:a@1"}, // why\n}',
        '{"imports": {"a": "npm:a@2"}}',
        '{"imports": {"a": "npm:a@1", "b": "jsr:@x/b@1"}}',
        ["b jsr:@x/b@#"],
    ),
    "requirements.txt": ("A.b==1.0 # why\n", "a-b>=2.0 ; python_version > '3'\n", "a_b==1.0\nnew[extra]~=1\n", ["new"]),
    "requirements/dev.in": (
        "-r base.txt\n",
        "-r base.txt\n",
        "-r base.txt\ngit+https://x.org/y@1.0\n",
        ["git+https://x.org/y@#"],
    ),
    "pyproject.toml": (
        '[project]\nname = "x"\ndependencies = ["a>=1"]\n',
        '[project]\nname = "x"\nversion = "2"\ndependencies = ["a>=2"]\n',
        '[project]\ndependencies = ["a>=1"]\n[project.optional-dependencies]\ntest = ["B_c"]\n',
        ["b-c"],
    ),
    "Pipfile": (
        '[packages]\na = "*"\n',
        '[packages]\na = "==2"\n',
        '[packages]\na = "*"\n[dev-packages]\nb = "*"\n',
        ["b"],
    ),
    "poetry.lock": (
        '[[package]]\nname = "a"\nversion = "1"\n',
        '[[package]]\nname = "a"\nversion = "2"\n',
        '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "b"\nversion = "1"\n',
        ["b"],
    ),
    "uv.lock": (
        '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }]\n',
        '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }]\n'
        '[[package]]\nname = "theirs"\nsource = { registry = "https://pypi.org" }\n',
        '[[package]]\nname = "x"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }, { name = "b" }]\n',
        ["b"],
    ),
    "environment.yml": ("dependencies: [a=1]\n", "dependencies: [a=2]\n", "dependencies: [a=1, pip: [b]]\n", ["b"]),
    "go.mod": (
        "module x\nrequire a.org/a v1.0.0\n",
        "module x\n\nrequire (\n\ta.org/a v1.2.0 // indirect\n)\n",
        "module x\nrequire (\n\ta.org/a v1.0.0\n\tb.org/b v1 // indirect\n)\n",
        ["b.org/b"],
    ),
    "go.sum": ("a.org/a v1 h1:x=\n", "a.org/a v2 h1:y=\n", "a.org/a v1 h1:x=\nb.org/b v1 h1:z=\n", ["b.org/b"]),
    "Cargo.toml": (
        '[dependencies]\na = "1"\n',
        '[dependencies]\na = { version = "2" }\n',
        '[dependencies]\na = "1"\n[build-dependencies]\nb = "1"\n',
        ["b"],
    ),
    "Cargo.lock": (
        '[[package]]\nname = "x"\nversion = "1"\ndependencies = ["a"]\n',
        '[[package]]\nname = "x"\nversion = "2"\ndependencies = ["a 2.0.0"]\n'
        '[[package]]\nname = "theirs"\nversion = "1"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n',
        '[[package]]\nname = "x"\nversion = "1"\ndependencies = ["a", "b"]\n',
        ["b"],
    ),
    "Gemfile": ('gem "a", "~> 1.0"\n', 'gem "a", "~> 2.1.3"\n', 'gem "a", "~> 1.0"\ngem "b"\n', ['gem "b"']),
    "Gemfile.lock": (
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (2.0)\n    theirs (1)\n\nDEPENDENCIES\n  a (~> 2)\n",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    a (1.0)\n    b (1)\n\nDEPENDENCIES\n  a\n  b\n",
        ["b"],
    ),
    "composer.json": (
        '{"require": {"x/a": "^1"}}',
        '{"require": {"x/a": "^2"}}',
        '{"require": {"x/a": "^1"}, "require-dev": {"x/b": "*"}}',
        ["x/b"],
    ),
    "composer.lock": (
        '{"packages": [{"name": "x/a", "version": "1"}]}',
        '{"packages": [{"name": "x/a", "version": "2"}]}',
        '{"packages": [{"name": "x/a"}], "packages-dev": [{"name": "x/b"}]}',
        ["x/b"],
    ),
    "pubspec.yaml": (
        "dependencies:\n  a: ^1.0.0\n",
        "dependencies:\n  a: ^2.0.0\n",
        "dependencies:\n  a: ^1.0.0\n  b: any\n",
        ["b"],
    ),
    "pom.xml": (
        "<project><dependency><groupId>g</groupId><artifactId>a</artifactId><version>1</version></dependency></project>",
        "<project><dependency><groupId>g</groupId><artifactId>a</artifactId><version>2</version></dependency></project>",
        '<project xmlns="urn:m"><dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>'
        "<plugin><artifactId>b</artifactId></plugin></project>",
        [":b"],
    ),
    "build.gradle": (
        "implementation 'g:a:1.0.0'\n",
        "implementation 'g:a:1.2.0-rc1'\n",
        "implementation 'g:a:1.0.0'\nimplementation 'g:b:1.0.0'\n",
        ["implementation 'g:b:#'"],
    ),
    "gradle/libs.versions.toml": (
        '[libraries]\na = "g:a:1"\n',
        '[libraries]\na = "g:a:2"\n',
        '[libraries]\na = "g:a:1"\nb = { module = "g:b" }\n',
        ["g:b"],
    ),
    "App.csproj": (
        '<Project><PackageReference Include="A" Version="1" /></Project>',
        '<Project><PackageReference Include="A" Version="2" /></Project>',
        '<Project><PackageReference Include="A" /><PackageReference Include="B" /></Project>',
        ["b"],
    ),
    "mix.exs": ('{:a, "~> 1.0"},\n', '{:a, "~> 2.0"},\n', '{:a, "~> 1.0"},\n{:b, "~> 1.0"},\n', ['{:b, "#"},']),
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_an_upgrade_adds_nothing_and_an_addition_is_named(path: str) -> None:
    before, upgraded, more, names = MANIFESTS[path]
    assert added(path, before, upgraded) == []
    assert added(path, before, more) == names
    assert added(path, more, before) == [], "a dependency that goes"
    assert added(path, "", more), "a manifest that comes brings everything"
    assert added(path, before, "") == []


def test_the_line_of_an_addition_is_found() -> None:
    assert added_dependencies("requirements.txt", b"a==1\n", b"a==1\n# note\nnew==2\n") == [("new", 3)]
    assert added_dependencies("package.json", npm(a="1").encode(), npm(a="1", bb="2").encode()) == [("bb", 5)]


def test_another_origin_is_another_dependency() -> None:
    assert added("package.json", npm(a="^1"), npm(a="git+https://x.org/a.git")) == ["a git+https://x.org/a.git"]
    assert added("package.json", npm(a="^1"), npm(a="npm:evil@1")) == ["a npm:evil@#"]
    assert added(
        "pyproject.toml", '[project]\ndependencies = ["a"]\n', '[project]\ndependencies = ["a @ https://x.org/a.whl"]\n'
    )
    assert added("Cargo.toml", '[dependencies]\na = "1"\n', '[dependencies]\na = { git = "https://x.org/a" }\n')
    assert added("go.mod", "require a v1\n", "require a v1\nreplace a => ../b\n") == ["replace a => ../b"]


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("package.json", "{"),
        ("package.json", "[]"),
        ("package.json", '{"dependencies": {"a": "1", "a": "2"}}'),
        ("package.json", "[" * 100_000),
        ("package.json", b"\xff\xfe{\0}\0"),
        ("bun.lockb", b"#!/usr/bin/env bun\n\0\1"),
        ("pyproject.toml", "[project\n"),
        ("pyproject.toml", "project = 1\n"),
        ("pnpm-lock.yaml", "a: &x [1]\nb: *x\n"),
        ("pnpm-lock.yaml", "[" * 5000),
        ("pom.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'),
        ("pom.xml", "<x>"),
        ("Cargo.lock", "x" * 5_000_000),
    ],
    ids=range(13),
)
def test_what_cannot_be_read_is_said(path: str, new: str | bytes) -> None:
    with pytest.raises(UnreadableManifest):
        added(path, "", new)


def test_of_a_manifest_that_could_not_be_read_nothing_is_known() -> None:
    assert added("package.json", "{", npm(a="1")) == ["a"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deno.json", "/*" * 500_000),
        ("deno.json", '"\\' * 500_000),
        ("deno.json", ", " * 500_000),
        ("build.sbt", ">" * 1_000_000),
        ("build.sbt", "1." * 500_000),
        ("build.sbt", "a-" * 500_000),
        ("requirements.txt", "a[" * 500_000),
        ("requirements.txt", " #" * 500_000),
        ("yarn.lock", "@" * 1_000_000),
        ("go.mod", "require (\n" * 100_000),
    ],
    ids=range(10),
)
def test_hostile_manifests_take_bounded_time(path: str, text: str) -> None:
    begun = time.process_time()
    try:
        added(path, "", text)
    except UnreadableManifest:
        pass
    assert time.process_time() - begun < 5
