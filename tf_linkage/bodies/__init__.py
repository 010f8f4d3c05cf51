"""How each body records the simulated population, with its own lags and errors."""
