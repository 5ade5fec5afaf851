"""Benchmarks of numberkeep, as ratios: `make bench`."""
