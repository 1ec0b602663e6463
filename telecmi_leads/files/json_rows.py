"""A JSON value → named cells: nested objects as dotted names, lists of names and values as cells of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from telecmi_leads.files.json_phones import (
    PERSON_NAMES,
    flags_among,
    folded,
    labelled,
    main_first,
    phone_entries,
    say_more,
)
from telecmi_leads.files.json_values import Rows, cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_NAME_PARTS = frozenset({"family", "given"})  # of a HumanName of FHIR
_NAMES = ("name", "column_name", "column_id", "key", "field", "field_name", "question", "label", "title")
_VALUES = ("value", "values", "string_value", "answer", "answers")
_KINDS = ("label", "type", "kind", "value_type", "enum_code")  # [{"label": "work", "value": "…"}] under "phone"
_CONTACT_POINT = ("system", "use")
_NUMBERS = ("value", "number", "phone", "phone_number", "phonenumber", "mobile", "email", "address")
SHELLS = frozenset(
    re.findall(
        r"\w+",
        "properties fields attributes values node data _source item object payload body record lead contact "
        "merge_fields formresponse form_response",
    )
)
# What databases and services put around a value for its type: DynamoDB, Firestore, MongoDB, feeds that were XML.
_TYPED = frozenset(
    re.findall(
        r"[$#\w]+", "S N stringValue integerValue doubleValue booleanValue $numberLong $numberInt $oid $date $t #text"
    )
)
_TELLS_A_KIND = frozenset({*_KINDS, *_CONTACT_POINT})
OF_A_SORT = re.compile(r"phone|mobile|tel|mail|address|url|website|social", re.IGNORECASE)
_SPREAD = 4  # elements of a list of objects that get cells of their own
DEEPEST = 16
NESTED = frozenset({dict, list})
_DOCUMENT = "/documents/"

# The names under which ad platforms and form builders send answers as names and values.
_ANSWERS = frozenset(
    re.findall(
        r"\w+",
        "field_data user_column_data fields answers values properties attributes questions custom_fields customfields "
        "form_fields formfields form_data responses columns",
    )
)


def as_objects(elements: list[Any] | Rows) -> list[Any]:
    """Return elements as they stood in the file; what some of them lack is empty."""
    if isinstance(elements, Rows):
        return [dict(zip(elements.keys, row, strict=True)) for row in elements.rows]
    return elements


def flat(element: object) -> dict[str, str]:
    """Return an element's named cells, in order; null has none, and what has no names gets a plain one."""
    if isinstance(element, dict) and NESTED.isdisjoint(map(type, element.values())) and not is_document(element):
        return {name: value if type(value) is str else cell(value) for name, value in element.items()}
    return {
        name: cell(values[0]) if len(values) == 1 else joined(map(cell, values))
        for name, values in named_values(element).items()
    }


def joined(texts: Iterable[str]) -> str:
    """Return the text of a cell that several values fall to."""
    return ", ".join(filter(None, texts))


def named_values(element: object) -> dict[str, list[Any]]:
    """Return the values that fall to each of an element's cells, in order. What is nested among them stays JSON."""
    values: dict[str, list[Any]] = {}
    if isinstance(element, dict):
        if is_document(element):
            element = {"document" if name == "name" else name: value for name, value in element.items()}
        for name, value in element.items():
            if type(value) is str and name not in values:  # as nearly all are
                values[name] = [value]
            else:
                _spread(values, name, value, 1, apart=_is_another(element, name, value))
    elif isinstance(element, list):
        values = {f"column {number}": [value] for number, value in enumerate(element, 1)}
    elif element is not None:
        values["value"] = [element]
    return values


def is_document(element: dict[str, Any]) -> bool:
    """Tell a document of Firestore, whose name is a path, no person's."""
    return "fields" in element and _DOCUMENT in str(element.get("name"))


def _spread(values: dict[str, list[Any]], name: str, value: object, depth: int, *, apart: bool = False) -> None:
    """Add what falls to a value's cells. What is `apart` is another person's: no shell of the lead's own values."""
    value = _unwrapped(value)
    if not isinstance(value, dict | list) or depth > DEEPEST:
        values.setdefault(name, []).append(value)
    elif isinstance(value, dict) and (entries := phone_entries(name, [value])) and say_more(entries, [value]):
        for inner_name, inner in labelled(name, entries):
            _spread(values, inner_name, inner, depth + 1)
    elif isinstance(value, dict) and not all(map(str.isdigit, value)):
        for key, inner in value.items():
            inner_name = f"{name}.{key}" if apart else _inner_name(values, name, key)
            _spread(values, inner_name, inner, depth + 1, apart=_is_another(value, key, inner))
    elif isinstance(value, dict):  # a list in disguise, or nothing
        _spread(values, name, list(value.values()), depth + 1, apart=apart)
    elif not any(isinstance(inner, dict | list) for inner in value):
        values.setdefault(name, []).extend(value)
    elif (named := _named(name, value)) is None:
        values.setdefault(name, []).append(value)
    else:
        for inner_name, inner in named:
            _spread(values, inner_name, inner, depth + 1, apart=apart)


def _unwrapped(value: object) -> object:
    """Take off what services put around a value: its type, as in `{"type": "email", "email": "…"}`."""
    for _ in range(DEEPEST):
        if not isinstance(value, dict):
            break
        kind = value.get("type")
        if isinstance(kind, str) and kind != "type" and kind in value:  # Notion, Typeform
            value = value[kind]
        elif len(value) == 1 and _TYPED.issuperset(value):
            (value,) = value.values()
        elif "color" in value and "name" in value and _CHOICE.issuperset(value):
            value = value["name"]
        else:
            break
    if isinstance(value, list) and value and all(isinstance(each, dict) and "plain_text" in each for each in value):
        return "".join(cell(each["plain_text"]) for each in value)
    return value


_CHOICE = frozenset({"id", "name", "color"})


def _inner_name(values: dict[str, list[Any]], name: str, key: str) -> str:
    """Name a value of an object within the lead: dotted, but for the shells that CRMs put around what they send."""
    if key in {"value", "VALUE"}:
        return name
    if name.rpartition(".")[2].casefold() in SHELLS and key not in values:
        return key
    if key in _NAME_PARTS and name.casefold().endswith("name"):
        return f"{name}.{key} name"
    if key == "use":  # official, home: a sort, and no part of a name
        return f"{name}.use type"
    return f"{name}.{key}"


_SHELLS_OF_PEOPLE = frozenset({"contact", "lead"})


def _is_another(holder: dict[str, Any], key: str, value: object) -> bool:
    """Tell whether a contact that stands in an object is another person: both have a name of their own."""
    if key.casefold() not in _SHELLS_OF_PEOPLE or not _has_own_name(holder):
        return False
    people = value if isinstance(value, list) else [value]
    return any(isinstance(each, dict) and _has_own_name(each) for each in people)


def _has_own_name(person: dict[str, Any]) -> bool:
    """Tell whether an object has a person's name, not one of a thing such as a form or a campaign."""
    return any(folded(key) in PERSON_NAMES for key in person)


def _named(name: str, elements: list[Any]) -> list[tuple[str, Any]] | None:
    """Give names to the elements of a list that are objects or lists; None where there are too many."""
    if not OF_A_SORT.search(name) and _are_answers(name, elements):
        return list(map(_name_and_value, elements))
    entries = phone_entries(name, elements)
    if entries and say_more(entries, elements):
        return labelled(name, entries)
    elements = main_first(elements) if OF_A_SORT.search(name) else elements
    if _are_of_a_sort(elements):
        return [_kind_and_number(name, _lower(element)) for element in elements]
    elements = [entry.plain for entry in entries] or elements
    if len(elements) <= _SPREAD:
        return [(name if number == 1 else f"{name}.{number}", element) for number, element in enumerate(elements, 1)]
    return None


def _kind_and_number(name: str, element: dict[str, Any]) -> tuple[str, Any]:
    kind = _kind(element)
    return f"{name}.{kind}" if kind else name, next(element[key] for key in _NUMBERS if key in element)


def _kind(element: dict[str, Any]) -> str | None:
    """Return what kind of number or address a value is, None where nothing says. FHIR's ContactPoint has two words."""
    if isinstance(element.get("system"), str):
        return " ".join(element[key] for key in _CONTACT_POINT if isinstance(element.get(key), str))
    return next((element[key] for key in _KINDS if isinstance(element.get(key), str)), None)


def is_part(name: str, elements: list[Any]) -> bool:
    """Tell whether a list of objects is part of one lead: its answers, or its phones or emails, each with its kind."""
    if _are_answers(name, elements):
        return True
    return bool(OF_A_SORT.search(name)) and (_are_of_a_sort(elements) or not any(map(has_a_name, elements)))


def has_a_name(element: object) -> bool:
    """Tell whether an object has a name of its own."""
    return isinstance(element, dict) and any("name" in key.casefold() for key in element)


def _are_answers(name: str, elements: list[Any]) -> bool:
    """Tell whether a list holds names and values: under a usual name, or with a name of which every form has one."""
    if not elements or not all(isinstance(element, dict) and _is_answer(element) for element in elements):
        return False
    if name.rpartition(".")[2].casefold() in _ANSWERS:
        return True
    names = " ".join(_name_and_value(element)[0].casefold() for element in elements)
    return any(word in names for word in ("phone", "mobile", "email", "e-mail", "name"))


def _is_answer(element: dict[str, Any]) -> bool:
    return bool(_answer_name(element)) and (any(key in element for key in _VALUES) or _has_its_type(element))


def _has_its_type(element: dict[str, Any]) -> bool:
    """Tell whether the value stands under the name of its type, as in `{"type": "email", "email": "…"}`."""
    kind = element.get("type")
    return isinstance(kind, str) and kind in element


def _answer_name(element: dict[str, Any]) -> str:
    """Return the name of an answer. One that stands for nothing, as Typeform's, gives way to the kind of the answer."""
    named = [element[key] for key in _NAMES if isinstance(element.get(key), str)]
    inner = (element[key] for key in _QUESTIONS if isinstance(element.get(key), dict))
    named += [each[key] for each in inner for key in _INNER_NAMES if isinstance(each.get(key), str)]
    name = next(filter(None, named), "")
    kind = element.get("type")
    return str(kind) if _SERIAL.fullmatch(name) and kind in {"phone_number", "email"} else name


_QUESTIONS = ("field", "column", "question")
_INNER_NAMES = ("title", "label", "name", "ref", "id")
_SERIAL = re.compile(r"(?=.*\d)[0-9A-Za-z]{10,40}|[0-9a-f]{8}-[0-9a-f-]{27}")


def _name_and_value(element: dict[str, Any]) -> tuple[str, Any]:
    key = next((key for key in _VALUES if key in element), element.get("type"))
    value = element.get(key) if isinstance(key, str) else None
    if "text" in element and (
        value is None or (isinstance(value, str) and value[:1] in "{[")
    ):  # a text for people beside one for machines
        value = element["text"]
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return _answer_name(element), value


def _are_of_a_sort(elements: list[Any]) -> bool:
    """Tell whether a list holds several values of one sort, each with its kind, as CRMs send phones and emails."""
    return all(isinstance(element, dict) and _is_of_a_sort(_lower(element)) for element in elements)


def _is_of_a_sort(element: dict[str, Any]) -> bool:
    values = [key for key in _NUMBERS if key in element and not isinstance(element[key], dict | list)]
    more = any(map(_PARTS.search, element))  # of an address, or of a number: a country, an extension
    return bool(values) and _kind(element) is not None and len(element) <= _FEW_KEYS and not more


def _lower(element: dict[str, Any]) -> dict[str, Any]:
    return {key.casefold(): value for key, value in element.items()}


_PARTS = re.compile(r"country|dial|calling|area|city|town|state|zip|post|street|extension|^ext$", re.IGNORECASE)
_FEW_KEYS = 8  # more are an address with its parts, or a person


# --- what in an object tells where its values go ---------------------------------------------------------


def telling_keys(columns: Mapping[str, Sequence[Any]], within: str | None) -> set[str] | None:
    """Return the keys whose texts decide to which cells an object's other values go; None if any value may.

    All else about an object's cells depends on its keys and the types of its values. `columns` has the objects' values
    by key. `within` is "" for elements of a list, the key under which they stand for objects within such elements, None
    for all others.
    """
    typed = any(type(kind) is str and kind in columns for kind in columns.get("type", ()))
    telling = {"type"} if typed else set()
    if within is None:
        return telling
    if "plain_text" in columns:
        return None
    if typed or any(key in columns for key in _VALUES):
        if "text" in columns:
            return None
        telling |= {*_NAMES, "type"}
    if within in _QUESTIONS:
        telling |= {*_INNER_NAMES}
    if any(key.casefold() in _NUMBERS for key in columns):
        telling |= {key for key in columns if key.casefold() in _TELLS_A_KIND}
    return telling


def flag_keys(columns: Mapping[str, Sequence[Any]], within: str | None) -> frozenset[str]:
    """Return the keys of objects whose values tell which of several phones or emails is the main one or a bad one."""
    in_a_list = within is not None or any(key.casefold() in _NUMBERS for key in columns)
    return frozenset(flags_among(columns)) if in_a_list else frozenset()


def inner_place(keys: Iterable[str], key: str, within: str | None) -> str | None:
    """Return `within` for what stands under a key; objects whose keys are numbers are lists in disguise."""
    if all(map(str.isdigit, keys)):
        return ""
    return within if within is None else key
