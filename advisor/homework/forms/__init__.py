"""The forms in which homework is handed in, each read into use cases; ``parse`` is the door."""
