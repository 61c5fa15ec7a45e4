"""The way of every request: look, decide, pass on or answer. No framework, and no database on the way."""
