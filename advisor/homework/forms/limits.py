"""How large homework may be; what is larger gets a message that says so."""

MAX_TEXT = 2_000_000  # bytes, or characters, of one submission
MAX_FILE = 200_000_000  # bytes of one file
MAX_ENTRIES = 20  # use cases of one submission
MAX_LINES = 5_000  # lines of one submission that say something
MAX_AUTHORS = 2_000  # students in one text
LONG = 5_000  # characters of a line from which on it is read as one running text


def too_long(size: int, most: int = MAX_TEXT) -> str:
    """What to say of a submission of ``size`` bytes, or more, where ``most`` are read."""
    return (f"expected at most {most / 1e6:.0f} MB in one submission, found {size / 1e6:,.1f} MB "
            "or more; hand in the use cases alone")


def too_many(count: int) -> str:
    """What to say of a submission of ``count`` use cases."""
    return (f"expected at most {MAX_ENTRIES} use cases in one submission, found {count}; "
            "hand in the five of the homework, or one file for each student")
