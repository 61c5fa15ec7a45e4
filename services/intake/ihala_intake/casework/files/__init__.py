"""Files of a case: what kind they are by what is in them, and a clean copy made by a process of its own."""
