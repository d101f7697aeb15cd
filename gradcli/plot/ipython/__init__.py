"""The face of IPython, for what introductions write beside their code: `from IPython import display`."""
