"""The outbox: pending deliveries, and the commands by which the relay makes them."""
