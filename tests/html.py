"""What every page must be: well-formed, named, labelled, and inside the content policy."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

_REACHING = {"script", "link", "img", "form", "iframe"}
NO_LABEL_NEEDED = {"hidden", "submit", "button"}


class BadPage(AssertionError):
    """A page that breaks a rule of the house."""


def inspect_page(text: str, address: str) -> Element:
    """Parse a page strictly and hold it to the rules; returns its tree."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    problems = [f"{code} at {position}" for position, code, _ in parser.errors]
    problems += _named(tree) + _unique_ids(tree) + _labelled(tree) + _inside_policy(tree)
    if problems:
        raise BadPage(f"{address}: " + "; ".join(problems))
    return tree


def title_of(tree: Element) -> str:
    return (tree.findtext("head/title") or "").strip()


def _named(tree: Element) -> list[str]:
    problems = []
    if not tree.get("lang"):
        problems.append("html has no lang")
    if not title_of(tree):
        problems.append("no title")
    if len(tree.findall(".//h1")) != 1:
        problems.append(f"{len(tree.findall('.//h1'))} h1 elements instead of one")
    if tree.find(".//main") is None:
        problems.append("no main element")
    return problems


def _unique_ids(tree: Element) -> list[str]:
    counts = Counter(element.get("id") for element in tree.iter() if element.get("id"))
    return [f"id {name} occurs {count} times" for name, count in counts.items() if count > 1]


def _labelled(tree: Element) -> list[str]:
    labelled = {label.get("for") for label in tree.iter("label")}
    for label in tree.iter("label"):
        labelled |= {
            id(field) for field in label.iter() if field.tag in {"input", "select", "textarea"}
        }
    problems = []
    for field in tree.iter():
        if field.tag not in {"input", "select", "textarea"}:
            continue
        if field.get("type") in NO_LABEL_NEEDED or field.get("aria-label"):
            continue
        if field.get("id") not in labelled and id(field) not in labelled:
            problems.append(f"field {field.get('name')} has no label")
    problems += ["an image has no alt" for image in tree.iter("img") if image.get("alt") is None]
    ids = {element.get("id") for element in tree.iter()}
    for element in tree.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            missing = set((element.get(attribute) or "").split()) - ids
            problems += [f"{attribute} names {name}, which is not there" for name in missing]
    return problems


def _inside_policy(tree: Element) -> list[str]:
    problems = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        problems += [
            f"{name} on {element.tag}"
            for name in element.attrib
            if name == "style" or name.startswith("on")
        ]
        if element.get("rel") == "canonical":
            # Named for search engines; no browser fetches it.
            continue
        for name in ("src", "href", "action"):
            value = element.get(name) or ""
            if element.tag in _REACHING and urlsplit(value.strip().replace("\\", "/")).netloc:
                problems.append(f"{element.tag} reaches another host: {value}")
        if (
            element.tag == "script"
            and not element.get("src")
            and element.get("type") != "application/json"
        ):
            problems.append("inline script")
    return problems
