"""How much a file may be, in bytes unless said otherwise. It lies in PostgreSQL, sealed, in parts: no second store to back up, to erase
from and to keep in step with the rows; ten megabytes hold a photographed document or thirty scanned pages, and a part is one small
request, so that a lost line costs one part and the door's limit of one mebibyte stays for everybody."""

LARGEST = 10 * 1024 * 1024
PART = 512 * 1024
LARGEST_CLEAN = 2 * LARGEST  # what is drawn anew may be larger than what came
MOST_OF_A_CASE = 100  # files
MOST_PIXELS = 40_000_000
MOST_PAGES = 200
LONGEST_SIDE = 6000  # pixels; larger pictures are made smaller


def parts_of(size: int) -> int:
    """Return in how many parts so many bytes come."""
    return -(-size // PART)
