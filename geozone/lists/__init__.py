"""Lists for people who supply data: what is declared, what is asked for, what is missing, and tables to fill in."""
