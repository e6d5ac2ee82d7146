"""How large homework may be; what is larger gets a message that says so."""

MAX_TEXT = 2_000_000  # bytes, or characters, of one submission
MAX_FILE = 200_000_000  # bytes of one file
MAX_ENTRIES = 20  # use cases of one submission
MAX_LINES = 5_000  # lines of one submission that say something
MAX_AUTHORS = 2_000  # students in one text
LONG = 5_000  # characters of a line from which on it is read as one running text
