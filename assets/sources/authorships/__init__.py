"""Who publishes how much, and with whom, from authorships larger than memory."""
