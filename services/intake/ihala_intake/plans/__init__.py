"""What a person and the office agreed to reach, and by which steps; also where a return programme made the plan before."""
