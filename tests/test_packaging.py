"""What is shipped is what stands in the checkout, file by file, and it is found wherever it is installed."""

from __future__ import annotations

import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from support import CHECKOUT, copy_project, project_files, run
from wheelhouse import build_project

DATA = ("gates", "rules", "hooks", "templates")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("source") / "commitgate")


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_project("wheel", source, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build_project("sdist", source, target)) as archive:
        archive.extractall(target, filter="data")
    (folder,) = [path for path in target.iterdir() if path.is_dir()]
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def root_seen_by(*search: Path) -> str:
    """Where the package says its data is, when imported from the given folders and from nowhere else."""
    program = "import sys; sys.path[:0] = sys.argv[1:]; from commitgate import share; print(share.ROOT)"
    return run(sys.executable, "-I", "-S", "-c", program, *search, cwd="/", check=True).out.strip()


@pytest.mark.parametrize("folder", DATA)
def test_the_wheel_holds_the_data_of_the_checkout(unpacked: Path, folder: str) -> None:
    wanted = {name.partition("/")[2] for name in project_files() if name.startswith(f"{folder}/")}
    shipped = unpacked / "commitgate" / "share" / folder
    assert wanted
    assert files(shipped) == wanted
    for name in wanted:
        assert (shipped / name).read_bytes() == (CHECKOUT / folder / name).read_bytes(), name


def test_the_wheel_holds_the_package_and_nothing_else(unpacked: Path) -> None:
    package = {name.removeprefix("src/") for name in project_files() if name.startswith("src/")}
    shipped = {name for name in files(unpacked) if not name.startswith("commitgate/share/")}
    assert {name for name in shipped if ".dist-info/" not in name and ".data/" not in name} == package
    assert "commitgate/py.typed" in package


def test_the_wheel_holds_the_manual_page_where_man_looks_for_it(unpacked: Path) -> None:
    (data,) = unpacked.glob("*.data")
    assert files(data) == {"data/share/man/man1/git-gate.1"}
    shipped = data / "data/share/man/man1/git-gate.1"
    assert shipped.read_bytes() == (CHECKOUT / "docs" / "git-gate.1").read_bytes()


def test_the_wheel_declares_its_command_and_its_licence(unpacked: Path) -> None:
    (info,) = unpacked.glob("*.dist-info")
    assert "git-gate = commitgate.__main__:main" in (info / "entry_points.txt").read_text()
    assert (info / "licenses" / "LICENSE").read_bytes() == (CHECKOUT / "LICENSE").read_bytes()
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert f"Requires-Python: {declared['requires-python']}" in (info / "METADATA").read_text()


def test_the_sdist_holds_everything_that_a_build_and_the_tests_need(sdist: Path) -> None:
    folders = ("src/", "tests/", "docs/", "benchmarks/", ".ci/", *(f"{folder}/" for folder in DATA))
    wanted = {name for name in project_files() if name.startswith(folders)}
    wanted |= {"pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
    wanted |= {"action.yml", ".pre-commit-hooks.yaml", ".pre-commit-config.yaml"}
    assert wanted - files(sdist) == set()
    assert files(sdist) - wanted <= {"PKG-INFO", ".gitignore"}
    for name in wanted:
        assert (sdist / name).read_bytes() == (CHECKOUT / name).read_bytes(), name


def test_a_wheel_made_from_the_sdist_is_the_same(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    again = build_project("wheel", sdist, tmp_path)
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert {i.filename: i.CRC for i in one.infolist()} == {i.filename: i.CRC for i in other.infolist()}


def test_the_data_is_found_in_a_wheel(unpacked: Path) -> None:
    assert root_seen_by(unpacked) == str(unpacked / "commitgate" / "share")


def test_the_data_is_found_in_a_checkout() -> None:
    assert root_seen_by(CHECKOUT / "src") == str(CHECKOUT)


def test_the_data_of_an_editable_install_is_that_of_the_checkout(source: Path, tmp_path: Path) -> None:
    made = build_project("editable", source, tmp_path / "made")
    site = tmp_path / "site"
    with zipfile.ZipFile(made) as archive:
        archive.extractall(site)
    (path_file,) = site.glob("*.pth")
    # The interpreter appends the line of a .pth file after the folder that it stands in.
    assert root_seen_by(site, Path(path_file.read_text().strip())) == str(source)
