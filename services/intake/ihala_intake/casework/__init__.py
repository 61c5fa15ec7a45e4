"""Case work: the file of a person or household in the hands of its operator, complaints about the work, and what a file holds."""
