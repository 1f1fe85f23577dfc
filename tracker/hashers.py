from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at OWASP's first recommendation (19 MiB, 2 passes, 1 lane): about 50 ms of one core a sign-in."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
