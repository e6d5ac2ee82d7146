"""What can go wrong in a pilot, in words for the person who started it."""


class PilotError(Exception):
    """Input that cannot be piloted: what was expected, what was found, what to do next."""


class Cancelled(Exception):
    """The user stopped the run; what is finished stays."""
