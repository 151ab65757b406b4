"""What the operator reads: errors, jobs, backups, the state of each part. Counts and codes, nobody's data."""
