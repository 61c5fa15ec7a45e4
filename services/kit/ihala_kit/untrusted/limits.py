"""What reading one file may cost, in every service. How many rows it may have, and how long they may be, each service says itself."""

MOST_PARTS = 200  # files in a zip (an xlsx is a zip)
MOST_INFLATED_BYTES = 24 * 1024 * 1024  # all parts of a zip, counted while they are inflated
MOST_SIDE_BYTES = 1024 * 1024  # a part that is neither rows nor their texts (styles, themes, relations): each byte of it costs a hundred
RATIO_FROM_BYTES = 2 * 1024 * 1024  # below that any ratio may be: a thousand like rows shrink to nothing
LARGEST_RATIO = 100
MOST_COLUMNS = 80

CHILD_SECONDS = 30.0  # of the clock
CHILD_CPU_SECONDS = 20
CHILD_BYTES = 1024 * 1024 * 1024  # of address space, of which Python and its libraries are about a third
CHILD_ANSWER_BYTES = 64 * 1024 * 1024
CHILDREN = 2  # at once, in one process
