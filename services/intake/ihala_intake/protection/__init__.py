"""What protects people from those who hold their data. Rules here are pure; `commands` apply them."""
