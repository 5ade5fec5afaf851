"""The same workloads on alternatives to numberkeep: `python -m bench peers`."""
