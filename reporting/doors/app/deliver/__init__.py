"""The pages on which people deliver files and answer what is open."""
