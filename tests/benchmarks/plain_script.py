"""What a user would write without this program: the yardstick for speed. Reads FILE, writes JSON to FILE.json."""

import csv
import json
import sys

import phonenumbers


def main(path: str) -> None:
    """Read, parse, check, de-duplicate and dump in the obvious way."""
    seen = set()
    campaigns: list[list[dict[str, str]]] = [[]]
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                number = phonenumbers.parse(row["Mobile"], "IN")
            except phonenumbers.NumberParseException:
                continue
            if not phonenumbers.is_valid_number(number):
                continue
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
            if phone in seen:
                continue
            seen.add(phone)
            first, _, last = row["Name"].rpartition(" ")
            if len(campaigns[-1]) == 1000:
                campaigns.append([])
            campaigns[-1].append(
                {
                    "firstname": first or last,
                    "lastname": last if first else "-",
                    "phone": phone,
                    "email": row["Email"],
                    "city": row["City"],
                    "comment": row["Comment"],
                }
            )
    with open(f"{path}.json", "w", encoding="utf-8") as out:
        for number_, users in enumerate(campaigns, 1):
            json.dump({"lead_name": f"x-{number_:03d}", "users": users}, out)


if __name__ == "__main__":
    main(sys.argv[1])
