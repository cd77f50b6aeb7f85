"""How scores become a leaderboard."""
