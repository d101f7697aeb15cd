"""Random inputs for everything that reads any, what is wrong with the answers, and the smallest inputs that show it."""
