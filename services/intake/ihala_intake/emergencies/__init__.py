"""Emergencies: taken only where the owning operator has somebody on duty, and answered with whom to call at once."""
