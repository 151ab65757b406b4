"""Attacks: every address and every operation of the house, tried as somebody who means harm would.

Pairwise in ``make test`` (each address with each attack, the personas in turn), everything in ``make test-deep``.
THREAT_MODEL.md names for each threat the test that holds it.
"""
