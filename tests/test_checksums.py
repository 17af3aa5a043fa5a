import pytest

from crosslab.checksums import PLACE, own_checksum_holds, with_own_checksum

TEXT = f'{{"a": 1, "checksum": "{PLACE}", "b": "ä"}}\n'


def checksum_in(text):
    return text.split('"checksum": "')[1].split('"')[0]


def test_a_text_as_it_was_written_holds():
    text = with_own_checksum(TEXT)
    assert own_checksum_holds(text.encode(), checksum_in(text))


def test_a_change_of_any_byte_is_found_the_checksum_included():
    text = with_own_checksum(TEXT)
    for place in range(len(text.encode())):
        content = bytearray(text.encode())
        content[place] ^= 1
        start = text.index('"checksum": "') + len('"checksum": "')
        altered = content[start : start + 64].decode(errors="replace")
        for claimed in (checksum_in(text), altered):
            assert not own_checksum_holds(bytes(content), claimed), place


def test_what_is_added_or_cut_off_is_found():
    text = with_own_checksum(TEXT)
    assert not own_checksum_holds(text.encode() + b"\n", checksum_in(text))
    assert not own_checksum_holds(text.encode()[:-1], checksum_in(text))


@pytest.mark.parametrize("claimed", [None, "", 3, "0" * 64])
def test_a_text_without_its_checksum_does_not_hold(claimed):
    assert not own_checksum_holds(TEXT.encode(), claimed)
