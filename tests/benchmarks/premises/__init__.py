"""Sentences whose premise is absent: how many of them the stories of many runs tell, before and now."""
