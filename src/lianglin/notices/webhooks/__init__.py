"""Webhooks: programs of other offices are told of what happens to cases, signed, tried again, and accounted for."""
