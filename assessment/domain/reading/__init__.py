"""Reading a report's text: its figures, what they name, and whether they are those of the data table."""
