"""The demo city's registers: sample assessments that let its services go live, a sample processor. All marked."""

from __future__ import annotations

from datetime import timedelta

from lianglin.kit import clock, discovery, live
from lianglin.kit.seeding import SeedContext
from lianglin.privacy.models import Assessment, Processor, Sharing


def seed(context: SeedContext) -> None:
    """Nothing in a real city: there, the services wait for a real assessment."""
    if not context.demo:
        return
    today, now = clock.today(), clock.now()
    for manifest in discovery.manifests():
        if manifest.assess:
            Assessment.objects.create(
                domain=manifest.code,
                necessity="示例数据：办理居民反映的事项属于法定职责，只收集办理所必需的内容。",
                risks="示例数据：事项文字中可能写有敏感信息；承办单位会看到事项内容，看不到反映人。",
                measures="示例数据：反映人单独存放、电话加密；按地域和目的限制查看；查看留痕；到期删除。",
                result="passed",
                valid_until=today + timedelta(days=2 * 365),
                made_at=now,
                approved_at=now,
                sample=True,
            )
    Processor.objects.create(
        name="示例云服务公司",
        task="示例数据：托管服务器，不查看数据内容",
        data="平台的全部数据（加密存放）",
        contract="示例-2026-001",
        from_on=today.replace(month=1, day=1),
        contact="024-12345（示例）",
        sample=True,
    )
    Sharing.objects.create(
        receiver="示例区供热办",
        contact="024-12345（示例）",
        purpose="示例数据：办理供热投诉",
        data="事项内容、地址；不含反映人",
        basis="statutory_duty",
        basis_words="示例：城市供热管理规定",
        persons=12,
        shared_on=today - timedelta(days=30),
        recorded_at=now,
        sample=True,
    )
    live.forget()
