"""The settings of backups, as rows of the table (variables.py puts them among the others)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from lianglin.project import kinds
from lianglin.project.kinds import Setting


@dataclass(frozen=True)
class BackupSettings:
    """Where backups lie, under which keys, how long."""

    backups: Annotated[
        Path | None,
        Setting(
            "LIANGLIN_BACKUPS",
            kinds.backup_folder,
            "",
            "Folder of the backups, on another disk than the data. Set: an embedded database hands over its write-ahead log "
            "too. Empty: LIANGLIN_DATA/backups, by hand only.",
            "备份目录，应位于数据之外的另一块磁盘。设置后，内置数据库同时移交预写日志。留空则为 LIANGLIN_DATA/backups，仅供手动备份。",
            shown="folder",
        ),
    ]
    backup_keys: Annotated[
        dict[int, bytes],
        Setting(
            "LIANGLIN_BACKUP_KEYS",
            kinds.spare_ring,
            "",
            "Keys under which backups are encrypted (AES-256-GCM): 1:<base64>; the highest number encrypts, all decrypt. "
            "Kept away from the backups: without them no backup can be read. Empty: no backup is made.",
            "备份加密密钥（AES-256-GCM）：1:<base64>；编号最大的用于加密，全部可解密。须与备份分开保存，丢失后备份无法读取。留空则不做备份。",
            shown="numbered keys",
            secret=True,
        ),
    ]
    backup_keep: Annotated[
        tuple[int, int, int],
        Setting(
            "LIANGLIN_BACKUP_KEEP",
            kinds.keeping,
            "7/4/12",
            "How many daily, weekly and monthly backups “backup prune” keeps. A point in time can be asked for within the days.",
            "“backup prune”保留的日备份、周备份、月备份数量。只有在日备份的天数内可以恢复到任一时刻。",
            shown="days/weeks/months",
        ),
    ]
