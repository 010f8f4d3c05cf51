"""The simulated world that a study's choices ask for."""

from tf_linkage.population.settings import Settings
from tf_linkage.study import Study


def settings_of(study: Study) -> Settings:
    """The settings of a study's simulated world."""
    return Settings(
        seed=study.seed,
        families=study.families,
        population=study.population,
        councils=study.councils,
        noise=study.noise.value,
        noise_multiplier=study.noise_multiplier,
        moves_together=study.moves_together,
        confounding=study.confounding.value,
        confounding_strength=study.confounding_strength,
        history_from=study.dates.history_from,
        identified_from=study.dates.identified_from,
        identified_to=study.dates.identified_to,
        extract=study.dates.extract,
    )
