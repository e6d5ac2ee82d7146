"""Homework review: five use cases with an approach and its reasoning, a class of hundreds."""
