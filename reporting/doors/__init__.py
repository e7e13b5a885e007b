"""Where people come in: each door chooses what is asked and how it is drawn."""
