"""Messages between an account and phones."""
