"""Attacks on the XML reader, and the documents it must still read."""

import io
import tracemalloc

import pytest

from adapters import xml_rows as xml_reader
from adapters.errors import FeedUnreadableError
from adapters.xml_rows import MAX_ELEMENTS_PER_ROW, XmlNode, leaves


def xml_rows(body, root, row):
    return xml_reader.xml_rows(io.BytesIO(body), root, row)


def xml_document(body):
    return xml_reader.xml_document(io.BytesIO(body))


def bomb():
    entities = ['<!ENTITY e0 "lollollollol">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return f"<!DOCTYPE Message [{''.join(entities)}]><Message><Child>&e9;</Child></Message>".encode()


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(bomb(), id="a billion laughs"),
        pytest.param(b"<!DOCTYPE Message><Message/>", id="a bare document type"),
        pytest.param("<!DOCTYPE Message><Message/>".encode("utf-16"), id="a document type in UTF-16"),
        pytest.param(b'<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/x.dtd"><Message/>', id="a document type elsewhere"),
        pytest.param(
            b'<!DOCTYPE Message [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><Message/>', id="a parameter entity"
        ),
        pytest.param(b'<!DOCTYPE Message [<!ATTLIST Child a CDATA "x">]><Message/>', id="a default attribute"),
    ],
)
def test_any_document_type_is_refused(attack):
    for read in (lambda: list(xml_rows(attack, "Message", "Child")), lambda: xml_document(attack)):
        with pytest.raises(FeedUnreadableError) as caught:
            read()
        assert "DOCTYPE" in caught.value.message


def test_an_external_file_never_shows_up_in_rows_or_errors(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the-content-of-the-file")
    attack = f'<!DOCTYPE M [<!ENTITY x SYSTEM "{secret.as_uri()}">]><M><Child>&x;</Child></M>'.encode()
    with pytest.raises(FeedUnreadableError) as caught:
        xml_rows(attack, "M", "Child")
    assert "the-content" not in f"{caught.value}{caught.value.how_to_fix}{caught.value.__cause__}"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"  ", b"<Message>", b"<Message><Child></Message>", b"<Message/>tail", b"<Message>&unknown;</Message>",
        b"<Other><Child/></Other>", b"CHILD,DOB", b"\x00\x01", b"<Message><Child/>\xff</Message>",
        b'<?xml version="1.0" encoding="no-such"?><Message/>',
    ],
)  # fmt: skip
def test_a_broken_or_other_document_is_refused_before_any_row(body):
    with pytest.raises(FeedUnreadableError):
        xml_rows(body, "Message", "Child")


def test_a_file_that_breaks_off_after_good_rows_yields_none_of_them():
    with pytest.raises(FeedUnreadableError):
        xml_rows(b"<Message>" + b"<Child><a>1</a></Child>" * 50_000 + b"<Child>", "Message", "Child")


def test_too_deep_nesting_is_refused_inside_and_outside_rows():
    for inside in (b"%s", b"<Child>%s</Child>"):
        deep = inside % (b"<a>" * 100 + b"</a>" * 100)
        with pytest.raises(FeedUnreadableError) as caught:
            xml_rows(b"<Message>" + deep + b"</Message>", "Message", "Child")
        assert "deep" in caught.value.message


def test_a_row_of_endless_elements_is_refused_but_endless_rows_are_not():
    many = b"<a/>" * (MAX_ELEMENTS_PER_ROW + 1)
    with pytest.raises(FeedUnreadableError):
        xml_rows(b"<Message><Child>" + many + b"</Child></Message>", "Message", "Child")
    rows = xml_rows(b"<Message>" + b"<Child/>" * (MAX_ELEMENTS_PER_ROW + 1) + b"</Message>", "Message", "Child")
    assert sum(1 for _ in rows) == MAX_ELEMENTS_PER_ROW + 1
    assert list(xml_rows(b"<Message>" + many + b"<Child/></Message>", "Message", "Child")) == [XmlNode("Child")]


def test_a_row_that_was_given_is_forgotten_in_the_tree():
    body = b"<Message>" + b"<Header/><Child><a>1</a></Child>" * 50 + b"</Message>"
    rows = xml_reader._walk(io.BytesIO(body), xml_reader._Guard("Message", "Child", MAX_ELEMENTS_PER_ROW))
    # Before a row may stand the header that came after the last one, and nothing older.
    assert [row.getparent().index(row) for row in rows] == [1] * 50


def test_memory_holds_rows_and_not_the_file():
    def peak(rows):
        body = b"<Message>" + b"<Child><a>1</a><b>2</b></Child>" * rows + b"</Message>"
        tracemalloc.start()
        for _ in xml_rows(body, "Message", "Child"):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < 2 * peak(4_000)


def test_stray_text_comments_namespaces_and_encodings_do_no_harm():
    text = '<Message xmlns="urn:x"><!-- c --><Child>\n <a>é</a>stray<a>2</a><b/><?pi?><n><m>3</m></n></Child></Message>'
    for body in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        ('<?xml version="1.0" encoding="UTF-16"?>' + text).encode("utf-16"),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + text).encode("iso-8859-1"),
    ):
        (row,) = xml_rows(body, "Message", "Child")
        assert leaves(row) == {"a": "é 2", "b": "", "n/m": "3"}
        assert (row.value("a"), row.value("absent"), row.namespace) == ("é", "", "urn:x")
        assert xml_reader.looks_like_xml(io.BytesIO(body))


def test_only_outermost_rows_are_rows():
    (row,) = xml_rows(b"<M><Child><Child><a>1</a></Child></Child></M>", "M", "Child")
    assert row.children[0].value("a") == "1"


def test_a_document_is_its_root_with_attributes():
    node = xml_document(b'<r a="1"><b c="2"/></r>')
    assert (node.name, node.attributes, node.children[0].attributes) == ("r", {"a": "1"}, {"c": "2"})
