"""Services that are out of work on purpose: calls of theirs are refused with a word and a time, everything else goes on."""
