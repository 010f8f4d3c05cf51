"""The trusted third party: references, the split of identifiers from attributes, requests and returns."""
