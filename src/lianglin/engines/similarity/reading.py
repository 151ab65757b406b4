"""What a text reads as: probabilities over a catalogue's items, from a linear model on character grams.

The model is linear on TF-IDF rows of length 1: softmax regression, which knows what tells items apart, plus how large a
share of an item's texts holds a gram, which does not forget what regression can do without and so meets new wording
better. The catalogue's own names are read as texts, too, and what is reported often is likelier where words are few.
One temperature makes "0.8" right eight times in ten. What somebody chose when the report came in is evidence too, as
good as such choices have proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize_scalar

from lianglin.engines.similarity import texts
from lianglin.engines.similarity.texts import GRAMS, Bags

Floats = NDArray[np.float32]
UNKNOWN = -1
"""No item was chosen."""
NEVER = -10.0
"""The bias of a reader that has met no repeats: then no text says that it is one."""
NAMED, NAME_SHARE = 10, 0.2
"""A catalogue's name counts as so many texts, and as held by at least this share of the item's texts."""
PART = 8192
"""Texts read at once: bounds the memory."""
USUAL = 0.75
"""How much of the log odds of what is usually reported is added to the scores."""


@dataclass(frozen=True)
class LookedUp:
    """Some bags with what a reader knows of their grams."""

    bags: Bags
    rarity: Floats
    """Of each gram."""
    row: NDArray[np.int32]
    """Of each gram, 0 where it was never met."""
    length: Floats
    """Of each text's TF-IDF row before it was made 1."""


@dataclass(frozen=True)
class Reader:
    """A fitted model of what texts read as; ``c`` items, ``v`` known grams. Arrays may be memory-mapped."""

    idf: Floats
    """Shape (GRAMS,): how rare each gram is."""
    row: NDArray[np.int32]
    """Shape (GRAMS,): the gram's row in ``weight``; 0 is the row of grams that were never seen, all zeros."""
    weight: Floats
    """Shape (v + 1, c)."""
    bias: Floats
    """Shape (c,)."""
    common: NDArray[np.bool_]
    """Shape (GRAMS,): grams of politeness and filling, found with many items: never shown as a reason."""
    again: Floats
    """Shape (GRAMS,): how much each gram tells that the same person reports the same matter once more."""
    again_bias: float = NEVER
    temperature: float = 1.0
    trust: float = 0.85
    """How often the item chosen at the intake is the right one."""

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.bias)

    def lengths(self, bags: Bags) -> Floats:
        """The length of each TF-IDF row before it was made 1; shape (n,)."""
        return np.sqrt(_sums(self.idf[bags.gram] ** 2, bags)).astype(np.float32)

    def looked_up(self, bags: Bags) -> LookedUp:
        """What the reader knows of each gram: looked up once for all that is asked of some texts."""
        rarity = self.idf[bags.gram]
        length = np.sqrt(_sums(rarity * rarity, bags)).astype(np.float32)
        return LookedUp(bags, rarity, self.row[bags.gram], np.maximum(length, 1e-9))

    def coverage(self, given: Bags | LookedUp) -> Floats:
        """The share of each text's grams that the model has met before, 0 to 1; shape (n,); 0 for an empty text."""
        seen = self._of(given)
        known = _sums((seen.row > 0).astype(np.float32), seen.bags)
        return (known / np.maximum(np.diff(seen.bags.start), 1)).astype(np.float32)

    def probabilities(self, given: Bags | LookedUp) -> Floats:
        """What the texts alone read as; shape (n, c), each row sums to 1.

        About the share of a text that the model has never met (1 - coverage) it says nothing: all items alike.
        """
        if isinstance(given, Bags) and len(given) > PART:
            parts = (np.arange(n, min(n + PART, len(given))) for n in range(0, len(given), PART))
            return np.concatenate([self.probabilities(given.take(part)) for part in parts])
        seen = self._of(given)
        told = self.coverage(seen)[:, None]
        alone = _softmax(self._scores(seen) / np.float32(self.temperature))
        return np.asarray(told * alone + (1 - told) / self.items, np.float32)

    def repeats(self, given: Bags | LookedUp) -> Floats:
        """How surely each text says that it was reported before ("上次反映过"), 0 to 1; shape (n,)."""
        seen = self._of(given)
        score = _sums(self.again[seen.bags.gram] * seen.rarity, seen.bags) / seen.length + self.again_bias
        return (1 / (1 + np.exp(-np.clip(score, -30, 30)))).astype(np.float32)

    def _of(self, given: Bags | LookedUp) -> LookedUp:
        return self.looked_up(given) if isinstance(given, Bags) else given

    def _scores(self, given: Bags | LookedUp) -> Floats:
        seen = self._of(given)
        if len(seen.bags) == 1:  # somebody types: no matrix is built for one row
            known = np.nonzero(seen.row)[0]
            value = seen.rarity[known] / seen.length[0]
            return np.asarray(value @ self.weight[seen.row[known]] + self.bias, np.float32)[None, :]
        return np.asarray(self.matrix(seen) @ self.weight + self.bias, np.float32)

    def matrix(self, given: Bags | LookedUp) -> sparse.csr_matrix:
        """TF-IDF rows of length 1 over the known grams; what is not known still makes the rest shorter."""
        seen = self._of(given)
        value = seen.rarity / np.repeat(seen.length, np.diff(seen.bags.start))
        shape = (len(seen.bags), len(self.weight))
        return sparse.csr_matrix(
            (np.where(seen.row > 0, value, 0).astype(np.float32), seen.row, seen.bags.start), shape=shape
        )

    def holds(self, bags: Bags) -> sparse.csr_matrix:
        """1 where a text holds a known gram."""
        found = self.matrix(bags)
        found.data = (found.data > 0).astype(np.float32)
        return found

    def forgetting(self, share: float, rng: np.random.Generator) -> Reader:
        """The same reader as if it had never met a random share of its grams: what unseen wording is like."""
        return replace(self, row=np.where(rng.random(GRAMS) < share, 0, self.row))

    def with_choice(self, probabilities: Floats, chosen: NDArray[np.integer]) -> Floats:
        """What text and choice together read as; ``chosen``: shape (n,), UNKNOWN where nobody chose."""
        wide = np.full_like(probabilities, (1 - self.trust) / max(self.items - 1, 1))
        known = chosen >= 0
        wide[known, chosen[known]] = self.trust
        wide[~known] = 1.0
        both = probabilities * wide
        return both / np.maximum(both.sum(axis=1, keepdims=True), 1e-12)


def packed(probabilities: Floats) -> NDArray[np.uint8]:
    """Probabilities in 1/255 steps: enough to compare two readings, a byte an item."""
    return np.rint(probabilities * 255).astype(np.uint8)


def fit(
    bags: Bags,
    item: NDArray[np.integer],
    items: int,
    *,
    names: Sequence[str] = (),
    usual: NDArray[np.integer] | None = None,
    seed: int = 0,
    epochs: int = 14,
) -> Reader:
    """Fits a reader on texts whose item is known; ``item``: shape (n,), 0 to items - 1.

    names: what the catalogue calls each item, read as texts of it. usual: how often each item is reported, shape
    (items,), where the texts do not show it. A tenth of the texts is kept aside to set the temperature. Raises
    ValueError for fewer than 20 texts or an item out of range. About 1 ms a text on one core for a hundred items.
    """
    if len(bags) < 20 or item.min() < 0 or item.max() >= items:
        raise ValueError("A reader needs at least 20 texts, each with an item from 0 to items - 1.")
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(bags))
    held, taught = order[: max(len(bags) // 10, 1)], order[max(len(bags) // 10, 1) :]
    named = texts.bags([name for name in names for _ in range(NAMED)])
    told = bags.take(taught).followed_by(named)
    about = np.concatenate([item[taught], np.repeat(np.arange(len(names)), NAMED)])
    reader = _descended(_empty(bags, item, items, named), told, about, rng, epochs)
    reader = replace(reader, weight=_with_shares(reader, bags.take(taught), item[taught], names))
    reader = replace(reader, bias=reader.bias + _usual(usual, item, items))
    return replace(reader, temperature=_temperature(reader, bags.take(held), item[held], rng))


def with_repeats(reader: Reader, bags: Bags, again: NDArray[np.bool_], *, seed: int = 0) -> Reader:
    """The reader taught what somebody says who reports the same once more; as before with fewer than 30 such texts."""
    if again.sum() < 30 or again.all():
        return reader
    shape = (len(reader.weight), 2)
    empty = replace(reader, weight=np.zeros(shape, np.float32), bias=np.zeros(2, np.float32))
    told = _descended(empty, bags, again.astype(np.int64), np.random.default_rng(seed), 14)
    weight = (told.weight[:, 1] - told.weight[:, 0])[reader.row]
    return replace(reader, again=weight, again_bias=float(told.bias[1] - told.bias[0]))


def _empty(bags: Bags, item: NDArray[np.integer], items: int, named: Bags) -> Reader:
    """A reader that knows grams and their rarity, and has learnt nothing."""
    seen = np.bincount(bags.gram, minlength=GRAMS) + np.bincount(named.gram, minlength=GRAMS)
    idf = (np.log((1 + len(bags) + len(named)) / (1 + seen)) + 1).astype(np.float32)
    known = np.nonzero(seen >= 2)[0]
    row = np.zeros(GRAMS, np.int32)
    row[known] = np.arange(1, len(known) + 1)
    return Reader(
        idf,
        row,
        np.zeros((len(known) + 1, items), np.float32),
        np.zeros(items, np.float32),
        _common(bags, item, items),
        np.zeros(GRAMS, np.float32),
    )


def _usual(usual: NDArray[np.integer] | None, item: NDArray[np.integer], items: int) -> Floats:
    """What is reported often but was taught alike: its log odds against the teaching texts' own."""
    if usual is None:
        return np.zeros(items, np.float32)
    often, taught = usual + 1.0, np.bincount(item, minlength=items) + 1.0
    return (USUAL * (np.log(often / often.sum()) - np.log(taught / taught.sum()))).astype(np.float32)


def _with_shares(reader: Reader, bags: Bags, item: NDArray[np.integer], names: Sequence[str]) -> Floats:
    """Adds the cube root of the share of an item's texts that hold each gram, times how few items do.

    Both parts are brought to one scale by how far their scores spread; the shares count double.
    """
    told = np.zeros((len(item), reader.items), np.float32)
    told[np.arange(len(item)), item] = 1
    shares = (reader.holds(bags).T @ told) / np.maximum(told.sum(axis=0), 1)
    if len(names):
        shares = np.maximum(shares, NAME_SHARE * reader.holds(texts.bags(names)).toarray().T)
    few = np.log((reader.items + 1) / (1 + (shares > 0).sum(axis=1, keepdims=True)))
    shares = np.cbrt(shares) * few
    known = np.nonzero(reader.row)[0]
    shares[reader.row[known]] /= reader.idf[known, None]
    shares[0] = 0
    sample = reader.matrix(bags.take(np.arange(0, len(bags), max(len(bags) // 500, 1))))
    spread = float((sample @ reader.weight).std()) / max(float((sample @ shares).std()), 1e-9)
    return (reader.weight + 2 * spread * shares).astype(np.float32)


def _common(bags: Bags, item: NDArray[np.integer], items: int) -> NDArray[np.bool_]:
    pair = np.unique(bags.gram.astype(np.int64) * items + item[bags.owner])
    met = np.bincount(pair // items, minlength=GRAMS)
    return met > max(items * 0.2, 2)


def _descended(
    empty: Reader, bags: Bags, item: NDArray[np.integer], rng: np.random.Generator, epochs: int
) -> Reader:
    """Adam on batches of 512, with more than half of the grams hidden at random, so that no word carries an item alone."""
    weight, bias = empty.weight.copy(), empty.bias.copy()
    matrix = empty.matrix(bags)
    first, second = np.zeros_like(weight), np.zeros_like(weight)
    steps = max(epochs * (-(-len(bags) // 512)), 60)
    step = 0
    while step < steps:
        order = rng.permutation(len(bags))
        for at in range(0, len(order), 512):
            step += 1
            batch = order[at : at + 512]
            given = matrix[batch]
            given.data = given.data * (rng.random(given.nnz, np.float32) > 0.6) / np.float32(0.4)
            error = _softmax(given @ weight + bias)
            error[np.arange(len(batch)), item[batch]] -= 1
            error /= len(batch)
            slope = given.T @ error + np.float32(2e-6) * weight
            first += (slope - first) * np.float32(0.1)
            second += (slope * slope - second) * np.float32(0.01)
            rate = np.float32(0.25 * (1 - step / (steps + 1)) / (1 - 0.9**step) * np.sqrt(1 - 0.99**step))
            weight -= rate * first / (np.sqrt(second) + np.float32(1e-7))
            bias -= np.float32(0.5) * error.sum(axis=0)
            if step >= steps:
                break
    return replace(empty, weight=weight, bias=bias)


def _temperature(reader: Reader, bags: Bags, item: NDArray[np.integer], rng: np.random.Generator) -> float:
    """The temperature that surprises least on texts kept aside, as they are and with most of the words forgotten:
    what is kept aside resembles the teaching texts more than tomorrow's will.
    """
    parts = [reader.forgetting(share, rng)._scores(bags) for share in (0.0, 0.6, 0.85)]
    scores, twice = np.concatenate(parts), np.tile(item, len(parts))

    def surprise(log_temperature: float) -> float:
        found = _softmax(scores / np.exp(log_temperature))
        return float(-np.log(found[np.arange(len(twice)), twice] + 1e-9).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 3), method="bounded").x))


def _softmax(scores: NDArray[np.floating]) -> Floats:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)


def _sums(value: NDArray[np.floating], bags: Bags) -> NDArray[np.float64]:
    """Sums over each text's entries."""
    total = np.concatenate([[0.0], np.cumsum(value, dtype=np.float64)])
    return total[bags.start[1:]] - total[bags.start[:-1]]
