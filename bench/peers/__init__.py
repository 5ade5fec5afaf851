"""The same workloads on what one would pick instead: `python -m bench peers`."""
