"""Backups of a whole city: made, listed, verified, restored, pruned. `lianglin backup --help`, docs/how-to/backups.md.

A shelf (setting LIANGLIN_BACKUPS) holds a folder per backup, the archived write-ahead log, the exported erasure ledger
and a journal. What holds personal data there is encrypted (cipher.py) under LIANGLIN_BACKUP_KEYS.
"""
