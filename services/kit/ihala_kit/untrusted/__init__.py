"""Files that strangers send: looked at before anything opens them (`container`), read by a process apart (`process`, `child`), and what
their cells mean (`texts`, `sheets`, `cells`). What a row is, and what is said about it, is the service's.
"""
