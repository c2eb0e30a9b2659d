"""Bytes that are the same everywhere, for golden values."""


def noise(count, seed):
    """Bytes from a linear congruential generator."""
    state, values = seed, []
    for _ in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state >> 24)
    return values
