"""Who is on duty: the roster of an operator in a governorate, by which emergencies run on wall clock."""
