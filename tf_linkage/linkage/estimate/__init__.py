"""m and u, learnt without labels; household members as a third class of pairs."""
