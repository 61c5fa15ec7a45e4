"""What people were given: cash, things, grants; in parts where that was agreed; and whether somebody else gave the same."""
