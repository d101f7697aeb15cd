"""The expression language: from text to a tree, from the tree to values, and the table of functions."""
