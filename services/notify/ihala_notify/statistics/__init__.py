"""What became of messages, in daily sums by channel, route, language, template and status. Nothing here is about one need."""
