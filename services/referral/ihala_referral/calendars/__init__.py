"""Whose working time counts: calendars of organisations and operators, closures declared late, and services that promise to be faster."""
