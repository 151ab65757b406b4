"""The steps of one appeal, said once: language-independent (fields, buttons by value), usable without JavaScript."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from .conftest import Walk

TEXT = "楼道四楼的灯坏了三天，晚上完全看不见，老人上下楼很危险。"
PASSWORD = "lianglin-demo"


def report(
    walk: Walk, *, where: str, phone: str = "15400000007", seen: list[str] | None = None
) -> tuple[str, str]:
    """Reports a dark stairwell, question by question; returns number and secret."""
    page = walk.open("/appeals/report/?q=楼道照明")
    _look(walk, seen)
    page.click("button[name=item][value='020601']")
    page.goto(page.url + f"?q={where}")
    _look(walk, seen)
    page.locator("input[name=place]").first.check()
    page.fill("input[name=place_text]", "2单元4楼到5楼")
    onward(page, "input[name=place_text]")
    page.fill("textarea[name=text]", TEXT)
    _look(walk, seen)
    onward(page, "textarea[name=text]")
    _look(walk, seen)
    if (other := page.locator("button[name=joins][value='0']")).count():  # something like it is open near by
        other.click()
    onward(page, "input[name=photos]")
    page.locator("input[name=reach][value=phone]").check()
    page.fill("input[name=phone]", phone)
    _look(walk, seen)
    onward(page, "input[name=phone]")
    _look(walk, seen)
    onward(page, "input[name=key]")
    page.wait_for_url("**/sent/")
    _look(walk, seen)
    text = page.inner_text("main")
    number = re.search(r"A \d{4} \d{4} \d{4}", text)
    secret = re.search(r"\b\d{4} ?\d{4}\b(?! \d)", text[number.end() :] if number else text)
    assert number, text
    assert secret, text
    return number[0].replace(" ", ""), secret[0].replace(" ", "")


def onward(page: Page, field: str) -> None:
    """Presses the first button of the form that holds a field."""
    page.locator(f"form:has({field}) button:not([name]):not([type=button])").first.click()


def _look(walk: Walk, seen: list[str] | None) -> None:
    if seen is not None:
        walk.must_be_clean()
        seen.append(walk.page.url)


def log_in(walk: Walk, username: str) -> None:
    """Logs in with the demo's password."""
    page = walk.open("/account/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.locator("form:has(input[name=username]) button").first.click()
    page.wait_for_url(lambda url: "/login/" not in url)


def log_out(walk: Walk) -> None:
    """Ends the session."""
    walk.page.context.clear_cookies(name="sessionid")


def deed(walk: Walk, number: str, code: str, **fields: str) -> None:
    """Makes one move on the case page; radio buttons and selects by value, everything else is typed."""
    page = walk.open(f"/appeals/desk/{number}/?do={code}")
    action = f"form[action*='/{number}/{code}/']"
    form = page.locator(action).first
    form.wait_for(state="attached")
    if not form.is_visible():
        page.locator(f"details:has({action}) > summary").first.click()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("e => e.tagName + ' ' + (e.type || '')")
        if kind == "INPUT radio":
            form.locator(f"[name={name}][value='{value}']").check()
        elif kind.startswith("SELECT"):
            field.select_option(value)
        elif kind == "INPUT checkbox":
            field.check()
        else:
            field.fill(value)
    form.locator("button:not([name]):not([type=button])").last.click()
    page.wait_for_load_state()
