"""A mail server on this machine that keeps what it is sent, for tests."""

from email import message_from_bytes, policy


class Box:
    """What a mail server took; letters to the addresses in `refused` it turns away."""

    def __init__(self):
        self.letters, self.refused = [], set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return "550 Synthetic refusal"
        envelope.rcpt_tos.append(address)
        return "250 Known"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Taken"

    def take(self):
        """(address, subject, text) of the letters since the last time, by address."""
        taken, self.letters = self.letters, []
        return sorted((str(letter["To"]), str(letter["Subject"]), letter.get_content()) for letter in taken)
