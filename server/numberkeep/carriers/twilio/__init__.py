"""Twilio as a carrier."""
