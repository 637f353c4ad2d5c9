"""Where drops lie, which of them a month uses, and bringing one to the local disk."""
