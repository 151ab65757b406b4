# pyright: basic, reportCallIssue=false, reportPrivateImportUsage=false
"""The kernel of the fused back end: one function that runs any package, operation after operation, on a few thousand persons
at a time, so that all planes stay near. Compiled once per machine and kept on disk; a changed rule compiles nothing.

Households' planes stand in their members' rows, the bit repeated for each member: then nothing need be spread, and whether a
member has something is a sum with carry (a household whose lower bits are not all 0 carries into its last member's bit).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

WORDS = 64
"""Words of a plane in a block of many; a block has 4,096 persons at most."""
AND, OR, ANDNOT, GATE, ANY = range(5)
FLAG, BELOW, ABOVE, SAME, LESS, EQUAL, PKNOWN = range(10, 17)
LOAD, FILL, ADD, SUB, MUL, FLOORDIV, SIGN, ABS, SELECT, SUM, COUNT, SPREAD, PARAM = range(20, 33)
MAGIC = np.uint64(0x0102040810204080)
ONE, ZERO64 = np.uint64(1), np.uint64(0)


@intrinsic
def _pointer(_context: Any, address: Any) -> Any:
    def made(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), made


@njit(inline="always")
def _pack(buffer, words, memory, to, number):
    """Bytes of 0 and 1 into bits, eight at a time: a product gathers the lowest bits of eight bytes in the highest one."""
    for at in range(words):
        made = ZERO64
        for eighth in range(8):
            made |= ((buffer[at * 8 + eighth] * MAGIC) >> np.uint64(56)) << np.uint64(8 * eighth)
        memory[to + at] = made
    rest = number & 63
    if rest:
        memory[to + (number >> 6)] &= (ONE << np.uint64(rest)) - ONE
    for at in range((number + 63) >> 6, words):
        memory[to + at] = ZERO64


@njit(inline="always")
def _against(code, column, number, limit, out):
    """A column against one number; FLAG: not 0."""
    if code == BELOW:
        for at in range(number):
            out[at] = column[at] < limit
    elif code == ABOVE:
        for at in range(number):
            out[at] = column[at] > limit
    elif code == SAME:
        for at in range(number):
            out[at] = column[at] == limit
    else:
        for at in range(number):
            out[at] = column[at] != 0


@njit(inline="always")
def _compare(code, address, size, first, number, limit, out):
    """By the width of the column: narrow numbers are compared many at a time where the limit is as narrow."""
    if size == 1:
        one = carray(_pointer(address + first), (number,), np.int8)
        if -128 <= limit <= 127:
            _against(code, one, number, np.int8(limit), out)
        else:
            _against(code, one, number, limit, out)
    elif size == 2:
        _against(code, carray(_pointer(address + first * 2), (number,), np.int16), number, limit, out)
    elif size == 4:
        four = carray(_pointer(address + first * 4), (number,), np.int32)
        if -(1 << 31) <= limit < (1 << 31):
            _against(code, four, number, np.int32(limit), out)
        else:
            _against(code, four, number, limit, out)
    else:
        _against(code, carray(_pointer(address + first * 8), (number,), np.int64), number, limit, out)


@njit(inline="always")
def _load(address, size, first, number, out):
    if size == 1:
        one = carray(_pointer(address + first), (number,), np.int8)
        for at in range(number):
            out[at] = one[at]
    elif size == 2:
        two = carray(_pointer(address + first * 2), (number,), np.int16)
        for at in range(number):
            out[at] = two[at]
    elif size == 4:
        four = carray(_pointer(address + first * 4), (number,), np.int32)
        for at in range(number):
            out[at] = four[at]
    else:
        eight = carray(_pointer(address + first * 8), (number,), np.int64)
        for at in range(number):
            out[at] = eight[at]


@njit(inline="always")
def _combine(code, to, a, b):
    if code == AND:
        for word in range(len(to)):
            to[word] = a[word] & b[word]
    elif code == OR:
        for word in range(len(to)):
            to[word] = a[word] | b[word]
    else:
        for word in range(len(to)):
            to[word] = a[word] & ~b[word]


@njit(inline="always")
def _any(memory, a, to, words, last, lower, steps):
    """Households with a set member: a carry says so at the last member, then it is passed down to the others."""
    carry = ZERO64
    for at in range(words):
        some, mask = memory[a + at] & lower[0, at], lower[0, at]
        total = some + mask
        over = total < mask
        again = total + carry
        carry = ONE if over or again < total else ZERO64
        memory[to + at] = (again | memory[a + at]) & last[at]
    above = ZERO64
    for back in range(words):
        at = words - 1 - back
        made = memory[to + at] | ((above << np.uint64(63)) & lower[0, at])
        for step in range(steps):
            made |= (made >> np.uint64(1 << step)) & lower[step, at]
        memory[to + at] = made
        above = made & ONE


@njit(inline="always")
def _calculate(code, numbers, to, a, b, rows):
    if code == ADD:
        for at in range(rows):
            numbers[to, at] = numbers[a, at] + numbers[b, at]
    elif code == SUB:
        for at in range(rows):
            numbers[to, at] = numbers[a, at] - numbers[b, at]
    elif code == MUL:
        for at in range(rows):
            numbers[to, at] = numbers[a, at] * numbers[b, at]
    elif code == FLOORDIV:
        for at in range(rows):
            by = numbers[b, at]
            numbers[to, at] = numbers[a, at] // by if by != 0 else 0
    elif code == SIGN:
        for at in range(rows):
            held = numbers[a, at]
            numbers[to, at] = (1 if held > 0 else 0) - (1 if held < 0 else 0)
    else:
        for at in range(rows):
            held = numbers[a, at]
            numbers[to, at] = -held if held < 0 else held


@njit(inline="always")
def _bit(memory, plane, row):
    return (memory[plane + (row >> 6)] >> np.uint64(row & 63)) & ONE


@njit(inline="always")
def _gather(code, memory, plane, numbers, to, a, starts, first, base, households):
    """A sum over members, or their number."""
    for home in range(households):
        total = 0
        for row in range(starts[first + home] - base, starts[first + home + 1] - base):
            if _bit(memory, plane, row):
                total += numbers[a, row] if code == SUM else 1
        numbers[to, home] = total


@njit(inline="always")
def _homes(starts, first, base, households, home, last, lower, steps, words):
    """For each person the household in the block; the last members' bits; the others' bits, and how far they reach."""
    for at in range(words):
        last[at] = ZERO64
        lower[0, at] = ZERO64
    for one in range(households):
        begin, end = starts[first + one] - base, starts[first + one + 1] - base
        for row in range(begin, end):
            home[row] = one
            if row == end - 1:
                last[row >> 6] |= ONE << np.uint64(row & 63)
            else:
                lower[0, row >> 6] |= ONE << np.uint64(row & 63)
    for step in range(1, steps):
        for at in range(words):
            lower[step, at] = lower[step - 1, at] & (lower[step - 1, at] >> np.uint64(1 << (step - 1)))


@njit(cache=True, nogil=True)
def run(ops, limits, addresses, sizes, starts, cuts, scratch, words, outputs, memory, registers, steps):
    """``ops``: (code, to, a, b, c, row) each; row 1: persons, 0: households. ``cuts``: first household of each block and the
    end. Planes below ``scratch`` are the block's own, at the start of ``memory``; above it, outputs: (blocks, outputs, words).
    """
    most = words * 64
    numbers = np.empty((registers, most), np.int64)
    buffer = np.zeros(words * 8, np.uint64)
    flags = buffer.view(np.uint8)
    spare = np.zeros(most, np.uint8)
    home = np.zeros(most, np.int64)
    last = np.zeros(words, np.uint64)
    lower = np.zeros((max(steps, 1), words), np.uint64)
    for block in range(len(cuts) - 1):
        first, households = cuts[block], cuts[block + 1] - cuts[block]
        base = starts[first]
        persons = starts[first + households] - base
        _homes(starts, first, base, households, home, last, lower, steps, words)
        shift = (block * outputs) * words
        for at in range(len(ops)):
            code, to, a, b, c, personal = (
                ops[at, 0],
                ops[at, 1],
                ops[at, 2],
                ops[at, 3],
                ops[at, 4],
                ops[at, 5],
            )
            rows, begin = (persons, base) if personal else (households, first)
            if code < 20:
                to = to * words + (shift if to >= scratch else 0)
            if code < 10:
                x = a * words + (shift if a >= scratch else 0)
                y = b * words + (shift if b >= scratch else 0)
                if code == ANY:
                    _any(memory, x, to, words, last, lower, steps)
                elif code == GATE:
                    for word in range(words):
                        memory[to + word] = (last[word] | lower[0, word]) if limits[b] != 0 else ZERO64
                else:
                    _combine(code, memory[to : to + words], memory[x : x + words], memory[y : y + words])
            elif code < 20:
                out = flags if personal else spare
                if code <= SAME:
                    _compare(code, addresses[a], sizes[a], begin, rows, limits[b], out)
                elif code == LESS:
                    for row in range(rows):
                        out[row] = numbers[a, row] < numbers[b, row]
                elif code == EQUAL:
                    for row in range(rows):
                        out[row] = numbers[a, row] == numbers[b, row]
                else:
                    area = carray(_pointer(addresses[a] + begin * 4), (rows,), np.int32)
                    table = carray(_pointer(addresses[b]), (1 << 20,), np.uint8)
                    for row in range(rows):
                        out[row] = table[area[row]]
                if not personal:
                    for row in range(persons):
                        flags[row] = spare[home[row]]
                _pack(buffer, words, memory, to, persons)
            elif code <= FILL:
                if code == LOAD:
                    _load(addresses[a], sizes[a], begin, rows, numbers[to])
                else:
                    for row in range(rows):
                        numbers[to, row] = limits[b]
            elif code <= ABS:
                _calculate(code, numbers, to, a, b, rows)
            elif code == SELECT:
                plane = c * words + (shift if c >= scratch else 0)
                for row in range(rows):
                    where = row if personal else starts[first + row] - base
                    numbers[to, row] = numbers[a, row] if _bit(memory, plane, where) else numbers[b, row]
            elif code == SPREAD:
                for row in range(persons):
                    numbers[to, row] = numbers[a, home[row]]
            elif code == PARAM:
                area = carray(_pointer(addresses[a] + begin * 4), (rows,), np.int32)
                wide = carray(_pointer(addresses[b]), (1 << 20,), np.int64)
                for row in range(rows):
                    numbers[to, row] = wide[area[row]]
            else:
                plane = c * words + (shift if c >= scratch else 0)
                _gather(code, memory, plane, numbers, to, a, starts, first, base, households)


@njit(cache=True, nogil=True)
def largest(addresses, sizes, counts):
    """The greatest size of a number in some columns, whatever its sign; -1: one that has none (the least of 64 bits)."""
    most = 0
    some = np.empty(4096, np.int64)
    for at in range(len(addresses)):
        for first in range(0, counts[at], 4096):
            number = min(4096, counts[at] - first)
            _load(addresses[at], sizes[at], first, number, some)
            for row in range(number):
                held = abs(some[row])
                if held < 0:
                    return -1
                most = max(most, held)
    return most
