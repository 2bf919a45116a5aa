"""Lessons: Markdown files that lead through moments, and the checks of what they say."""
