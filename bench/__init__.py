"""What numberkeep costs, as ratios: `make bench`."""
