"""A small sample of a duty list of communities, for the demo city. Not any city's list; the screens say sample."""

from __future__ import annotations

from datetime import date

from lianglin.access.duty_list.models import CommunityDuty

BASIS = "示例清单（参照社区工作事项准入要求编写，非任何城市的正式清单）"
SAMPLE = (
    ("S-01", "了解并反映居民诉求", "Hear residents and pass on what they report", "own"),
    ("S-02", "调解邻里纠纷", "Mediate between neighbours", "own"),
    ("S-03", "协助报修楼道公共照明", "Help to have stairwell lights repaired", "assist"),
    ("S-04", "协助组织楼院垃圾清理", "Help to organise the clearing of waste in courtyards", "assist"),
    ("S-05", "组织居民清雪", "Organise residents to clear snow", "assist"),
    ("S-06", "开展政策宣传", "Tell residents about policies", "own"),
)


def seed_duties() -> None:
    """Writes the sample list, once."""
    CommunityDuty.objects.bulk_create(
        [
            CommunityDuty(
                code=code,
                text=text,
                text_en=text_en,
                kind=kind,
                basis=BASIS,
                valid_from=date(2024, 1, 1),
                sample=True,
            )
            for code, text, text_en, kind in SAMPLE
        ],
        ignore_conflicts=True,
    )
