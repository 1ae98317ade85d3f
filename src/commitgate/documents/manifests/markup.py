"""Dependencies in manifests that are XML: Maven, Ivy, and the project files of .NET."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree import ElementTree

_MAVEN = ("dependency", "plugin", "extension", "parent", "path")
_NET = ("packagereference", "packageversion", "globalpackagereference", "package", "sdk", "dependency", "clitool")


def _root(text: str) -> ElementTree.Element:
    """The document. One with a DOCTYPE may grow without bounds when it is read, so it is not."""
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise ValueError("it declares a DOCTYPE")
    return ElementTree.fromstring(text)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()


def _maven(text: str) -> Iterable[str]:
    for element in _root(text).iter():
        if _local(element.tag) in _MAVEN:
            parts = {_local(child.tag): (child.text or "").strip() for child in element}
            if parts.get("artifactid"):
                yield ":".join((parts.get("groupid", ""), parts["artifactid"], parts.get("classifier", ""))).rstrip(":")
        elif _local(element.tag) == "repository":
            yield from ((child.text or "").strip() for child in element if _local(child.tag) == "url")


def _net(text: str) -> Iterable[str]:
    for element in _root(text).iter():
        tag = _local(element.tag)
        named = {_local(key): value for key, value in element.attrib.items()}
        if tag in _NET or tag == "reference":
            name = named.get("include") or named.get("update") or named.get("id") or named.get("name")
            if name:
                yield name.split(",")[0].lower()
        elif tag == "add" and "value" in named:  # nuget.config: a source of packages
            yield f"{named.get('key', '')} {named['value']}"


def _ivy(text: str) -> Iterable[str]:
    for element in _root(text).iter():
        if _local(element.tag) == "dependency":
            yield f"{element.attrib.get('org', '')}:{element.attrib.get('name', '')}"


READERS: dict[str, Callable[[str], Iterable[str]]] = {
    "pom.xml": _maven,
    "ivy.xml": _ivy,
    ".csproj": _net,
    ".fsproj": _net,
    ".vbproj": _net,
    ".nuspec": _net,
    "packages.config": _net,
    "nuget.config": _net,
    "directory.packages.props": _net,
}
