"""Requests from a spreadsheet: read in a process of its own, taken row by row by the same command as any other, with a report."""
