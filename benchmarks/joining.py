"""What two projects' extracts still join by, reference and order aside: by coarse columns and by whole histories.

Run after `make run`, with the same choices: python benchmarks/joining.py. Two recipients of the same study compare
their research tables; who is alone in what both tables say is found again. Prints the share, table by table.
"""

from tf_linkage.contracts.outputs.research import RESEARCH_TABLES
from tf_linkage.custody.audit.joining import by_attributes, history_of
from tf_linkage.workspace.choices import chosen_study
from tf_linkage.workspace.folder import store_of

REF = "person_study_ref"
COARSE = ["age_band", "gender", "region"]


def main() -> None:
    """Measure and print."""
    store = store_of(chosen_study())
    stored = store.read(["research", "tables"])
    assert isinstance(stored, dict)  # noqa: S101 - a set of tables
    tables = {name: stored[name].collect() for name in RESEARCH_TABLES if REF in stored[name].collect_schema()}
    # Another recipient's table says the same under other references: the reference is the judge's alone here.
    people = tables["people"]
    rows = [("people", ", ".join(COARSE), by_attributes(people, people, COARSE, REF))]
    everything = [column for column in people.columns if column != REF]
    rows.append(("people", "every column", by_attributes(people, people, everything, REF)))
    for name, table in tables.items():
        if name != "people":
            history = history_of(table, REF)
            rows.append((name, "whole history", by_attributes(history, history, ["history"], REF)))
    print(f"{'table':<20}{'joined by':<28}{'people':>9}{'found again':>13}")
    for name, what, found in rows:
        print(f"{name:<20}{what:<28}{found.people:>9,}{found.share:>13.1%}")


if __name__ == "__main__":
    main()
