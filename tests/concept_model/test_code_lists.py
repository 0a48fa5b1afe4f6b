from concept_model.code_lists import CODE_LISTS, FIELD_LISTS, code_label
from concept_model.items import ITEMS


def test_every_list_belongs_to_a_code_field_that_is_registered():
    coded = {(item.name, field.name) for item in ITEMS for field in item.fields if field.kind == "code"}
    assert set(FIELD_LISTS) - coded == set()


def test_every_list_is_used_and_no_label_is_empty():
    assert {one.scheme for one in FIELD_LISTS.values()} == set(CODE_LISTS)
    assert all(label.strip() for one in CODE_LISTS.values() for label in one.labels.values())


def test_a_notation_that_no_list_holds_stays_as_it_is():
    assert code_label("care.need", "code", "N1") == "Abuse or neglect"
    assert code_label("care.need", "code", "N99") == "N99"
    assert code_label("housing.tenancy", "reference", "T1") == "T1"
