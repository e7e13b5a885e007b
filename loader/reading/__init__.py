"""Files as delivered, turned into sheets of text: nothing here knows what a column means."""
