"""Words by which danger to life shows itself, and whom to call at once. Pure.

It only points to the number: a report is taken all the same, and a person decides. Words are chosen so that everyday
matters (a stairwell lamp, a parked car) do not set it off; the list is a proposal, not any city's rule.
"""

from __future__ import annotations

import re

POLICE, FIRE, AMBULANCE = "110", "119", "120"
_WORDS: tuple[tuple[str, str], ...] = (
    (
        FIRE,
        r"着火|起火|失火|火灾|冒浓烟|爆炸|(燃气|煤气|天然气)(泄漏|泄露|漏气)|闻到.{0,4}(燃气|煤气)|困在电梯|电梯困人|被困",
    ),
    (
        AMBULANCE,
        r"昏迷|晕倒|没有?呼吸|心脏骤停|大出血|流血不止|煤气中毒|一氧化碳中毒|服毒|喝农药|触电|溺水|坠楼",
    ),
    (POLICE, r"抢劫|持刀|行凶|绑架|家暴|正在打人|有人打人|强奸|轻生|跳楼|自杀|拐卖|入室盗窃"),
)
_NEVER = re.compile(r"(没有|无|防止?|预防|担心|怕|以免|避免|可能)[^，。；,.;]{0,6}$")
"""Before the word: then it is feared, not happening."""


def numbers_for(text: str) -> tuple[str, ...]:
    """Whom to call at once for what a text says: of 110, 119, 120, in the order of the list; () for the everyday."""
    found = []
    for number, words in _WORDS:
        for hit in re.finditer(words, text):
            if _NEVER.search(text[: hit.start()]) is None:
                found.append(number)
                break
    return tuple(found)
