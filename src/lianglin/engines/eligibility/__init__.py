"""Eligibility: dated rules with three answers, for one household or a city. Usable alone; imports nothing of the house.

From text to words: ``read`` a folder, ``compile_package``, ``bind`` a day, ``run`` a ``Population``, and an ``Explainer``
says what came out. See the README beside this file and examples/eligibility.py.
"""
