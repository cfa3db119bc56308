"""What the policy documents demand, clause by clause; held against their text, each other and arithmetic."""
