"""What a trainer needs: seats and their cards, the class in one picture, slides. Never delivered to a learner."""
