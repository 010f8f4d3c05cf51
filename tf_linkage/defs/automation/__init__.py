"""What happens without a click: dead runs ended, arrivals noticed, alarms."""
