"""CBOR (RFC 8949): numbers written shortest, lengths that are stated, and nothing else."""


class Wrong(Exception):
    """What is judged breaks a rule."""


def need(holds, rule):
    if not holds:
        raise Wrong(rule)


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


class Cbor:
    """Reads one item strictly: shortest lengths, no indefinite ones, no key twice, nothing after the end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    @classmethod
    def read(cls, data):
        reader = cls(data)
        value = reader.item(0)
        need(reader.at == len(data), "CBOR: bytes follow the end")
        return value

    def take(self, count):
        need(self.at + count <= len(self.data), "CBOR: it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def item(self, depth):
        need(depth < 16, "CBOR: too deep")
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            need(info in (20, 21, 22), f"CBOR: simple value or float {info}")
            return {20: False, 21: True, 22: None}[info]
        if info < 24:
            number = info
        else:
            need(info <= 27, "CBOR: an indefinite or reserved length")
            size = 1 << (info - 24)
            number = int.from_bytes(self.take(size), "big")
            least = 24 if size == 1 else 1 << (4 * size)
            need(number >= least, "CBOR: a number that is not written shortest")
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major in (2, 3):
            text = self.take(number)
            return bytes(text) if major == 2 else self.utf8(text)
        if major == 6:
            return Tag(number, self.item(depth + 1))
        need(number <= len(self.data), "CBOR: a count beyond the bytes")
        if major == 4:
            return [self.item(depth + 1) for _ in range(number)]
        pairs = {}
        for _ in range(number):
            key = self.item(depth + 1)
            need(isinstance(key, (int, str)) and key not in pairs, "CBOR: a key twice, or of another type")
            pairs[key] = self.item(depth + 1)
        return pairs

    @staticmethod
    def utf8(text):
        try:
            return text.decode("utf-8")
        except UnicodeDecodeError:
            raise Wrong("CBOR: text that is not UTF-8") from None


def cbor_head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise Wrong("CBOR: a number beyond 64 bits")


def cbor_bytes(data):
    return cbor_head(2, len(data)) + data


def cbor_text(text):
    data = text.encode()
    return cbor_head(3, len(data)) + data
