"""Asking how a person lives, by questionnaires that are data; the answers suggest how urgent it is, and a person decides."""
