"""How much one file may be. Above any of these it is refused as a whole, and says why. See also ihala_kit.untrusted.limits."""

MOST_ROWS = 2000  # rows of a sheet, or services at locations of HSDS: what one transaction can take in some ten seconds
MOST_FAULTS = 5000  # then the report ends
LONGEST_CELL = 8000
PATIENCE_SECONDS = 0.5  # that due work waits for a child, before it does other work

BATCH = 100  # entries at once; and a transaction, where the good ones are to be loaded whatever the others are: under a second
