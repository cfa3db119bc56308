"""Find what is wrong in a layer; repair it with every change recorded."""
