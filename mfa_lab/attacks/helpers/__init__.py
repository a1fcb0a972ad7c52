"""Provide what the attacks share: a world to attack, a minimal server without mistakes, and the attackers' tools."""
