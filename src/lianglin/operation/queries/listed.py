"""What operation adds to its manifest: the signs at /metrics. Texts are English, as Prometheus shows them."""

from __future__ import annotations

from lianglin.kit.domain import Sign

_READ = "lianglin.operation.queries.signs:"

SIGNS = (
    Sign("jobs", "Background jobs by queue and state.", f"{_READ}queue_jobs", ("queue", "state")),
    Sign(
        "job_oldest_age_seconds",
        "How long the oldest job that is due has waited.",
        f"{_READ}queue_ages",
        ("queue",),
    ),
    Sign("jobs_stalled", "Jobs whose worker process is gone.", f"{_READ}stalled_jobs"),
    Sign("workers", "Worker processes that gave a sign of life in the last minute.", f"{_READ}workers"),
    Sign(
        "messages",
        "Messages that wait, and those of the last day that were given up.",
        f"{_READ}messages",
        ("channel", "state"),
    ),
    Sign("audit_seal_age_seconds", "Since the audit was sealed last.", f"{_READ}seal_age"),
    Sign(
        "audit_findings",
        "Places that did not fit at the last verification of the audit.",
        f"{_READ}audit_findings",
    ),
    Sign(
        "key_in_ring",
        "Keys by ring and number: 1 encrypts, 0 decrypts only.",
        f"{_READ}keys",
        ("ring", "number"),
    ),
    Sign(
        "key_values",
        "Encrypted values by number of their key, as counted at night.",
        f"{_READ}key_values",
        ("number",),
    ),
    Sign("indicator_data_age_seconds", "Since an indicator was counted last.", f"{_READ}figures_age"),
    Sign("database_connections", "Connections to the city's database.", f"{_READ}connections"),
    Sign("database_connections_max", "Connections that the server takes.", f"{_READ}connection_limit"),
    Sign("database_lock_waits", "Sessions that wait for a lock.", f"{_READ}lock_waits"),
    Sign("database_deadlocks_total", "Deadlocks in the database.", f"{_READ}deadlocks"),
    Sign(
        "database_longest_transaction_seconds", "The longest open transaction.", f"{_READ}longest_transaction"
    ),
    Sign("database_size_bytes", "Size of the database.", f"{_READ}database_bytes"),
    Sign("replication_lag_seconds", "How far each replica is behind.", f"{_READ}replica_lag", ("replica",)),
    Sign("error_kinds", "Kinds of unexpected errors by state.", f"{_READ}error_kinds", ("state",)),
    Sign(
        "errors_recent", "Unexpected errors in the running hour and the one before.", f"{_READ}errors_lately"
    ),
    Sign(
        "nightly_age_seconds",
        "Since the newest run of a nightly task ended well.",
        f"{_READ}nightly_age",
        ("task",),
    ),
    Sign(
        "nightly_failed",
        "1 where the newest run of a nightly task failed.",
        f"{_READ}nightly_failed",
        ("task",),
    ),
    Sign(
        "backup_age_seconds",
        "Since the last good backup, archive or verification.",
        f"{_READ}backup_age",
        ("kind",),
    ),
    Sign(
        "backup_failed",
        "1 where the newest backup, archive or verification failed.",
        f"{_READ}backup_failed",
        ("kind",),
    ),
    Sign("disk_free_bytes", "Free room on the disk of a folder.", f"{_READ}disk_free", ("folder",)),
    Sign("disk_size_bytes", "Size of the disk of a folder.", f"{_READ}disk_size", ("folder",)),
    Sign(
        "migrations_pending",
        "Migrations of this version that the database has not.",
        f"{_READ}migrations_pending",
    ),
    Sign("certificate_left_seconds", "Until the site's certificate runs out.", f"{_READ}certificate_left"),
)
