"""Dagster: assets, checks, jobs, resources and storage. An asset body is a few lines that call a room."""
