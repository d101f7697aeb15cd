"""Data to Rich renderables, JSON documents and text. Nothing here prints."""
