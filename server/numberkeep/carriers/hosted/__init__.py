"""The hosted service as a carrier."""
