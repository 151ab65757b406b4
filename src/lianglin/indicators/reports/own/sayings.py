"""Every reason why a template is not taken, in words: what is wrong, where, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PACKAGE: dict[str, Any] = {
    "large": gettext_lazy("The file is larger than 5 MB. Make its pictures smaller and bring it again."),
    "kind": gettext_lazy(
        "This is no Word document of the kind .docx (%(part)s). Save it in Word as “Word document "
        "(*.docx)” and bring it again."
    ),
    "broken": gettext_lazy(
        "The file cannot be read as a Word document (%(part)s). Open it in Word, save it anew as .docx "
        "and bring it again."
    ),
    "bomb": gettext_lazy("The file unpacks to more than a document can be (%(part)s). Save it anew from Word."),
    "path": gettext_lazy("The file holds a part whose name leads out of it (%(part)s). Save it anew from Word."),
    "twice": gettext_lazy("The file holds the same part twice (%(part)s). Save it anew from Word."),
    "locked": gettext_lazy("The file is protected by a password. Take the password off and bring it again."),
    "runs": gettext_lazy(
        "The file holds something that runs (%(part)s): a macro, an embedded object or a control. Take "
        "it out and save it as .docx."
    ),
    "external": gettext_lazy(
        "The file fetches a part from elsewhere (%(part)s): an attached template, a linked picture or "
        "file. Break the link in Word (File, Info, Edit links) and save it anew."
    ),
    "field": gettext_lazy(
        "The file holds the field %(part)s, which fetches something from elsewhere. Take the field out "
        "and save it anew."
    ),
    "entities": gettext_lazy(
        "The part %(part)s of the file holds a document type or entities, which Word never writes. Save "
        "it anew from Word."
    ),
    "picture": gettext_lazy(
        "The picture %(part)s is too large or of a kind that is not taken. Use PNG or JPEG of at most 3 "
        "MB and 25 million pixels."
    ),
}  # fmt: skip

FLAWS: dict[str, Any] = {
    "none": gettext_lazy(
        "There is no placeholder in this file: every report would look the same. Put in at least one, "
        "like {{ 标题 }}."
    ),
    "unknown": gettext_lazy("“%(said)s” is no name of this report."),
    "no_column": gettext_lazy("“%(said)s”: the table has fewer columns. Columns are counted from 0."),
    "no_list": gettext_lazy(
        "“%(said)s” is no list, so nothing can be repeated over it. Lists are rows (表1.行), sections and "
        "sentences."
    ),
    "wide": gettext_lazy(
        "“%(said)s”: braces of the Chinese keyboard, or braces with a blank between. Type {{ and }} with "
        "the English keyboard."
    ),
    "half": gettext_lazy("“%(said)s”: a placeholder is opened by {{ and closed by }}, in one paragraph."),
    "apart": gettext_lazy(
        "“%(said)s” becomes more than words, so it needs a paragraph of its own and a p behind the "
        "braces."
    ),
    "syntax": gettext_lazy("“%(said)s” cannot be read. Write a name between the braces, like {{ 办结率.本期 }}."),
    "command": gettext_lazy("“%(said)s” is no command that is known. There are for, endfor, if, elif, else and endif."),
    "unclosed": gettext_lazy(
        "“%(said)s” misses its other half: each for needs its endfor and each if its endif, and what was "
        "begun last is ended first."
    ),
    "not_allowed": gettext_lazy(
        "“%(said)s”: only names, repetitions over lists and comparisons are allowed between the braces; "
        "no calculation, no function, no filter."
    ),
    "loop": gettext_lazy(
        "“%(said)s”: a repetition goes over a list by its name, and at most three lie inside one "
        "another."
    ),
    "time": gettext_lazy("Filling takes longer than thirty seconds. Repeat fewer things inside one another."),
    "memory": gettext_lazy("Filling needs more memory than a document may. Repeat fewer things inside one another."),
    "huge": gettext_lazy("The filled document is larger than 30 MB. Make its pictures smaller."),
    "broken": gettext_lazy(
        "The template could not be filled (%(said)s). Open it in Word, save it anew as .docx and bring "
        "it again."
    ),
}  # fmt: skip
PARTS = {"document": gettext_lazy("text"), "header": gettext_lazy("head of the page"),
         "footer": gettext_lazy("foot of the page"), "footnotes": gettext_lazy("footnotes")}  # fmt: skip


def package(code: str, part: str) -> str:
    """Why a file is not opened."""
    return str(PACKAGE[code]) % {"part": part or gettext_lazy("the file as a whole")}


def flaw(kept: Mapping[str, Any]) -> str:
    """One flaw with its place and, where there is one, what is meant."""
    told = str(FLAWS.get(kept["code"], FLAWS["broken"])) % {"said": kept.get("said") or "—"}
    if meant := kept.get("meant"):
        told += " " + _("Do you mean “%(meant)s”?") % {"meant": meant}
    return told


def where(kept: Mapping[str, Any]) -> str:
    """Where a flaw is: which part, which paragraph; "" for the whole file."""
    name = str(kept.get("part", "")).rpartition("/")[2].rstrip("0123456789.xml")
    if name not in PARTS or not kept.get("number"):
        return ""
    return _("%(part)s, paragraph %(number)s") % {"part": PARTS[name], "number": kept["number"]}
