"""Tables of numbers, read and written in chunks of rows, so that their length costs no memory."""
