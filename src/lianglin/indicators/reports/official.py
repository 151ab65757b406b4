"""A report as a PDF in the layout of GB/T 9704-2012 (党政机关公文格式), typeset by Typst."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from lianglin.indicators.reports.layout import Paper
from lianglin.kit import typesetting

DATA = Path(__file__).resolve().parent.parent / "data"
FACES: dict[str, tuple[str, tuple[str, ...]]] = {
    "title": ("小标宋", ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong")),
    "body": ("仿宋", ("FangSong_GB2312", "FangSong", "STFangsong", "FandolFang R", "FandolFang")),
    "first": ("黑体", ("SimHei", "STHeiti", "FandolHei", "Noto Sans CJK SC")),
    "second": ("楷体", ("KaiTi_GB2312", "KaiTi", "STKaiti", "FandolKai", "LXGW WenKai")),
    "note": ("", ("Noto Sans CJK SC", "Noto Serif CJK SC")),
}
"""Use -> the face that the standard asks for, and the families that hold it, the office's own before the free ones."""
FREE = ("Noto Serif CJK SC", "Noto Sans CJK SC")
"""What stands in for a face that the machine does not have."""


def faces() -> dict[str, list[str]]:
    """Use -> families of this machine, the wanted one first."""
    there = typesetting.families()
    return {use: [n for n in (*wanted, *FREE) if n in there] for use, (_face, wanted) in FACES.items()}


def substitutes() -> str:
    """Which faces of the standard this machine lacks, and what stands in for them; "" when none."""
    there = typesetting.families()
    missing = [
        face
        for face, wanted in FACES.values()
        if face and not any(name in there for name in wanted if name not in FREE or face == "黑体")
    ]
    if not missing:
        return ""
    return (
        f"本机未安装{'、'.join(missing)}字体，以思源宋体（Noto Serif CJK SC）代替；版面尺寸按GB/T 9704—2012。"
    )


def document(paper: Paper) -> bytes:
    """The PDF; NoFont where the machine has no Chinese font at all."""
    data = {**asdict(paper), "fonts": faces(), "substitutes": substitutes()}
    return typesetting.pdf(DATA / "report.typ", data)


def picture(svg: str) -> bytes:
    """A chart as PNG, 200 dots to the inch."""
    return typesetting.png(DATA / "chart.typ", {"svg": svg}, dots=200)
