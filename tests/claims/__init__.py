"""The claims of the article, each held to the theatre: one row of a table for each, one test for all."""
