"""The one refusal of printing."""


class PrintError(Exception):
    """A print that cannot be made; the text is for the person who asked for it."""
