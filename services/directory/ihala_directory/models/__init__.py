"""The bodies of directory's HTTP side, version 1."""
