"""What may leave: minimum counts, suppression, rounding."""

from tf_linkage.disclosure.files import spreadsheet_safe, write_csv
from tf_linkage.disclosure.findings import findings

__all__ = ["findings", "spreadsheet_safe", "write_csv"]
