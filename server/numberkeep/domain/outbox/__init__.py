"""The outbox: deliveries that are pending, and the commands of the relay that makes them."""
