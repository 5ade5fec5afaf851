"""Recording what a service answers, without personal data, and comparing it with what numberkeep answers."""
