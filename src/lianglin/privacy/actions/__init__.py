"""Writes of data protection, as verbs: requests, erasures, retention, registers, assessments, breaches."""
