"""Breaks the modules that everything passes through, one small change each time, and counts what no test notices.

    python benchmarks/mutation.py                      every group
    python benchmarks/mutation.py text titles --show   two of them, survivors as diffs
    python benchmarks/mutation.py titles --sample 60   a fixed sample

mutmut makes the mutants; `mutants.py` runs each against the tests of its group that reach its function. What is
printed: a row a module, and the survivors. With `--work` the results are kept, and `--again` tries once more those that
were not killed. Exits 1 where a group has fewer than `--least` percent killed.
"""

import argparse
import ast
import difflib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
COPIED = ("src", "tests", "data", "models")
KILLED = {"killed", "time"}  # a test failed, or the tests came to no end


@dataclass(frozen=True, slots=True)
class Group:
    """Modules of `postclass`, and the tests that speak of them and need no cluster and no browser."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    without: tuple[str, ...] = ()  # tests that take long and notice what others notice too


GROUPS = {
    "text": Group(("text",), ("test_text",), ("test_text.py::test_hostile_shapes_run_to_the_end",)),
    "titles": Group(("titles",), ("test_titles",)),
    "judge": Group(("judge",), ("test_judge", "test_frames", "test_public_api", "test_language", "test_ordinal")),
    "modelfile": Group(("modelfile",), ("test_modelfile", "test_ordinal", "test_owntraits")),
    "sources": Group(
        ("sources",),
        ("test_sources", "test_chunks", "test_folders", "test_inputs", "test_xlsxrows"),
        ("test_folders.py::test_addresses_of_folders",),
    ),
    "sinks": Group(("sinks",), ("test_sinks", "test_outputs")),
    "verdicts": Group(("report.words", "report.text", "report.page"), ("test_report",)),
    "audits": Group(
        ("report.annotations", "report.auditfile", "report.auditjson", "report.auditpage", "report.auditsheet",
         "report.auditwords"),
        ("test_auditfile", "test_auditpage", "test_auditwords"),
    ),
}  # fmt: skip


class Bench:
    """A copy of the project in which a group's modules hold all their mutants, switched by a variable."""

    def __init__(self, group: Group, place: Path) -> None:
        self._group, self.place = group, place
        for name in COPIED:
            shutil.rmtree(place / name, ignore_errors=True)
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__", "browser"))
        shutil.copy(ROOT / "pyproject.toml", place)
        self.mutants: dict[str, list[str]] = {}
        for module in group.modules:
            path = self._path(module)
            mutated = mutate_file_contents(str(path), path.read_text("utf-8"))
            path.write_text(mutated.code, "utf-8")
            self.mutants[module] = [f"postclass.{module}.{name}" for name in mutated.mutant_names]

    def _path(self, module: str) -> Path:
        return self.place / "src" / "postclass" / f"{module.replace('.', '/')}.py"

    def run(self, mutants: Sequence[str], results: Path, *, at_once: int) -> None:
        """Adds what became of each mutant to a file of results."""
        listed = self.place / "mutants.txt"
        listed.write_text("\n".join(mutants), "utf-8")
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join((str(self.place / "src"), str(HERE))),  # what tests start imports them too
            "MUTANTS": str(listed),
            "MUTANTS_RESULTS": str(results),
            "MUTANTS_AT_ONCE": str(at_once),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "mutants", "-p", "no:cacheprovider", "--basetemp=tmp",
                   "-o", "tmp_path_retention_policy=none"]  # fmt: skip
        command += [f"tests/{test}.py" for test in self._group.tests]
        command += [f"--deselect=tests/{test}" for test in self._group.without]
        done = subprocess.run(  # noqa: S603 - pytest and our own arguments
            command, cwd=self.place, env=environment, capture_output=True, text=True, check=False
        )
        shutil.rmtree(self.place / "tmp", ignore_errors=True)
        if done.returncode:
            sys.exit(f"pytest failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")

    @cache  # noqa: B019 - a bench lives as long as the command
    def _bodies(self, module: str) -> dict[str, list[str]]:
        """The lines of a module's functions under their names, every mutant's among them."""
        source = self._path(module).read_text("utf-8")
        lines = source.splitlines()
        functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
        return {node.name: lines[node.lineno : node.end_lineno] for node in functions}

    def diff(self, mutant: str) -> str:
        """What a mutant changes."""
        module, _, name = mutant.removeprefix("postclass.").rpartition(".")
        bodies = self._bodies(module)
        before = bodies[f"{name.rpartition('__mutmut_')[0]}__mutmut_orig"]
        return "\n".join([*difflib.unified_diff(before, bodies[name], n=0, lineterm="")][3:])


def report(mutants: dict[str, list[str]], found: dict[str, str]) -> Iterator[str]:
    """A row a module: those that were tried, killed, survived, and the share of killed ones."""
    for module, names in mutants.items():
        tried = [found[name] for name in names if name in found]
        killed = sum(status in KILLED for status in tried)
        yield f"| {module} | {len(tried)} | {killed} | {len(tried) - killed} | {_percent(killed, len(tried)):.1f} % |"


def _percent(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def mutate(name: str, place: Path, options: argparse.Namespace) -> float:
    """Runs a group's mutants and prints what came of them; the share of killed ones in percent."""
    place.mkdir(parents=True, exist_ok=True)
    kept = place / "results.json"
    bench = Bench(GROUPS[name], place)
    chosen = [mutant for names in bench.mutants.values() for mutant in names]
    if options.again and kept.exists():
        before = json.loads(kept.read_text("utf-8"))
        chosen = [mutant for mutant in chosen if before.get(mutant) not in KILLED]
    else:
        kept.unlink(missing_ok=True)
    if options.sample:
        # the same ones each time, as long as the code is the same
        chosen = random.Random(0).sample(chosen, min(options.sample, len(chosen)))  # noqa: S311 - no secret
    bench.run(chosen, kept, at_once=options.at_once)
    known = {mutant for names in bench.mutants.values() for mutant in names}
    found = {mutant: status for mutant, status in json.loads(kept.read_text("utf-8")).items() if mutant in known}
    print(*report(bench.mutants, found), sep="\n", flush=True)
    for mutant in sorted(found):
        if found[mutant] not in KILLED:
            print(f"    {mutant} {found[mutant]}", flush=True)
            if options.show:
                print(bench.diff(mutant), flush=True)
    return _percent(sum(status in KILLED for status in found.values()), len(found))


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all of them without")
    parser.add_argument("--work", type=Path, help="where copies and results are kept; a temporary directory without")
    parser.add_argument("--again", action="store_true", help="try only those that were not killed before")
    parser.add_argument("--show", action="store_true", help="show survivors as diffs")
    parser.add_argument("--sample", type=int, default=0, help="so many of each group, always the same ones")
    parser.add_argument("--at-once", type=int, default=2, help="processes at a time")
    parser.add_argument("--least", type=float, default=90.0, help="percent that must be killed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        print("| module | mutants | killed | survived | killed |\n|---|---|---|---|---|", flush=True)
        shares = [mutate(name, work / name, options) for name in options.groups or GROUPS]
    return int(min(shares) < options.least)


if __name__ == "__main__":
    sys.exit(main())
