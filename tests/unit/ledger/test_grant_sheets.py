"""The list of a grant run is read line by line: nothing in it is misread, nothing breaks on it."""

import csv
import io
import json
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.server import MOST_BODY_BYTES
from services.kernel.contract import InvalidRequest
from services.ledger.contract import MOST_LINES, LineFault, PrepareGrantRun
from services.ledger.domain import digest_of, read_sheet


ANN, BOB = UUID(int=1), UUID(int=2)
MOST_MINUTES = 60_000_000
printable = st.characters(exclude_categories=["Cc", "Cs"])
reasons = st.text(printable, max_size=200).map(lambda text: " ".join(text.split()))
entries = st.tuples(st.uuids(), st.integers(1, MOST_MINUTES), reasons)
lists = st.lists(entries, min_size=1, max_size=30, unique_by=lambda entry: entry[0])
headers = st.permutations(
    [("person_id", "人员编号"), ("minutes", "分钟"), ("reason", "事由")]
).flatmap(lambda columns: st.tuples(*map(st.sampled_from, columns)))
ends = st.sampled_from(["\n", "\r\n", "\r"])
quoting = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
ENGLISH = {"人员编号": "person_id", "分钟": "minutes", "事由": "reason"}


def written(entries, header, end="\n", quoting=csv.QUOTE_MINIMAL):
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=end, quoting=quoting)
    writer.writerow(header)
    for person_id, minutes, reason in entries:
        cells = {"person_id": person_id, "minutes": minutes, "reason": reason}
        writer.writerow([cells[ENGLISH.get(name, name)] for name in header])
    return file.getvalue()


def faults(text):
    return [(line.line, line.fault) for line in read_sheet(text) if line.fault]


def sheet(*lines):
    return "\n".join(("person_id,minutes,reason", *lines)) + "\n"


@given(lists, headers, ends, quoting, st.sampled_from(["", "\ufeff"]))
def test_what_is_written_comes_back(entries, header, end, quoting, mark):
    lines = read_sheet(mark + written(entries, header, end, quoting))
    assert [(line.person_id, line.minutes, line.reason or "") for line in lines] == entries
    assert [line.line for line in lines] == list(range(2, len(entries) + 2))
    assert not any(line.fault for line in lines)


@given(st.text(), st.booleans())
@example('"', True)
@example('"a"b,1\n"', True)
@example("\0,\ud800,\x1f", True)
@example(f"{ANN},1," + "x" * 140_000, True)
def test_no_text_breaks_it(text, headed):
    try:
        lines = read_sheet("person_id,minutes,reason\n" + text if headed else text)
    except InvalidRequest as error:
        assert error.fields["csv"]
        return
    digest_of(lines)
    for line in lines:
        whole = line.person_id is not None and line.minutes is not None
        assert whole or line.fault
        assert line.minutes is None or 1 <= line.minutes <= MOST_MINUTES
        assert "\0" not in (line.reason or "")


@given(st.lists(st.sampled_from([f"{ANN}", f"{BOB},5,", '"', ",", "x,y,z,1", "", "a\rb"])))
def test_lines_of_any_kind_are_numbered_as_a_spreadsheet_does(lines):
    text = sheet(*(line.replace('"', "") for line in lines), f"{uuid4()},7")
    last = read_sheet(text)[-1]
    assert last.line == len(text.replace("\r", "\n").split("\n")) - 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"{ANN},5,help,more", LineFault.INVALID_LINE),
        (f'{ANN},5,"help"s', LineFault.INVALID_LINE),
        (f'{ANN},5,"never closed', LineFault.INVALID_LINE),
        (f"{{{ANN}}},5", LineFault.INVALID_PERSON_ID),
        (f"{ANN.hex},5", LineFault.INVALID_PERSON_ID),
        (",5", LineFault.INVALID_PERSON_ID),
        ("王秀兰,5", LineFault.INVALID_PERSON_ID),
        *(
            (f"{ANN},{minutes}", LineFault.INVALID_MINUTES)
            for minutes in ("", "0", "-5", "5.0", "1e3", "６００", "1_000", "²", "60000001", "+5")
        ),
        (f'{ANN},"1,200"', LineFault.INVALID_MINUTES),
        (f"{ANN},5,{'长' * 201}", LineFault.INVALID_REASON),
        (f"{ANN},5,a\0b", LineFault.INVALID_REASON),
        (f"{ANN},5,a\ud800b", LineFault.INVALID_REASON),
    ],
)
def test_a_bad_line_has_its_fault_and_leaves_the_others_alone(line, fault):
    text = sheet(f"{BOB},5", line)
    assert faults(text) == [(3, fault)]
    if "never closed" not in line:
        assert faults(text + f"{uuid4()},5\n") == [(3, fault)]


def test_the_first_line_of_a_person_counts_and_the_others_are_duplicates():
    text = sheet(f"{ANN},5", f"{BOB},5", f"{str(ANN).upper()},6", f"{ANN},5")
    assert faults(text) == [(4, LineFault.DUPLICATE_PERSON), (5, LineFault.DUPLICATE_PERSON)]
    for lines, at in (("0", "5"), 2), (("5", "0"), 3):
        mended = sheet(*(f"{ANN},{minutes}" for minutes in lines))
        assert faults(mended) == [(at, LineFault.INVALID_MINUTES)]


def test_empty_lines_and_cells_that_a_spreadsheet_leaves_behind_are_nothing():
    text = f"\n person_id , Minutes ,,\n\n {ANN} , 5 ,,\n,,,\n{BOB},6\n,,\n"
    lines = read_sheet(text)
    assert [(line.line, line.person_id, line.minutes) for line in lines] == [
        (4, ANN, 5),
        (6, BOB, 6),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "person_id,minutes",
        "person_id\n1",
        f"{ANN},5\n",
        f"person_id,minutes,name\n{ANN},5,王\n",
        f"person_id,minutes,分钟\n{ANN},5,5\n",
        f"person_id,,minutes\n{ANN},,5\n",
        f'person_id,"min"utes\n{ANN},5\n',
        f"person_id;minutes\n{ANN};5\n",
    ],
)
def test_a_text_without_the_right_columns_or_lines_is_refused_whole(text):
    with pytest.raises(InvalidRequest) as refused:
        read_sheet(text)
    assert list(refused.value.fields) == ["csv"]


def test_a_list_of_the_most_lines_fits_into_the_gateways_body_and_one_more_is_refused():
    lines = "".join(f"{UUID(int=number)},{MOST_MINUTES}\r\n" for number in range(MOST_LINES))
    text = "person_id,minutes\r\n" + lines
    payload = {"district": "110105", "csv": text, "reason": "长" * 200}
    assert len(json.dumps(payload).encode()) <= MOST_BODY_BYTES
    assert len(read_sheet(PrepareGrantRun.parse(payload)["csv"])) == MOST_LINES
    with pytest.raises(InvalidRequest):
        read_sheet(text + f"{uuid4()},5\n")


@given(lists, headers, headers, ends)
def test_the_digest_is_the_same_however_the_list_is_saved(entries, header, other, end):
    one = read_sheet(written(entries, header))
    two = read_sheet("\ufeff" + written(entries, other, end, csv.QUOTE_ALL))
    assert digest_of(one) == digest_of(two)


@pytest.mark.parametrize(
    "lines",
    [
        [f"{ANN},6,a"],
        [f"{ANN},5,b"],
        [f"{ANN},5"],
        [f"{BOB},5,a"],
        [f"{ANN},5,a", f"{BOB},5"],
        ["", f"{ANN},5,a"],
        [f"{ANN},5,a,b"],
    ],
)
def test_the_digest_is_another_when_anything_in_the_list_is(lines):
    assert digest_of(read_sheet(sheet(*lines))) != digest_of(read_sheet(sheet(f"{ANN},5,a")))
