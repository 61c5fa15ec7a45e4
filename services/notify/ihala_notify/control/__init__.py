"""What an operator looks at and does about messages: what waits, what failed, and sending one again."""
