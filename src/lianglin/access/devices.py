"""A browser and an address in plain words, and no more of them than that is kept. Pure."""

from __future__ import annotations

import ipaddress
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BROWSERS = (
    ("wechat", r"MicroMessenger", gettext_lazy("WeChat")),
    ("alipay", r"AlipayClient", gettext_lazy("Alipay")),
    ("harmony", r"ArkWeb|HuaweiBrowser", gettext_lazy("Huawei browser")),
    ("edge", r"Edg(?:e|A|iOS)?/", "Edge"),
    ("qq", r"QQBrowser|MQQBrowser", gettext_lazy("QQ browser")),
    ("uc", r"UCBrowser|UBrowser", gettext_lazy("UC browser")),
    ("firefox", r"Firefox/|FxiOS/", "Firefox"),
    ("chrome", r"Chrome/|CriOS/|Chromium/", "Chrome"),
    ("safari", r"Safari/", "Safari"),
)
SYSTEMS = (
    ("harmony", r"OpenHarmony|HarmonyOS", gettext_lazy("Harmony device")),
    ("ios", r"iPhone|iPad|iPod", "iPhone/iPad"),
    ("android", r"Android", gettext_lazy("Android phone")),
    ("windows", r"Windows", gettext_lazy("Windows computer")),
    ("mac", r"Macintosh", gettext_lazy("Mac")),
    ("linux", r"Linux|X11", gettext_lazy("Linux computer")),
)
"""Code, how it names itself in the User-Agent header, and the word; the first that fits counts."""
OTHER = "other"


def device(user_agent: str) -> str:
    """ "chrome/windows": browser and system of a User-Agent header, "other" for what is not known. 24 characters at most."""
    text = user_agent[:400]
    codes = [
        next((code for code, how, _word in known if re.search(how, text)), OTHER)
        for known in (BROWSERS, SYSTEMS)
    ]
    return "/".join(codes)


def device_label(code: str) -> str:
    """The same in words: "Windows computer, Chrome"."""
    browser, _slash, system = code.partition("/")
    words = {known: word for known, _how, word in BROWSERS}
    systems = {known: word for known, _how, word in SYSTEMS}
    return _("%(system)s, %(browser)s") % {
        "system": systems.get(system) or _("another device"),
        "browser": words.get(browser) or _("another browser"),
    }


def network(address: str) -> str:
    """The range an address lies in: 256 addresses (IPv4 /24) or a site (IPv6 /48); "" for no address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def network_label(text: str) -> str:
    """Where that is, as far as an address says it: this machine, an inside network, or the range."""
    if not text:
        return _("unknown")
    found = ipaddress.ip_network(text)
    if found.is_loopback:
        return _("the server itself")
    return _("inside network %(range)s") % {"range": text} if found.is_private else text
