"""A program and symbols in, where it matches out: the backtracking machine behind `patterns`, compiled by numba.

It tries alternatives in the order that `re` does, so the first match it finds is the one that `re` finds. All it needs
is handed to it: no Python object is made or read.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from postclass.kernel import patterns as ops
from postclass.kernel.patterns import Alphabet, Program

Symbols = npt.NDArray[np.uint8]

NO_MATCH = -1
OVERFLOW = -2  # the stack is too small for this text: the plain path must take it
STACK = 1 << 12  # frames; real postings need some dozens

# Kinds of frames on the stack: go on elsewhere, or give back one repetition, take one more, or restore a group.
_WAY, _LESS, _MORE, _RESTORE = range(4)


class Machine(NamedTuple):
    """All that matching needs: the patterns' program and alphabet, and room to work in."""

    code: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.bool_]
    sets: npt.NDArray[np.bool_]
    word: int
    newline: int  # the symbol of "\n"
    stack: npt.NDArray[np.int32]  # frame x (kind, where, from, to)
    registers: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int32]  # of the last match: starts and ends, -1 where a group took no part


def machine(program: Program, alphabet: Alphabet) -> Machine:
    """A machine for one thread."""
    return Machine(
        program.code, program.starts, program.firsts, alphabet.sets, alphabet.word, int(alphabet.symbols[ord("\n")]),
        np.zeros((STACK, 4), np.int32), np.zeros((max(1, program.registers), 2), np.int32),
        np.full(2 * program.groups, -1, np.int32),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def find(m: Machine, pattern: int, symbols: Symbols, begin: int, end: int, position: int) -> tuple[int, int]:
    """Where the first match from `position` on starts and ends, in a text that is `symbols[begin:end]`.

    `(NO_MATCH, NO_MATCH)` where there is none, `(OVERFLOW, OVERFLOW)` where the machine gives up.
    """
    firsts = m.firsts[pattern]
    for start in range(position, end + 1):
        if start < end and not firsts[symbols[start]]:
            continue
        stop = match(m, pattern, symbols, begin, end, start)
        if stop >= 0:
            return start, stop
        if stop == OVERFLOW:
            return OVERFLOW, OVERFLOW
    return NO_MATCH, NO_MATCH


@njit(cache=True, nogil=True)
def match(m: Machine, pattern: int, symbols: Symbols, begin: int, end: int, position: int) -> int:
    """Where a match that starts at `position` ends, in a text that is `symbols[begin:end]`; NO_MATCH or OVERFLOW."""
    code, sets, stack, registers, groups = m.code, m.sets, m.stack, m.registers, m.groups
    groups[:] = -1
    pc, top, fits = m.starts[pattern], 0, True
    while True:
        if not fits:  # take back the last choice
            if top == 0:
                return NO_MATCH
            top -= 1
            kind, pc, position = stack[top, 0], stack[top, 1], stack[top, 2]
            if kind == _RESTORE:
                groups[pc] = position
                continue
            fits = True
            if kind == _LESS:  # from the longest down to the shortest
                shortest, position = position, stack[top, 3] - 1
                if position > shortest:
                    stack[top, 3] = position
                    top += 1
            elif kind == _MORE:
                if position < end and sets[code[pc, 1], symbols[position]]:
                    position += 1
                    stack[top, 2] = position
                    stack[top, 3] -= 1
                    top += 1 if stack[top, 3] > 0 else 0
                    pc += 1
                else:
                    fits = False
                    continue
        if top >= STACK - 2:
            return OVERFLOW
        operation = code[pc, 0]
        if operation == ops.OP_PRED:
            fits = position < end and sets[code[pc, 1], symbols[position]]
            position += 1
            pc += 1
        elif operation == ops.OP_SPLIT:
            first = code[pc, 3]
            if first != ops.NO_SET and not (position < end and sets[first, symbols[position]]):
                pc = code[pc, 2]
            else:
                stack[top, 0], stack[top, 1], stack[top, 2] = _WAY, code[pc, 2], position
                top += 1
                pc = code[pc, 1]
        elif operation == ops.OP_JUMP:
            pc = code[pc, 1]
        elif operation in (ops.OP_REPEAT, ops.OP_POSSESSIVE):
            kind, least, limit = code[pc, 1], position + code[pc, 2], min(end, position + code[pc, 3])
            while position < limit and sets[kind, symbols[position]]:
                position += 1
            pc += 1
            fits = position >= least
            if operation == ops.OP_REPEAT and position > least:
                stack[top, 0], stack[top, 1], stack[top, 2], stack[top, 3] = _LESS, pc, least, position
                top += 1
        elif operation in (ops.OP_NEAR, ops.OP_NOT_NEAR):
            near = position + code[pc, 2]
            fits = (begin <= near < end and sets[code[pc, 1], symbols[near]]) == (operation == ops.OP_NEAR)
            pc += 1
        elif operation == ops.OP_MATCH:
            return position
        elif operation in (ops.OP_LOOK, ops.OP_NOT_LOOK):
            register, behind = code[pc, 1], position - code[pc, 2]
            if behind < begin:
                fits = operation == ops.OP_NOT_LOOK
                pc = code[pc, 3]
            else:
                registers[register, 0], registers[register, 1] = top, position
                if operation == ops.OP_NOT_LOOK:
                    stack[top, 0], stack[top, 1], stack[top, 2] = _WAY, code[pc, 3], position
                    top += 1
                position = behind
                pc += 1
        elif operation == ops.OP_LOOK_END:
            top, position = registers[code[pc, 1], 0], registers[code[pc, 1], 1]
            pc += 1
        elif operation == ops.OP_NOT_LOOK_END:
            top = registers[code[pc, 1], 0]
            fits = False
        elif operation == ops.OP_SAVE:
            slot = code[pc, 1]
            stack[top, 0], stack[top, 1], stack[top, 2] = _RESTORE, slot, groups[slot]
            top += 1
            groups[slot] = position
            pc += 1
        elif operation == ops.OP_BOUNDARY:
            before = position > begin and sets[m.word, symbols[position - 1]]
            after = position < end and sets[m.word, symbols[position]]
            fits = before != after
            pc += 1
        elif operation == ops.OP_LAZY:
            kind, least = code[pc, 1], position + code[pc, 2]
            while position < least and position < end and sets[kind, symbols[position]]:
                position += 1
            fits = position == least
            if fits and code[pc, 3] > code[pc, 2]:
                stack[top, 0], stack[top, 1] = _MORE, pc
                stack[top, 2], stack[top, 3] = position, code[pc, 3] - code[pc, 2]
                top += 1
            pc += 1
        elif operation in (ops.OP_START, ops.OP_START_LINE):
            fits = position == begin or (operation == ops.OP_START_LINE and symbols[position - 1] == m.newline)
            pc += 1
        elif operation in (ops.OP_END, ops.OP_END_LINE):
            last = operation == ops.OP_END_LINE or position == end - 1
            fits = position == end or (last and symbols[position] == m.newline)
            pc += 1
        elif operation == ops.OP_ATOM:
            registers[code[pc, 1], 0] = top
            pc += 1
        else:  # OP_ATOM_END
            top = registers[code[pc, 1], 0]
            pc += 1
