"""What tables of events add to what somebody outside may know of a person: kinds of offence, schooling."""
