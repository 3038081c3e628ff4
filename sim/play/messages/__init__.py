"""What passes between the table and its players, as data: orders and views."""
