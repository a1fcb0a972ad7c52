"""What the attacks share: a world to attack in, a minimal server without mistakes, and the attackers' tools."""
