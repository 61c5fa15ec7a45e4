"""How much one file may be. Above any of these it is refused as a whole, and says why."""

MOST_ROWS = 2000  # rows of a sheet, or services at locations of HSDS: what one transaction can take in some ten seconds
MOST_COLUMNS = 80
MOST_FAULTS = 5000  # then the report ends
MOST_PARTS = 200  # files in a zip (an xlsx is a zip)
MOST_INFLATED_BYTES = 24 * 1024 * 1024  # all parts of a zip, counted while they are inflated
MOST_SIDE_BYTES = 1024 * 1024  # a part that is neither rows nor their texts (styles, themes, relations): each byte of it costs a hundred
RATIO_FROM_BYTES = 2 * 1024 * 1024  # below that any ratio may be: a thousand like rows shrink to nothing
LARGEST_RATIO = 100
LONGEST_CELL = 8000

CHILD_SECONDS = 30.0  # of the clock
CHILD_CPU_SECONDS = 20
CHILD_BYTES = 1024 * 1024 * 1024  # of address space, of which Python and its libraries are about a third
CHILD_ANSWER_BYTES = 64 * 1024 * 1024
PATIENCE_SECONDS = 0.5  # that due work waits for a child, before it does other work
CHILDREN = 2  # at once, in one process

BATCH = 100  # entries at once; and a transaction, where the good ones are to be loaded whatever the others are: under a second
