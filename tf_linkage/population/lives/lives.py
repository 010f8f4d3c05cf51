"""What happens to people: work, crime, school, care, hardship, all from one life.

The list of domains.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tf_linkage.population.draws import Draws
from tf_linkage.population.lives.benefits_and_jobs import draw_work
from tf_linkage.population.lives.diverging import confounded
from tf_linkage.population.lives.hardship import draw_problems
from tf_linkage.population.lives.offending import custody_periods, draw_offences
from tf_linkage.population.lives.schooling import draw_schooling
from tf_linkage.population.people.care import draw_care
from tf_linkage.population.people.households import Families
from tf_linkage.population.settings import Settings


def live(
    settings: Settings, draws: Draws, families: Families, people: dict[str, NDArray[Any]]
) -> dict[str, dict[str, NDArray[Any]]]:
    """The lives of people, by table."""
    people = people | {"family": families["family"][people["row"]]}
    school_years, exclusions, results = draw_schooling(settings, draws, people)
    offences = draw_offences(settings, draws, people)
    lives = {
        "work": draw_work(settings, draws, people, custody_periods(offences)),
        "offences": offences,
        "school_years": school_years,
        "exclusions": exclusions,
        "results": results,
        "care": draw_care(settings, draws, people),
        "problems": draw_problems(settings, draws, people),
    }
    return confounded(settings, draws, people, lives)
