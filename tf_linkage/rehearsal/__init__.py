"""One simulated study as plain calls, without Dagster, and the accepted baseline made of many."""
