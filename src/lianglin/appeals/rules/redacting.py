"""What must not stand in a published text, found by pattern and by name; a person confirms every text afterwards.

Pure: text in, spots out. A spot is a half-open range of the text with its kind. Found are telephones, numbers of
identity papers, number plates, e-mail addresses, accounts, doors and names. Recall goes before precision: what is
hidden too much a person shows again (:data:`LOOSE`), what was missed a person adds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

KINDS = (
    ("phone", _("telephone")),
    ("id_number", _("identity number")),
    ("plate", _("number plate")),
    ("email", _("e-mail address")),
    ("account", _("account or long number")),
    ("link", _("web address")),
    ("door", _("building and door")),
    ("name", _("name of a person")),
    ("other", _("marked by hand")),
)
LOOSE = frozenset({"door", "name", "other"})
"""Kinds that a person may show again; the others stay hidden."""
MASKS = {
    "phone": "〔电话〕", "id_number": "〔证件号〕", "plate": "〔车牌〕", "email": "〔邮箱〕", "account": "〔账号〕", "link": "〔链接〕",
    "door": "〔门牌〕", "name": "〔姓名〕", "other": "〔隐去〕",
}  # fmt: skip
ORDER = tuple(MASKS)
"""Of two spots that overlap, the earlier kind names the whole."""


class Spot(NamedTuple):
    """One place of a text to hide: ``text[start:end]``."""

    start: int
    end: int
    kind: str


_GAP = r"[\s\-—–.·_]?"
_NUMERAL = "零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_COUNT = r"(?:\d{1,4}|[一二三四五六七八九十百零〇]{1,4}|[A-Za-z]\d{0,2})"
_ROOM = rf"(?:\s*{_COUNT}\s*(?:室|户|号房|房(?!屋|子|产|东|间)|楼|层))?"
PATTERNS: tuple[tuple[str, str], ...] = (
    ("link", r"(?i:https?://|www\.)[^\s，。；、“”（）]+"),
    ("email", r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}"),
    ("id_number", rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:18|19|20)\d{{2}}(?:{_GAP}\d){{4}}{_GAP}\d{{3}}[\dXx](?![\dA-Za-z])"),
    ("id_number", r"(?<!\d)[1-9]\d{7}(?:0\d|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)"),
    ("id_number", r"(?<![A-Za-z0-9])[EGDSPHegdsph][A-Za-z]?\d{7,8}(?!\d)"),
    ("phone", rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d(?:{_GAP}\d){{8}}(?!\d)"),
    ("phone", rf"(?<!\d)\(?0\d{{2,3}}\)?{_GAP}[2-8]\d{{6,7}}(?!\d)"),
    ("phone", r"(?<!\d)(?!20\d{6}(?!\d))[2-8]\d{6,7}(?!\d)"),
    ("phone", rf"(?<!\d)[48]00{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}(?!\d)"),
    ("phone", rf"[{_NUMERAL}]{{7,12}}"),
    ("plate", rf"[{_PROVINCES}][A-HJ-NP-Za-hj-np-z][·\s.\-]?[A-HJ-NP-Za-hj-np-z0-9]{{4,5}}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"),
    ("account", r"(?i:(?<=微信号)|(?<=微信)|(?<=QQ号)|(?<=QQ)|(?<=VX)|(?<=加V))[:：是为\s]{0,3}[A-Za-z0-9_\-]{5,20}"),
    ("account", r"(?<!\d)\d(?:[\s\-]?\d){8,24}(?!\d)"),
    ("door", rf"{_COUNT}\s*(?:号楼|栋|幢|座(?!谈|位|椅)|号院)(?:\s*{_COUNT}\s*(?:单元|门洞?|号门))?{_ROOM}"),
    ("door", rf"{_COUNT}\s*(?:单元|门洞|号门)(?:\s*{_COUNT}\s*(?:室|户|号房|楼|层))?"),
    ("door", r"(?<!\d)\d{1,3}\s*[\-—–]\s*\d{1,2}\s*[\-—–]\s*\d{2,4}(?!\d)"),
    ("door", r"(?<!\d)\d{3,4}\s*(?:室|户|号房)"),
    ("door", r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:楼|层)?[东西中左右南北](?:户|门|手边?那?家|侧那?家)"),
    ("door", r"(?<!\d)\d{1,4}号(?=住户|商铺|门市|门面|家)"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in PATTERNS)

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章"
    "鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋"
    "植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬"
    "屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺"
)
_DOUBLE = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|司徒|夏侯|南宫|端木|呼延|完颜|爱新觉罗|那拉"
)
SURNAME = rf"(?:{_DOUBLE}|[{_SURNAMES}])"
_HAN = r"[\u4e00-\u9fff]"
_GIVEN = rf"(?:(?!先生|女士|小姐|师傅|阿姨|说|称|的|在|是|家|住|把|向|和|与|已|被|每|又|也|到|来|去|从|要|不|给|对|跟|同|有|，|。){_HAN})"
_TITLES = (
    "先生|女士|小姐|师傅|阿姨|大爷|大妈|大娘|大姐|大哥|大叔|叔叔?|奶奶|爷爷|老师|医生|大夫|护士|主任|经理|书记|局长|科长|处长|所长|"
    "队长|站长|园长|校长|厂长|律师|同志|老板|老太太?|姓"
)
_CUES = (
    "我叫|名叫|叫做|名字是|姓名|联系人|业主|户主|租户|租客|房东|邻居|住户|举报人|投诉人|本人|家长|店主|负责人|责任人|当事人|"
    "患者|老伴|丈夫|妻子|儿子|女儿|父亲|母亲|我爸|我妈|孩子|老人|员工|职工|工人|司机|网格员|楼长|师傅"
)
_SPEAKS = "说|称|表示|反映|来电|投诉|举报|骂|打人|殴打|认为|承诺|答应|家里|家的"
_NAMED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<name>{SURNAME}{_GIVEN}{{0,2}}?)(?={_TITLES})",
        rf"(?P<name>{SURNAME}某{{1,2}})",
        rf"(?:{_CUES})[:：是为叫\s]{{0,3}}(?P<name>{SURNAME}{_GIVEN}{{1,2}})",
        rf"(?:^|(?<=[^\u4e00-\u9fff]))(?P<name>{SURNAME}{_GIVEN}{{1,2}}?)(?={_SPEAKS})",
        rf"姓(?P<name>{SURNAME})(?=的|，|。|,|\s|$)",
        rf"(?P<name>[老小阿]{SURNAME})(?={_TITLES}|{_SPEAKS}|的|，|,|。|\s|$|和|与|在|家)",
        r"(?P<name>(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?)",
    )
)
_COMMON = (
    "小车 小区 小路 小门 小时 小米 小花 小木 小古 小包 老路 老房 小房 老牛 小牛 小龙 小马 老马 小白 老汤 "
    "老单 全体 全家 全部 高层 高空 高温 高压 方便 安全 安装 成都 成功 向物业 和物业 和邻居 来电 时间 时常 "
    "常年 明确 明天 都反映 原来 应该 解决 解释 和平 管理 管道 车主 房屋 房主 路边 路灯 强烈 单位 包括 计划 "
    "官方 保安 项目 边上 席位 万元 连续 单元 华社区 位业主 关于 都说 位居民 温度 施工 简单 关系 经常 于是 "
    "左右 石板 乐意 习惯 党员 米饭 花坛 井盖 江边 田地 商户 商铺 党支部 任何 池塘 冷风 水管 向社区 向街道 "
    "解决了 金额 毛坯 古树 白天 钱款 文明 文化 江北 史上 夏天 武术 景观 汤水 台阶 "
)
NO_NAMES = frozenset(_COMMON.split())
"""Common words that begin like a name: never taken for one."""


def plain(text: str) -> str:
    """The text with full-width letters and digits made plain, character by character: every position stays."""
    folded = (unicodedata.normalize("NFKC", letter) for letter in text)
    return "".join(new if len(new) == 1 else old for new, old in zip(folded, text, strict=True))


def find(text: str, names: Iterable[str] = ()) -> list[Spot]:
    """What should be hidden, in order, without overlaps. ``names``: those known from the record."""
    read = plain(text)
    found = [Spot(*hit.span(), kind) for kind, pattern in _COMPILED for hit in pattern.finditer(read)]
    return merged([*found, *_known(read, names), *_named(read)])


def _known(text: str, names: Iterable[str]) -> Iterator[Spot]:
    """The names of the record wherever they stand, and their surname before a form of address."""
    for name in {plain(one).strip() for one in names}:
        if len(name) < 2:
            continue
        for hit in re.finditer(re.escape(name), text, re.IGNORECASE):
            yield Spot(*hit.span(), "name")
        if surname := re.match(SURNAME, name):
            for hit in re.finditer(rf"[老小阿]?{surname.group()}(?={_TITLES})", text):
                yield Spot(*hit.span(), "name")


def _named(text: str) -> Iterator[Spot]:
    for pattern in _NAMED:
        for hit in pattern.finditer(text):
            if not any(text.startswith(word, hit.start("name")) for word in NO_NAMES):
                yield Spot(*hit.span("name"), "name")


def marked(text: str, words: Iterable[str]) -> list[Spot]:
    """Every place where one of these words stands, as marked by hand."""
    read, found = plain(text), list[Spot]()
    for word in {plain(one).strip() for one in words} - {""}:
        found += [Spot(*hit.span(), "other") for hit in re.finditer(re.escape(word), read, re.IGNORECASE)]
    return merged(found)


def merged(spots: Iterable[Spot]) -> list[Spot]:
    """In order; what overlaps is one spot of the stronger kind."""
    found: list[Spot] = []
    for spot in sorted(spots):
        if spot.end <= spot.start:
            continue
        if found and spot.start < found[-1].end:
            last = found.pop()
            kind = min(last.kind, spot.kind, key=ORDER.index)
            spot = Spot(last.start, max(last.end, spot.end), kind)
        found.append(spot)
    return found


def masked(text: str, spots: Sequence[Spot]) -> str:
    """The text with every spot replaced by what it was."""
    parts, at = [], 0
    for spot in merged(spots):
        parts += [text[at : spot.start], MASKS[spot.kind]]
        at = spot.end
    return "".join([*parts, text[at:]])


def pieces(text: str, spots: Sequence[Spot]) -> list[tuple[str, str]]:
    """(words, kind) in the order of the text; the kind is "" outside of the spots. For a page that highlights them."""
    parts, at = list[tuple[str, str]](), 0
    for spot in merged(spots):
        parts += [(text[at : spot.start], ""), (text[spot.start : spot.end], spot.kind)]
        at = spot.end
    return [part for part in [*parts, (text[at:], "")] if part[0]]


def left_in(text: str) -> list[Spot]:
    """What no text may be published with, whatever a person chose: numbers, plates, addresses of mail."""
    return [spot for spot in find(text) if spot.kind not in LOOSE]


def grams(text: str) -> list[str]:
    """The pairs of letters of a text, for a search that needs no extension of PostgreSQL; sorted, each once."""
    words = re.findall(r"[0-9a-z\u4e00-\u9fff]+", plain(text).lower())
    return sorted({word[at : at + 2] for word in words for at in range(max(len(word) - 1, 1))})
