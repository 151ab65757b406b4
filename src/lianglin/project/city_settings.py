"""The settings of what the city shows and publishes, as rows of the table (variables.py puts them among the others)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.kinds import Setting


@dataclass(frozen=True)
class CitySettings:
    """The city's name, its documents' fonts, its figures and under which licence they are open."""

    city_name: Annotated[
        str,
        Setting(
            "LIANGLIN_CITY_NAME",
            kinds.text,
            "本市",
            "The city's name in Chinese, as pages show it.",
            "页面显示的城市中文名。",
        ),
    ]
    city_name_en: Annotated[
        str,
        Setting(
            "LIANGLIN_CITY_NAME_EN",
            kinds.text,
            "Our City",
            "The city's name in English.",
            "页面显示的城市英文名。",
        ),
    ]
    map_attribution: Annotated[
        str,
        Setting(
            "LIANGLIN_MAP_ATTRIBUTION",
            kinds.text,
            "© OpenStreetMap contributors (ODbL)",
            "Source notice on every map.",
            "每幅地图上的来源说明。",
        ),
    ]
    fonts: Annotated[
        Path | None,
        Setting(
            "LIANGLIN_FONTS",
            kinds.optional_folder,
            "",
            "A folder with the office's own licensed fonts (FangSong, XiaoBiaoSong, KaiTi) for official documents. "
            "Empty: the fonts of the machine.",
            "存放本单位自有授权字体（仿宋、小标宋、楷体）的目录，用于公文。留空则用本机字体。",
            shown="folder",
        ),
    ]
    rate_base: Annotated[
        int,
        Setting(
            "LIANGLIN_RATE_BASE",
            kinds.whole(1, 100),
            "10",
            "The smallest denominator on which the dashboard, reports and breakdowns show a rate; below it only the two counts stand.",
            "驾驶舱、报告和分项表中计算比率的最小分母；不足此数只列分子和分母。",
            shown="number from 1 to 100",
        ),
    ]
    imported_figures: Annotated[
        str,
        Setting(
            "LIANGLIN_IMPORTED_FIGURES",
            kinds.text,
            "",
            "A CSV table of further figures that other offices count and the city brings as files; its columns are those of "
            "`src/lianglin/indicators/data/imported_figures.csv`. Empty: those of the house alone.",
            "本市另行接收的部门统计指标清单（CSV），列与 `src/lianglin/indicators/data/imported_figures.csv` 相同。"
            "留空则只用平台自带的指标。",
            shown="file",
        ),
    ]
    open_licence: Annotated[
        str,
        Setting(
            "LIANGLIN_OPEN_LICENCE",
            kinds.text,
            "CC-BY-4.0",
            "Licence of the published figures, as its SPDX name; it stands in every file of open data.",
            "公布数据的许可协议（SPDX 名称），写在每个开放数据文件里。",
        ),
    ]
    open_licence_url: Annotated[
        str,
        Setting(
            "LIANGLIN_OPEN_LICENCE_URL",
            kinds.text,
            "https://creativecommons.org/licenses/by/4.0/",
            "Where that licence can be read.",
            "上述许可协议的网址。",
        ),
    ]
    open_contact: Annotated[
        str,
        Setting(
            "LIANGLIN_OPEN_CONTACT",
            kinds.text,
            "12345",
            "Whom to ask about the published figures: a telephone number or an e-mail address.",
            "公布数据的咨询方式：电话或电子邮箱。",
        ),
    ]
