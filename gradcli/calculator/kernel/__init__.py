"""What every command of the calculator is made of: a question is read, computed by the engine, and verified."""
