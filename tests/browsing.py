"""A page as a person meets it: elements by selector, and a form sent the way a browser sends it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

from units.models import User

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
STEP = re.compile(r"([a-z][a-z0-9]*)?((?:#[\w-]+|\.[\w-]+|\[[\w-]+(?:=[^\]]*)?\])*)")
TEST = re.compile(r"#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=([^\]]*))?\]")


@dataclass
class Element:
    """One element; ``select`` takes tags, ``#id``, ``.class``, ``[name=value]`` and descendants."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)

    @property
    def raw(self) -> str:
        """The text as it stands in the source."""
        return "".join(child if isinstance(child, str) else child.raw for child in self.children)

    @property
    def text(self) -> str:
        """The text with white space collapsed."""
        return " ".join(self.raw.split())

    def walk(self) -> Iterator["Element"]:
        """Every element below this one, in the order of the source."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def select(self, selector: str) -> list["Element"]:
        """Every element below this one that the selector names."""
        found = [self]
        for step in selector.split():
            below = (element for above in found for element in above.walk() if element.matches(step))
            found = list({id(element): element for element in below}.values())
        return found

    def one(self, selector: str) -> "Element":
        """The one element that the selector names."""
        found = self.select(selector)
        assert len(found) == 1, f"{len(found)} × {selector}"
        return found[0]

    def texts(self, selector: str) -> list[str]:
        """The text of every element that the selector names."""
        return [element.text for element in self.select(selector)]

    def matches(self, step: str) -> bool:
        """Whether this element alone fits one step of a selector."""
        whole = STEP.fullmatch(step)
        assert whole, step
        if whole[1] and whole[1] != self.tag:
            return False
        return all(self._has(*test.groups()) for test in TEST.finditer(whole[2]))

    def _has(self, name: str | None, class_: str | None, attribute: str | None, value: str | None) -> bool:
        if name:
            return self.attributes.get("id") == name
        if class_:
            return class_ in self.attributes.get("class", "").split()
        return attribute in self.attributes and value in (None, self.attributes[attribute])


class _Reader(HTMLParser):
    """Builds the tree and refuses markup that is not balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("#document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>, line {self.getpos()[0]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


@lru_cache(maxsize=8)
def read(response: HttpResponse) -> Element:
    """The answered page; asked again of the same answer it is not read again."""
    reader = _Reader()
    reader.feed(response.content.decode().replace("\r\n", "\n"))
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.open[0]


def data_of(response: Any) -> bytes:
    """The answered bytes to their end, so that the file behind them is closed."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def messages(response: HttpResponse) -> list[str]:
    """What the page tells on top, on the site or at the desk."""
    return read(response).texts(".messages .alert") or read(response).texts(".messagelist li")


def beside(response: HttpResponse, places: str, mark: str) -> dict[str, list[str]]:
    """By the name of each place: the texts of the marks that stand within it."""
    return {place.attributes["id"]: found for place in read(response).select(places) if (found := place.texts(mark))}


def errors_of(response: HttpResponse) -> dict[str, list[str]]:
    """By field, as the desk's own forms show them: what is wrong; under no name what is wrong with the whole."""
    lists = read(response).select("form ul.errorlist")
    return {item.attributes.get("id", "").removeprefix("id_").removesuffix("_error"): item.texts("li") for item in lists}


def typed(form: Element) -> dict[str, list[str]]:
    """What a browser would send of this form, without its buttons and files."""
    sent: dict[str, list[str]] = {}
    for element in form.walk():
        name = element.attributes.get("name")
        if name is None or "disabled" in element.attributes:
            continue
        if element.tag == "textarea":
            sent.setdefault(name, []).append(element.raw.removeprefix("\n").replace("\n", "\r\n"))
        elif element.tag == "select":
            options = element.select("option")
            chosen = [option for option in options if "selected" in option.attributes] or options[:1]
            sent.setdefault(name, []).extend(option.attributes.get("value", option.text) for option in chosen)
        elif element.tag == "input" and _sends(element):
            sent.setdefault(name, []).append(element.attributes.get("value", "on" if _kind(element) == "checkbox" else ""))
    return sent


def _kind(element: Element) -> str:
    return element.attributes.get("type", "text")


def _sends(element: Element) -> bool:
    kind = _kind(element)
    if kind in ("checkbox", "radio"):
        return "checked" in element.attributes
    return kind not in ("file", "submit", "button")


def signed_in(user: User) -> Client:
    """A browser in which ``user`` has signed in."""
    client = Client()
    client.force_login(user)
    return client


def send(client: Client, page: HttpResponse, form: str = "main form", changes: Mapping[str, Any] | None = None, **also: Any) -> Any:
    """Send the page's form that the selector names, with ``changes``; redirects are followed."""
    element = read(page).one(form)
    address = element.attributes.get("action") or page.wsgi_request.get_full_path()
    return client.post(address, typed(element) | dict(changes or {}) | also, follow=True)
