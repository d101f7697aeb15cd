"""Faults, injected for real into every command: descriptors, signals, memory, disks, environments."""
