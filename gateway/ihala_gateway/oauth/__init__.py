"""The authorisation server: who may have a token, what it says, and how it is checked."""
