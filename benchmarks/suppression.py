"""What rounding spares: numbers withheld next to the sensitive ones, in tables shown exactly and rounded to five.

Prints, over twenty random tables of 10 by 6 with margins: sensitive numbers, those that an attacker finds exactly
or narrows too far when they alone are withheld, and how many more are withheld against it.
"""

import itertools
import random
import time

from tf_linkage.disclosure.suppression.attack import exposed, intervals
from tf_linkage.disclosure.suppression.linked_counts import Key, Quantity, Relation, System
from tf_linkage.disclosure.suppression.rules import few, open_count
from tf_linkage.disclosure.suppression.secondary import protect

ROWS, COLUMNS, TABLES, MEAN = 10, 6, 20, 25


def table(seed: int, grid: float) -> System:
    """A table of counts with its margins."""
    rng = random.Random(seed)
    cells = {at: int(rng.expovariate(1 / MEAN)) for at in itertools.product(range(ROWS), range(COLUMNS))}
    lines = {("row", i): [at for at in cells if at[0] == i] for i in range(ROWS)}
    lines |= {("column", j): [at for at in cells if at[1] == j] for j in range(COLUMNS)}

    def number(value: int, cost: float) -> Quantity:
        return Quantity(value, grid, open_count(value) if few(value, value) else None, least=10, cost=cost)

    name: dict[tuple[int, int], Key] = {at: (str(at[0]), str(at[1])) for at in cells}
    quantities = {name[at]: number(value, 1) for at, value in cells.items()}
    relations = []
    for (kind, i), line in lines.items():
        quantities[kind, str(i)] = number(sum(cells[at] for at in line), 2)
        relations.append(Relation(((kind, str(i)),), tuple(name[at] for at in line)))
    quantities["all",] = number(sum(cells.values()), 4)
    for kind in ("row", "column"):
        relations.append(Relation((("all",),), tuple((k, str(i)) for k, i in lines if k == kind)))
    return System(quantities, relations)


def main() -> None:
    """Print the comparison."""
    print(
        f"{'shown':<14}{'sensitive':>10}{'found exactly':>15}{'too narrow':>12}{'withheld more':>15}{'seconds':>9}"
    )
    for grid, words in ((1, "exactly"), (5, "rounded to 5")):
        sensitive = exact = narrow = more = 0
        began = time.perf_counter()
        for seed in range(TABLES):
            system = table(seed, grid)
            primary = {key for key, quantity in system.quantities.items() if quantity.need is None}
            found = intervals(system, primary, system.sensitive())
            sensitive += len(found)
            exact += sum(low == high for low, high in found.values())
            narrow += len(exposed(system, primary))
            more += len(protect(system).secondary)
        spent = time.perf_counter() - began
        print(f"{words:<14}{sensitive:>10}{exact:>15}{narrow:>12}{more:>15}{spent:>9.1f}")


if __name__ == "__main__":
    main()
