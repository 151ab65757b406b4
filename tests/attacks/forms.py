"""The forms that a page offers, filled as somebody would fill them without thinking."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

WORDS = "换了灯泡，现场试过，写给测试的话。"
BY_TYPE = {
    "number": "1",
    "date": "2026-12-01",
    "time": "09:00",
    "datetime-local": "2026-12-01T09:00",
    "month": "2026-11",
    "tel": "15412345678",
    "email": "a@example.org",
}


@dataclass
class Form:
    """A form with ``method="post"``: where it goes, what its controls hold, and the names of all of them."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def kind(self) -> tuple[str, ...]:
        """Forms of one kind have the same last word in their address and the same controls."""
        return (self.action.rstrip("/").rsplit("/", 1)[-1], *sorted(self.names))


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.form = address, [], None
        self.choice: list[tuple[str, bool]] = []
        self.select = ""

    found: list[Form]
    form: Form | None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.form = Form(given.get("action") or self.address)
            self.found.append(self.form)
        elif self.form is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self.form is not None
        name, fields = given.get("name", ""), self.form.fields
        self.form.names.add(name)
        if tag == "select":
            self.select, self.choice = name, []
        elif tag == "option" and self.select:
            self.choice.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea" and name:
            fields[name] = [WORDS]
        elif tag in ("input", "button") and name:
            self._input(given.get("type", "text" if tag == "input" else "submit"), name, given)

    def _input(self, kind: str, name: str, given: dict[str, str]) -> None:
        assert self.form is not None
        fields, value = self.form.fields, given.get("value", "")
        if kind in ("radio", "submit"):
            fields.setdefault(name, [value])
        elif kind == "checkbox":
            if "checked" in given or "required" in given:
                fields.setdefault(name, []).append(value or "on")
        elif kind == "hidden":
            fields.setdefault(name, []).append(value)
        elif kind != "file":
            fields[name] = [value or BY_TYPE.get(kind, WORDS[: int(given.get("maxlength", "12"))])]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.form is not None and self.select:
            chosen = [value for value, selected in self.choice if selected and value]
            filled = [value for value, _selected in self.choice if value]
            self.form.fields[self.select] = chosen or filled[:1]
            self.select = ""


def forms_on(address: str, html: str) -> list[Form]:
    """Every form of a page that writes."""
    reader = _Reader(address)
    reader.feed(html)
    return reader.found
