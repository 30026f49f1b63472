"""A program and symbols in, where it matches out: the backtracking machine behind `patterns`, compiled by numba.

It tries alternatives in the order that `re` does, so the first match it finds is the one that `re` finds. All it needs
is handed to it: no Python object is made or read.
"""

from typing import NamedTuple

import numpy as np

from postclass.kernel import patterns as ops
from postclass.kernel.arrays import Numbers, Sets, Symbols
from postclass.kernel.compiled import compiled
from postclass.kernel.patterns import Alphabet, Compiler

NO_MATCH = -1
OVERFLOW = -2  # the stack is too small for this text: the plain path must take it

# Kinds of frames on the stack: go on elsewhere, or give back one repetition, take one more, or restore a group.
_WAY, _LESS, _MORE, _RESTORE = range(4)


class Machine(NamedTuple):
    """All that matching needs, and room to work in: one for each thread. Few arrays, for each call hands them over."""

    memory: Numbers
    sets: Sets  # set x symbol
    groups: Numbers  # of the last match: starts and ends, -1 where a group took no part


def machine(compiler: Compiler, alphabet: Alphabet) -> Machine:
    """A machine for one thread."""
    return Machine(compiler.memory(alphabet), alphabet.sets, np.full(2 * compiler.groups, -1, np.int32))


@compiled
def may_start(m: Machine, pattern: int, symbol: int) -> bool:
    """Whether a match of a pattern may begin with a character of that symbol."""
    first = m.memory[ops.HEADER + 2 * pattern + 1]
    return first == ops.NO_SET or m.sets[first, symbol]


@compiled
def match(m: Machine, pattern: int, symbols: Symbols, begin: int, end: int, position: int) -> int:
    """Where a match that starts at `position` ends, in a text that is `symbols[begin:end]`; NO_MATCH or OVERFLOW."""
    memory, sets, groups = m.memory, m.sets, m.groups
    frames, registers = memory[ops.FRAMES], memory[ops.REGISTERS]
    full = frames + ops.WIDTH * (ops.STACK - 2)
    for slot in range(len(groups)):
        groups[slot] = -1
    pc, top, fits = memory[ops.HEADER + 2 * pattern], frames, True
    while True:
        if not fits:  # take back the last choice
            if top == frames:
                return NO_MATCH
            top -= ops.WIDTH
            kind, pc, position = memory[top], memory[top + 1], memory[top + 2]
            if kind == _RESTORE:
                groups[pc] = position
                continue
            fits = True
            if kind == _LESS:  # from the longest down to the shortest
                shortest, position = position, memory[top + 3] - 1
                if position > shortest:
                    memory[top + 3] = position
                    top += ops.WIDTH
            elif kind == _MORE:
                if position < end and sets[memory[pc + 1], symbols[position]]:
                    position += 1
                    memory[top + 2] = position
                    memory[top + 3] -= 1
                    top += ops.WIDTH if memory[top + 3] > 0 else 0
                    pc += ops.WIDTH
                else:
                    fits = False
                    continue
        if top >= full:
            return OVERFLOW
        operation = memory[pc]
        if operation == ops.OP_PRED:
            fits = position < end and sets[memory[pc + 1], symbols[position]]
            position += 1
            pc += ops.WIDTH
        elif operation == ops.OP_SPLIT:
            first = memory[pc + 3]
            if first != ops.NO_SET and not (position < end and sets[first, symbols[position]]):
                pc = memory[pc + 2]
            else:
                memory[top], memory[top + 1], memory[top + 2] = _WAY, memory[pc + 2], position
                top += ops.WIDTH
                pc = memory[pc + 1]
        elif operation == ops.OP_DISPATCH:
            pc = memory[memory[pc + 1] + (symbols[position] if position < end else memory[ops.END])]
            fits = pc != ops.FAIL
        elif operation == ops.OP_CHOICE:
            other = memory[memory[pc + 1] + (symbols[position] if position < end else memory[ops.END])]
            if other != ops.FAIL:
                memory[top], memory[top + 1], memory[top + 2] = _WAY, other, position
                top += ops.WIDTH
            pc += ops.WIDTH
        elif operation == ops.OP_JUMP:
            pc = memory[pc + 1]
        elif operation in (ops.OP_REPEAT, ops.OP_POSSESSIVE):
            kind, least, limit = memory[pc + 1], position + memory[pc + 2], min(end, position + memory[pc + 3])
            while position < limit and sets[kind, symbols[position]]:
                position += 1
            pc += ops.WIDTH
            fits = position >= least
            if operation == ops.OP_REPEAT and position > least:
                memory[top], memory[top + 1], memory[top + 2], memory[top + 3] = _LESS, pc, least, position
                top += ops.WIDTH
        elif operation in (ops.OP_NEAR, ops.OP_NOT_NEAR):
            near = position + memory[pc + 2]
            fits = (begin <= near < end and sets[memory[pc + 1], symbols[near]]) == (operation == ops.OP_NEAR)
            pc += ops.WIDTH
        elif operation == ops.OP_MATCH:
            return position
        elif operation in (ops.OP_LOOK, ops.OP_NOT_LOOK):
            register, behind = memory[pc + 1], position - memory[pc + 2]
            if behind < begin:
                fits = operation == ops.OP_NOT_LOOK
                pc = memory[pc + 3]
            else:
                memory[registers + 2 * register], memory[registers + 2 * register + 1] = top, position
                if operation == ops.OP_NOT_LOOK:
                    memory[top], memory[top + 1], memory[top + 2] = _WAY, memory[pc + 3], position
                    top += ops.WIDTH
                position = behind
                pc += ops.WIDTH
        elif operation == ops.OP_LOOK_END:
            top, position = memory[registers + 2 * memory[pc + 1]], memory[registers + 2 * memory[pc + 1] + 1]
            pc += ops.WIDTH
        elif operation == ops.OP_NOT_LOOK_END:
            top = memory[registers + 2 * memory[pc + 1]]
            fits = False
        elif operation == ops.OP_SAVE:
            slot = memory[pc + 1]
            memory[top], memory[top + 1], memory[top + 2] = _RESTORE, slot, groups[slot]
            top += ops.WIDTH
            groups[slot] = position
            pc += ops.WIDTH
        elif operation == ops.OP_BOUNDARY:
            before = position > begin and sets[memory[ops.WORD], symbols[position - 1]]
            after = position < end and sets[memory[ops.WORD], symbols[position]]
            fits = before != after
            pc += ops.WIDTH
        elif operation == ops.OP_LAZY:
            kind, least = memory[pc + 1], position + memory[pc + 2]
            while position < least and position < end and sets[kind, symbols[position]]:
                position += 1
            fits = position == least
            if fits and memory[pc + 3] > memory[pc + 2]:
                memory[top], memory[top + 1] = _MORE, pc
                memory[top + 2], memory[top + 3] = position, memory[pc + 3] - memory[pc + 2]
                top += ops.WIDTH
            pc += ops.WIDTH
        elif operation in (ops.OP_START, ops.OP_START_LINE):
            fits = position == begin or (
                operation == ops.OP_START_LINE and symbols[position - 1] == memory[ops.NEWLINE]
            )
            pc += ops.WIDTH
        elif operation in (ops.OP_END, ops.OP_END_LINE):
            last = operation == ops.OP_END_LINE or position == end - 1
            fits = position == end or (last and symbols[position] == memory[ops.NEWLINE])
            pc += ops.WIDTH
        elif operation == ops.OP_ATOM:
            memory[registers + 2 * memory[pc + 1]] = top
            pc += ops.WIDTH
        else:  # OP_ATOM_END
            top = memory[registers + 2 * memory[pc + 1]]
            pc += ops.WIDTH


@compiled
def find(m: Machine, pattern: int, symbols: Symbols, begin: int, end: int, position: int) -> tuple[int, int]:
    """Where the first match from `position` on starts and ends, in a text that is `symbols[begin:end]`.

    `(NO_MATCH, NO_MATCH)` where there is none, `(OVERFLOW, OVERFLOW)` where the machine gives up.
    """
    sets, first = m.sets, m.memory[ops.HEADER + 2 * pattern + 1]
    for start in range(position, end + 1):
        if start < end and first != ops.NO_SET and not sets[first, symbols[start]]:
            continue
        stop = match(m, pattern, symbols, begin, end, start)
        if stop >= 0:
            return start, stop
        if stop == OVERFLOW:
            return OVERFLOW, OVERFLOW
    return NO_MATCH, NO_MATCH
