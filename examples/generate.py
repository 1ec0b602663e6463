"""Write the example lead files: invented people, with the flaws that real exports have.

    python examples/generate.py

The same rows every time. Indian numbers are from one invented block (98765 0xxxx), American ones from the
range that is kept for fiction (555-01xx); addresses are at example.com. Needs openpyxl (the `test` extra).
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from pathlib import Path

import openpyxl

HERE = Path(__file__).parent
FIRST = """
    Asha Ravi Meena Arjun Priya Kiran Anil Lakshmi Imran Fatima Joseph Maria Sunil Deepa Vikram Nisha Rahul Pooja
    Harish Divya Manoj Sneha Gopal Rekha Farhan Zoya Thomas Anita Suresh Kavya
""".split()  # noqa: SIM905 - easier to read than thirty quoted names
LAST = """
    Menon Sharma Iyer Reddy Khan Nair Patel Das Fernandes Pillai Gupta Rao Singh Bose Joshi Shetty Verma Kulkarni
    Mathew Banerjee
""".split()  # noqa: SIM905 - the same
CITIES = ["Chennai", "Kochi", "Mumbai", "Pune", "Delhi", "Bengaluru", "Hyderabad", "Kolkata", "Jaipur", "Lucknow"]
SOURCES = ["Website", "Walk-in", "Trade fair", "Referral", "Google Ads", "Facebook"]
REQUIREMENTS = ["Call after 6 pm", "Asked for a brochure", "Wants a demo", "Budget 50k, decides in March", ""]
HEADER = ["Sr No", "Name", "Mobile No.", "Alternate No.", "Email ID", "City", "Country", "Source", "Requirement"]


def notation(rng: random.Random, digits: str) -> str:
    """Write a ten-digit Indian mobile as people and programs do."""
    return rng.choice(
        [
            digits,
            digits,
            f"+91{digits}",
            f"+91 {digits[:5]} {digits[5:]}",
            f"91{digits}",
            f"0{digits}",
            f"{digits[:5]}-{digits[5:]}",
            f"+91-{digits}",
            f"{digits}.0",
            f"'{digits}",
        ]
    )


def lead(rng: random.Random, number: int) -> list[str]:
    """Make one good row; `number` makes its phone unique."""
    first, last = rng.choice(FIRST), rng.choice(LAST)
    american = number % 97 == 0
    digits = f"20255501{number // 97:02d}" if american else f"98765{number:05d}"
    return [
        "",
        first if rng.random() < 0.06 else f"{first} {last}",
        f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if american else notation(rng, digits),
        "",
        f"{first.lower()}.{last.lower()}@example.com" if rng.random() < 0.8 else "",
        "Washington" if american else rng.choice(CITIES),
        "United States" if american else "India",
        rng.choice(SOURCES),
        rng.choice(REQUIREMENTS),
    ]


def flaws() -> list[list[str]]:
    """Return rows with one flaw each, as they come in real files."""
    bad_phones = [
        "9.87E+09",
        "9.19877E+11",
        "98XXXXXX10",
        "98765*****",
        "O9876500001",
        "98765",
        "9876500001234567",
        "",
        "not interested",
        "9999999999",
        "1234567890",
        "112",
        "+999 12345678",
        "-",
    ]
    rows = [["", "Sanjay Kapoor", phone, "", "", "Pune", "India", "Website", ""] for phone in bad_phones]
    rows.append(["", "", "9876509901", "", "", "Pune", "India", "Website", ""])
    rows.append([""] * len(HEADER))
    rows.append(HEADER)
    rows.append(["", "Meera Jain", "9876509902", "", "meera(at)example.com", "Pune", "India", "Website", ""])
    rows.append(["", "Dev Anand Rao", "9876509903 (office)", "", "", "Pune", "India", "Referral", ""])
    rows.append(["", "Tara Roy", "9876509904 / 9876509905", "", "", "Pune", "India", "Referral", ""])
    rows.append(["", "Nikhil Sen", "", "9876509906", "", "Pune", "India", "Referral", ""])
    rows.append(["", "अनीता शर्मा", "९८७६५०९९०७", "", "", "इंदौर", "India", "Walk-in", "शाम को फ़ोन करें"])
    rows.append(["", "Peter D'Souza", '="+919876509908"', "", "", "Goa", "India", "Walk-in", "=1+1"])
    return rows


def table() -> list[list[str]]:
    """Return all rows of leads.csv below the header."""
    rng = random.Random(20260301)
    rows = [lead(rng, number) for number in range(1, 2601)]
    rows += [list(rng.choice(rows)) for _ in range(60)]
    rows += flaws()
    rng.shuffle(rows)
    for position, row in enumerate(rows, 1):
        if any(row) and row != HEADER:
            row[0] = str(position)
    rows.append(["", "Total", str(len(rows)), *[""] * 6])
    return rows


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """Write rows as Excel's "CSV UTF-8" does."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(rows)


def write_workbook(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a workbook with a banner above the header, numbers as numbers, and a hidden sheet."""
    book = openpyxl.Workbook()
    book.properties.created = book.properties.modified = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a file's stamp
    sheet = book.active
    sheet.title = "Leads"
    sheet.append(["Trade fair, Chennai: visitors"])
    sheet.append([])
    sheet.append(HEADER)
    for row in rows:
        sheet.append([int(cell) if cell.isdigit() and not cell.startswith("0") else cell for cell in row])
    lists = book.create_sheet("Lists")
    lists.sheet_state = "hidden"
    lists.append(["Mobile"])
    lists.append(["9876509999"])
    book.save(path)


def write_json(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a web service would answer with them."""
    leads = [
        {"full_name": row[1], "phone_number": row[2], "email": row[4], "city": row[5], "country": row[6]}
        for row in rows
        if any(row) and row != HEADER
    ]
    path.write_text(json.dumps({"status": "ok", "leads": leads}, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main() -> None:
    """Write all example files beside this one."""
    rows = table()
    write_csv(HERE / "leads.csv", [HEADER, *rows])
    write_workbook(HERE / "leads.xlsx", rows[:400])
    write_json(HERE / "leads.json", rows[400:700])
    write_csv(HERE / "do-not-call.csv", [["Phone"], *[[f"+9198765{number:05d}"] for number in range(100, 140)]])


if __name__ == "__main__":
    main()
