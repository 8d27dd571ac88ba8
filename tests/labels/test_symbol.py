"""The QR symbol: exactly the library's, at the right level, and never too small to be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import MODE_ALPHA_NUM, QRData

from labels import codes
from labels.symbol import LEVELS, MASK, level, payload, symbol

any_code = st.randoms(use_true_random=False).map(lambda random: codes.make(random.randrange))
HOSTS = ("ARKIV.EXEMPEL.SE", "arkivet.exempel.se", "a.se", "localhost:8000", "arkivhotell.exempelkommun.se")


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(HOSTS), any_code, st.sampled_from([40.0, 14.9]))
def test_a_symbol_is_module_for_module_the_one_the_qrcode_library_makes(host, code, edge):
    correction = ERROR_CORRECT_Q if edge >= 15 else ERROR_CORRECT_M
    library = QRCode(error_correction=correction, mask_pattern=MASK, border=0)
    library.add_data(QRData(f"HTTPS://{host.upper()}/S/{code}".encode(), mode=MODE_ALPHA_NUM), optimize=0)
    library.make(fit=True)
    expected = ["".join("1" if dark else "0" for dark in row) for row in library.modules]
    assert symbol(host, code, edge).rows() == expected


def test_the_payload_is_upper_case_so_that_the_symbol_stays_small():
    assert payload("arkiv.exempel.se", "A1B2C3D4EK") == "HTTPS://ARKIV.EXEMPEL.SE/S/A1B2C3D4EK"


def test_the_level_is_q_but_m_on_a_small_label():
    assert [level(edge) for edge in (60, 15, 14.9, 5)] == ["Q", "Q", "M", "M"]
    assert LEVELS[-1][0] == 0


@pytest.mark.parametrize(
    ("host", "modules"), [("ARKIV.SE", 25), ("ARKIV.EXEMPEL.SE", 29), ("ARKIVHOTELL.EXEMPELKOMMUN.SE", 33)]
)
def test_the_version_is_the_smallest_that_holds_the_payload(host, modules):
    assert symbol(host, codes.make(), 30).size == modules


def test_a_symbol_too_small_to_be_read_is_refused():
    code = codes.make()
    assert symbol("ARKIV.EXEMPEL.SE", code, 13.3)
    with pytest.raises(ValueError, match="larger label"):
        symbol("ARKIVHOTELL.EXEMPELKOMMUN.SE", code, 13.3)


@pytest.mark.parametrize(
    "host", ["", "arkiv exempel.se", "arkiv/se", "arkiv.se/x", "åkiv.se", "a" * 61, ".se", "a.se:", "a.se\n"]
)
def test_what_is_no_host_name_is_refused(host):
    with pytest.raises(ValueError, match="host name"):
        payload(host, "A1B2C3D4EK")


def test_what_is_no_code_gets_no_symbol():
    with pytest.raises(ValueError, match="not a code"):
        symbol("ARKIV.SE", "A1B2C3D4E0", 30)
