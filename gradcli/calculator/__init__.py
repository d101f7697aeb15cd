"""The calculator: a question is read, computed by the engine, and verified."""
