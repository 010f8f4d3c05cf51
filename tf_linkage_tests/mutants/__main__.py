"""What the tests notice: small faults put into the code one at a time, and the share that turns a test red.

`make test-mutants` draws places in the modules of `TARGETS` at random (`--seed`), puts one fault into each, and
runs the tests named for that module. Faults are cosmic-ray's; it works on copies of the tree, one for each process,
so that nothing here is touched. A fault that only a type annotation or a docstring shows is none. What survives is
printed with its place; what is known to make no difference, or is accepted, stands in `survivors.toml` with its
reason.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import multiprocessing
import os
import random
import shlex
import shutil
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test, mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.testing import run_tests
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome

from tf_linkage.progress import counted

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.toml")
TESTS = "tf_linkage_tests"

TARGETS: Mapping[str, Sequence[str]] = {
    "disclosure/suppression/attack.py": ["disclosure/suppression/test_attack.py", "disclosure/suppression"],
    "disclosure/suppression/linked_counts.py": ["disclosure/suppression/test_attack.py", "disclosure/suppression"],
    "disclosure/suppression/rules.py": ["disclosure/suppression/test_rules.py", "disclosure/suppression"],
    "disclosure/suppression/secondary.py": ["disclosure/suppression/test_secondary.py", "disclosure/suppression"],
    "defs/checks/checks.py": ["defs/checks", "defs/test_graph.py"],
    "defs/gates.py": ["defs/test_gates.py", "defs/checks/test_every_check.py", "defs/test_graph.py"],
    "defs/checks/leaks.py": ["defs/checks/test_every_check.py", "defs/test_graph.py"],
    "defs/assets/published.py": [
        "defs/checks/test_every_check.py",
        "defs/test_graph.py",
        "defs/assets/test_published.py",
    ],
    "defs/assets/microdata_risk.py": ["defs/checks/test_every_check.py", "defs/test_graph.py"],
    "custody/vault/vault.py": ["custody/vault/test_vault.py", "custody/vault"],
    "custody/vault/locks.py": ["custody/vault"],
    "custody/vault/destruction.py": ["custody/vault/test_destruction.py", "custody/vault"],
    "custody/vault/retention.py": ["custody/vault"],
    "custody/vault/clock.py": ["custody/vault"],
    "custody/vault/passwords.py": ["custody/vault"],
    "custody/vault/clerks_desk.py": ["custody/vault/test_clerks_desk.py", "custody/vault"],
    "linkage/resolve/assignment.py": ["linkage/resolve"],
    "linkage/resolve/decision.py": [
        "linkage/resolve",
        "linkage/estimate/test_strata.py",
        "linkage/test_link.py",
        "linkage/test_duckdb_engine.py",
    ],
    "linkage/score/weights.py": ["linkage/score", "linkage/resolve", "linkage/estimate/test_strata.py"],
}
"""Modules whose faults matter most, and the tests that have to notice them, the quickest first."""

LEFT_OUT = "not calibrated and not possible_lives and not noise_as_requested"
"""Tests that need a finished run of the main job: minutes, for each mutant."""

AIM = 0.90
"""Share of mutants killed, of those that are not accounted for in `survivors.toml`."""

PATIENCE = 300
"""Seconds after which a mutant's tests are taken to hang, which counts as noticed."""


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        module: below `tf_linkage/`.
        operator: cosmic-ray's name of the kind of fault.
        occurrence: which place of that kind in the module.
        definition: the function or class that it is in.
        was: the line before.
        becomes: the line after.
    """

    module: str
    operator: str
    occurrence: int
    definition: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.module} {self.definition}\n    - {self.was}\n    + {self.becomes}"

    @property
    def place(self) -> tuple[str, str, str]:
        """By what a fault is known as long as its line stays as it is."""
        return self.module, self.was, self.becomes


def main() -> int:
    """Draw, run, print. Not zero where fewer than `AIM` are killed, of those not accounted for."""
    asked = _asked()
    started = time.monotonic()
    known = {(row["module"], row["was"], row["becomes"]): row["reason"] for row in _known()}
    if asked.again:
        drawn = [Mutant(**row) for row in json.loads(asked.again.read_text())]
    else:
        drawn = _drawn(asked.seed, asked.mutants)
    print(f"{len(drawn)} mutants of {len(TARGETS)} modules, seed {asked.seed}", flush=True)
    if red := _red_without_any(asked.processes, sorted({mutant.module for mutant in drawn})):
        print(f"the tests of {', '.join(red)} are red without any fault, so that nothing is told by them")
        return 2
    survivors, tried = [], Counter[str]()
    for number, (mutant, survived) in enumerate(_tried(drawn, asked.processes), start=1):
        tried[mutant.module] += 1
        if survived:
            survivors.append(mutant)
            print(f"survived ({number} of {len(drawn)}): {mutant}", flush=True)
    named = [mutant for mutant in survivors if mutant.place in known]
    left = [mutant for mutant in survivors if mutant.place not in known]
    lost = Counter(mutant.module for mutant in survivors)
    for module in TARGETS:
        if tried[module]:
            print(f"{module}: {tried[module] - lost[module]} of {tried[module]} killed")
    killed = len(drawn) - len(survivors)
    share = killed / max(1, len(drawn) - len(named))
    minutes = (time.monotonic() - started) / 60
    print(
        f"{killed} of {len(drawn)} mutants killed ({killed / max(1, len(drawn)):.1%}); {len(named)} survivors "
        f"named with their reason, {len(left)} not; {share:.1%} of those not named; {minutes:.0f} minutes"
    )
    if asked.left:
        asked.left.write_text(json.dumps([asdict(mutant) for mutant in left], indent=1))
    return 0 if share >= AIM else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make test-mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=2015, help="of the draw")
    parser.add_argument("--mutants", type=int, default=300, help="how many are drawn")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--left", type=Path, help="file to which survivors without a reason are written")
    parser.add_argument("--again", type=Path, help="such a file: its mutants are tried again instead of a draw")
    return parser.parse_args()


def _known() -> list[dict[str, str]]:
    return list(tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", []))


def _drawn(seed: int, number: int) -> list[Mutant]:
    """So many mutants: places drawn without replacement over all modules, one fault at each, in order of module."""
    places: dict[tuple[str, tuple[int, int]], list[MutationSpec]] = {}
    for spec in _possible():
        places.setdefault((str(spec.module_path), spec.start_pos), []).append(spec)
    rng = random.Random(seed)
    keys = sorted(places)
    rng.shuffle(keys)
    found: list[Mutant] = []
    for key in keys:
        specs = sorted(places[key], key=lambda spec: (spec.operator_name, spec.occurrence))
        rng.shuffle(specs)
        if len(found) < number and (mutant := next(filter(None, map(_mutant, specs)), None)):
            found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.module, mutant.operator, mutant.occurrence))


def _possible() -> Iterator[MutationSpec]:
    paths = [ROOT / "tf_linkage" / module for module in TARGETS]
    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder) / "all.sqlite", WorkDB.Mode.create) as work:
        init(paths, work, {})
        for item in work.work_items:
            yield from item.mutations


def _mutant(spec: MutationSpec) -> Mutant | None:
    """The fault, or None where it changes nothing but annotations and docstrings, or is no Python."""
    before = spec.module_path.read_text(encoding="utf-8")
    after = mutate_code(before, get_operator(spec.operator_name)(**spec.operator_args), spec.occurrence)
    try:
        if after is None or _does(before) == _does(after):
            return None
    except SyntaxError:
        return None
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    was, becomes = next(((one.strip(), other.strip()) for one, other in lines if one != other), ("", ""))
    module = spec.module_path.relative_to(ROOT / "tf_linkage").as_posix()
    return Mutant(module, spec.operator_name, spec.occurrence, spec.definition_name or "", was, becomes)


def _does(source: str) -> str:
    """What code does: its syntax without annotations and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(value=None)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _red_without_any(processes: int, modules: Sequence[str]) -> list[str]:
    """Modules whose tests fail as the code stands."""
    kinds = {tuple(TARGETS[module]): module for module in modules}
    with _pool(processes) as pool:
        results = list(pool.map(_as_it_stands, kinds.values()))
    red = {module: said for module, (green, said) in zip(kinds.values(), results, strict=True) if not green}
    for said in red.values():
        print("\n".join(said.splitlines()[-20:]))
    return list(red)


def _tried(drawn: Sequence[Mutant], processes: int) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant and whether it survived, as they are done."""
    with _pool(processes) as pool:
        waiting = {pool.submit(_survives, mutant): mutant for mutant in drawn}
        for done in counted(as_completed(waiting), "mutants tried", print, of=len(waiting)):
            yield waiting[done], done.result()


@contextlib.contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that each work in a copy of the tree."""
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(processes, mp_context=context, initializer=_moved_in, initargs=(folder,)) as pool,
    ):
        yield pool


def _moved_in(folder: str) -> None:
    """A copy of the tree of this process's own, in which it works."""
    copy = Path(folder) / str(os.getpid())
    copy.mkdir()
    for name in ("tf_linkage", TESTS, "docs", "examples"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.glob("*.*"):
        if path.is_file():
            shutil.copy(path, copy / path.name)
    os.chdir(copy)
    os.environ |= {"PYTHONPATH": str(copy), "PYTHONHASHSEED": "0", "DAGSTER_DISABLE_TELEMETRY": "1"}
    os.environ.pop("DAGSTER_HOME", None)


def _as_it_stands(module: str) -> tuple[bool, str]:
    outcome, said = run_tests(_command(module), PATIENCE)
    return outcome is TestOutcome.SURVIVED, said


def _command(module: str) -> str:
    tests = " ".join(f"{TESTS}/{part}" for part in TARGETS[module])
    return f"{shlex.quote(sys.executable)} -m pytest -x -q -p no:cacheprovider -k '{LEFT_OUT}' {tests}"


def _survives(mutant: Mutant) -> bool:
    """Whether no test named for its module turns red."""
    path = Path("tf_linkage") / mutant.module
    spec = MutationSpec(path, mutant.operator, mutant.occurrence, (0, 0), (0, 1))
    result = mutate_and_test([spec], _command(mutant.module), PATIENCE)
    if result.test_outcome is None or result.test_outcome is TestOutcome.INCOMPETENT:
        raise RuntimeError(f"this mutant could not be tried: {mutant}\n{result.output}")
    return result.test_outcome is TestOutcome.SURVIVED


if __name__ == "__main__":
    sys.exit(main())
