"""One file a command, and its helpers beside it."""
