"""How much one file may be. Above any of these it is refused as a whole, and says why."""

MOST_ROWS = 2000
MOST_COLUMNS = 60
LONGEST_CELL = 4000
MOST_PARTS = 200  # files in a zip (an xlsx is a zip)
MOST_INFLATED_BYTES = 24 * 1024 * 1024  # all parts of a zip, counted while they are inflated
RATIO_FROM_BYTES = 2 * 1024 * 1024  # below that any ratio may be: a thousand like rows shrink to nothing
LARGEST_RATIO = 100

CHILD_SECONDS = 30.0  # of the clock
CHILD_CPU_SECONDS = 20
CHILD_BYTES = 1024 * 1024 * 1024  # of address space, of which Python and its libraries are about a third
CHILDREN = 2  # at once, in one process

BATCH = 25  # rows a transaction
