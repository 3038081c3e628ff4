"""A record held against the model, and the model against a record."""
