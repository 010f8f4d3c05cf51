"""Where each column comes from, as the graph has it: words for a page's *Columns*, column lineage for tools."""

from collections.abc import Iterator, Mapping

import dagster as dg

from tf_linkage.contracts.provenance import Source, in_words, provenance


def origins(key: str) -> dict[str, dict[str, str]]:
    """By table and column of an asset, where the column comes from, in words; nothing where it begins."""
    return {
        table: {column: in_words(sources) for column, sources in columns.items() if sources}
        for table, columns in provenance().get(key, {}).items()
    }


def column_lineage(key: str) -> dict[str, dg.TableColumnLineage]:
    """The same as Dagster's metadata of a definition, which tools read and the open-source UI does not show."""
    tables = provenance().get(key)
    if tables is None:
        return {}
    deps = {
        f"{table}.{column}" if table else column: [
            dg.TableColumnDep(dg.AssetKey(asset.split("/")), f"{source}.{name}" if source else name)
            for asset, source, name in dict.fromkeys(_from_other_assets(key, sources))
        ]
        for table, columns in tables.items()
        for column, sources in columns.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)}


def _from_other_assets(key: str, sources: tuple[Source, ...]) -> Iterator[Source]:
    """The sources, those within the asset itself followed to where they enter it."""
    own: Mapping[str, Mapping[str, tuple[Source, ...]]] = provenance()[key]
    for source in sources:
        if source[0] == key:
            yield from _from_other_assets(key, own[source[1]][source[2]])
        else:
            yield source
