"""Change how an account logs in: enrolment, recovery, resynchronisation, a new password."""
