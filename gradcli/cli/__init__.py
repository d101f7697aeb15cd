"""The command line: one short file a command, each of which parses, makes one call and renders once."""
