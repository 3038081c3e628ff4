"""One run by itself: told as a story, explained choice by choice, and traced back from an event to its root."""
