"""A scenario to take away: as a script, or as a notebook."""
