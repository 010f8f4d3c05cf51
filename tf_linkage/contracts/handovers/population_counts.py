"""The one aggregate of the population that the study may see: how many families share a make-up.

It holds no reference to anybody. With it, disclosure control can say how rare a family is among all families and
not only among those of the study.
"""

from __future__ import annotations

from tf_linkage.contracts.columns import ColumnClass, Table, text, whole


class PopulationCounts(Table):
    """One row for each make-up of a family with children at the extract, in each local authority."""

    la_code = text(ColumnClass.QUASI, "Local authority", primary_key=True, regex=r"^E(0[6-9]|10)\d{6}$")
    adults = whole(ColumnClass.QUASI, "People of 18 or over in the household", primary_key=True)
    children = whole(ColumnClass.QUASI, "Children under 18 in the household", primary_key=True, least=1)
    children_ages = text(
        ColumnClass.QUASI, "Gender (f, m) and age of each child, youngest first, such as `m3 f7`", primary_key=True
    )
    families = whole(ColumnClass.ATTRIBUTE, "Families of that make-up", unit="families", least=1)
