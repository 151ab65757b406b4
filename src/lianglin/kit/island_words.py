"""The words that the islands say: a script has no catalogue of its own."""

from __future__ import annotations

import json

from django.utils.translation import gettext


def map_words() -> str:
    """The words the map island needs, as JSON for `data-words`."""
    return json.dumps(
        {
            "zoomIn": gettext("Zoom in"),
            "zoomOut": gettext("Zoom out"),
            "twoFingers": gettext("Use two fingers to move the map"),
            "ctrlZoom": gettext("Hold Ctrl and scroll to zoom"),
            "cmdZoom": gettext("Hold ⌘ and scroll to zoom"),
            "pickHere": gettext("Take the middle of the map"),
            "picked": gettext("Place taken"),
            "close": gettext("Close"),
            "credit": gettext("Map source"),
            "failed": gettext("The map could not be loaded. Use the list or the address instead."),
        },
        ensure_ascii=False,
    )


def draw_words() -> str:
    """The same for the drawing island, as JSON for `data-draw-words`."""
    return json.dumps(
        {
            "anew": gettext("Draw anew"),
            "corners": gettext("Move the corners"),
            "begin": gettext("Tap corner by corner; tap the last one again to end"),
            "taken": gettext("What is drawn stands in the form below"),
        },
        ensure_ascii=False,
    )
