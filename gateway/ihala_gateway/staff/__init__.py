"""Staff: accounts of people, how they sign in, their sessions, and the pages for it."""
