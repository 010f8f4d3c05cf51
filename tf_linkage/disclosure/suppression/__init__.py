"""Primary and secondary suppression, and the attack that they must withstand."""
