"""What a custodian does with its part of a data folder: clerical review, files to be carried."""
