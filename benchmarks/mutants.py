"""A plugin of pytest: each mutant of a list runs in a fork of this process, against the tests that reach its function.

Tests are collected and modules imported once, not once a mutant. First all tests run without a mutant: all must pass,
and it is noted which test reaches which function and how long it takes. `mutation.py` begins it.
"""

import json
import os
import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut.state import state

UNDER_TEST = "MUTANT_UNDER_TEST"  # where mutmut's trampolines look
# A mutant may take so many times what its tests take without one, and so much more, in seconds.
PATIENCE, GRACE = 5, 10
WALL = 300  # seconds that a fork may wait for what never comes
MEMORY = 6 << 30  # bytes of address space: an endless list ends soon
SIGNS = {0: "survived", 1: "killed", 2: "killed"}
COST = 0.005  # seconds that pytest needs for a test that does nothing


@dataclass
class Reach:
    """Which tests reach a function, what each costs in seconds of CPU, and how many mutants each has killed."""

    items: list[pytest.Item]
    tests: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[float] = field(default_factory=list)
    kills: Counter[int] = field(default_factory=Counter)

    def of(self, mutant: str) -> list[int]:
        """The tests of a mutant: first those that kill most for what they cost."""
        found = self.tests[mutant.rpartition("__mutmut_")[0]]
        return sorted(found, key=lambda at: (self.seconds[at] + COST) / (self.kills[at] + 1))


def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of the usual loop."""
    reach = _reach(session)
    mutants = Path(os.environ["MUTANTS"]).read_text("utf-8").split()[::-1]
    kept = Path(os.environ["MUTANTS_RESULTS"])
    results: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    running: dict[int, str] = {}
    told, telling = os.pipe()
    most = int(os.environ["MUTANTS_AT_ONCE"])
    while mutants or running:
        if mutants and len(running) < most:
            mutant = mutants.pop()
            tests = reach.of(mutant)
            if not tests:
                results[mutant] = "no tests"
                continue
            running[_begun(mutant, tests, reach, telling)] = mutant
            continue
        pid, status = os.wait()
        if pid in running:
            code = os.waitstatus_to_exitcode(status)
            results[running.pop(pid)] = SIGNS.get(code, "time")
            if code == 1:
                reach.kills[int.from_bytes(os.read(told, 4), "little")] += 1
            kept.write_text(json.dumps(results, indent=0), "utf-8")
    return True


def _reach(session: pytest.Session) -> Reach:
    """Runs every test once, without a mutant, and with no fixture and nothing remembered from the one before.

    What a fixture calls is reached by every test that asks for it, not by the first alone.
    """
    os.environ[UNDER_TEST] = "stats"
    reach = Reach(session.items)
    for at, item in enumerate(session.items):
        _forget(session.path)
        begun = time.process_time()
        state()._stats.clear()  # noqa: SLF001 - where mutmut's trampolines note who was called
        if _fails(item, None):
            pytest.exit(f"{item.nodeid} fails without a mutant", returncode=3)
        reach.seconds.append(time.process_time() - begun)
        for function in state()._stats:  # noqa: SLF001
            reach.tests[function].append(at)
    return reach


def _begun(mutant: str, tests: list[int], reach: Reach, telling: int) -> int:
    """A fork that ends with 1 when a test fails, having told which, and with 0 when none does."""
    if child := os.fork():
        return child
    try:
        seconds = int(PATIENCE * sum(reach.seconds[at] for at in tests) + GRACE)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WALL)
        os.environ[UNDER_TEST] = mutant
        _forget(reach.items[0].session.path)
        for at, after in zip(tests, [*tests[1:], None], strict=True):
            if _fails(reach.items[at], None if after is None else reach.items[after]):
                os.write(telling, at.to_bytes(4, "little"))
                os._exit(1)
        os._exit(0)
    finally:
        os._exit(2)  # the test runner itself broke


def _forget(place: Path) -> None:
    """Clears what functions of the tests' own modules remember: it was made without the mutant."""
    for module in [*sys.modules.values()]:
        if (getattr(module, "__file__", None) or "").startswith(str(place / "tests")):
            for held in [*vars(module).values()]:
                if callable(clear := getattr(held, "cache_clear", None)):
                    clear()


def _fails(item: pytest.Item, after: pytest.Item | None) -> bool:
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=after))
