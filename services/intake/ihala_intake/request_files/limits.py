"""How much one file may be. Above any of these it is refused as a whole, and says why. See also ihala_kit.untrusted.limits."""

MOST_ROWS = 2000
LONGEST_CELL = 4000

BATCH = 25  # rows a transaction
