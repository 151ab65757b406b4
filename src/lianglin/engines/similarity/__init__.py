"""Similar reports: what a text reads as, which earlier report is of the same matter, where much of one thing happens.

Arrays in, arrays out; NumPy and SciPy alone. See the README beside this file and examples/similarity.py.
"""

from lianglin.engines.similarity.concentrations import Concentration, concentrations
from lianglin.engines.similarity.encoder import Encoder, OnnxEncoder, WrongEncoder
from lianglin.engines.similarity.fitting import History, fit_model, worth
from lianglin.engines.similarity.index import Index
from lianglin.engines.similarity.matching import (
    Match,
    Reading,
    compared,
    every_pair,
    matches,
    read,
    reported,
    suggest,
    top,
)
from lianglin.engines.similarity.model import Damaged, Model, load, not_worse, save
from lianglin.engines.similarity.pairs import OFFERED, STRONG
from lianglin.engines.similarity.reading import UNKNOWN
from lianglin.engines.similarity.reports import NOBODY, NOWHERE, Reports, around, cells, metres
from lianglin.engines.similarity.texts import Bags, bags, joined, kept

__all__ = [
    "NOBODY",
    "NOWHERE",
    "OFFERED",
    "STRONG",
    "UNKNOWN",
    "Bags",
    "Concentration",
    "Damaged",
    "Encoder",
    "History",
    "Index",
    "Match",
    "Model",
    "OnnxEncoder",
    "Reading",
    "Reports",
    "WrongEncoder",
    "around",
    "bags",
    "cells",
    "compared",
    "concentrations",
    "every_pair",
    "fit_model",
    "joined",
    "kept",
    "load",
    "matches",
    "metres",
    "not_worse",
    "read",
    "reported",
    "save",
    "suggest",
    "top",
    "worth",
]
