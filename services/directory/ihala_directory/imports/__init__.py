"""Entries that come from outside in files: partners' sheets (4W), and Open Referral (HSDS) as JSON or CSV; and the way out again.

A file is looked at for traps (`container`), read by a child process with limits of its own (`child`), kept as entries until it is
loaded (`work`) by the same commands as an officer's own edits, and forgotten. Its report stays.
"""
