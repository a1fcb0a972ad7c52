"""What a trainer needs: seats and their cards, the class in one picture, slides.

It is never delivered to a learner.
"""
