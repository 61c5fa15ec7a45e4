"""One readable journey for each situation that Ihala must handle from end to end. `make scenarios` prints a line for each."""
