"""Long jobs, such as imports, which outlive the process that works on them."""
