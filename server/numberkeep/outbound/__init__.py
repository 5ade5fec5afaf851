"""What leaves the service: events to webhooks, messages to senders. See service/outlets.py for what is promised."""
