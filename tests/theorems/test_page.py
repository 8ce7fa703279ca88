import json

from ddkd.theorems import ALL
from tools import theorems_page


def test_the_page_is_made_from_the_declarations():
    records = json.loads(theorems_page.MEASURED.read_text(encoding="utf-8"))
    assert [record["id"] for record in records] == [theorem.id for theorem in ALL]
    assert all(record["verdict"] == "agrees" for record in records)
    text = theorems_page.PAGE.read_text(encoding="utf-8")
    assert theorems_page.page(text, records) == text
    assert theorems_page.printed(records) == theorems_page.PRINTED.read_text(encoding="utf-8")
    for theorem in ALL:
        assert (theorems_page.ROOT / "docs" / "images" / "theorems" / f"{theorem.id}.png").exists()
