"""How severe the failure of a check is: said on each check, where the graph shows it and tests hold it to it."""

from typing import Final

ERROR: Final = {"severity": "error"}
"""A failure is an error, always. What blocks is of this kind."""

DOUBT: Final = {"severity": "error; a warning where in doubt"}
"""An error where a bound is missed beyond sampling doubt, else a warning."""

CHOSEN: Final = {"severity": "error; a warning where the choices are not England's"}
"""An error, but a warning where the noise was chosen not to be England's."""
