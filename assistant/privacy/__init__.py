"""The person's own say: what they allow, what is never inferred, under what name they are known here."""
