#!/usr/bin/python3
"""The schema of rubrics, as an editor uses it: the example of the page is right by it, and broken rubrics are wrong."""

import json
import re
import unittest

import support

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(missing)
    raise SystemExit(support.SKIP)

DOCS = support.REPOSITORY / "docs"
BROKEN = support.REPOSITORY / "tests/grade/broken_rubrics"
# Of the broken rubrics, those in which a word is wrong that an editor can know.
KNOWN = """unknown_key no_title no_command no_checks empty_checks title_no_text points_negative points_word no_points no_name
    no_condition unknown_fact unknown_column unknown_idiom unknown_flag unknown_resource unknown_how count_negative
    count_word path_2 path_word code_256 stdout_unknown order_half order_count family_no limit_unknown limit_no_unit
    runs_zero visibility partial not_nothing lwp_nobody""".split()


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        schema = json.loads((DOCS / "rubric.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        cls.validator = jsonschema.Draft202012Validator(schema)

    def errors(self, text):
        return [error.message for error in self.validator.iter_errors(yaml.safe_load(text))]

    def test_takes_the_example_of_the_page(self):
        page = (DOCS / "rubric.md").read_text(encoding="utf-8")
        for example in re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
            self.assertEqual(self.errors(example), [])

    def test_takes_the_labs(self):
        for rubric in (support.REPOSITORY / "fixtures/labs").glob("*/rubric.yaml"):
            with self.subTest(rubric.parent.name):
                self.assertEqual(self.errors(rubric.read_text(encoding="utf-8")), [])

    def test_refuses_broken_rubrics(self):
        for name in KNOWN:
            with self.subTest(name):
                self.assertTrue(self.errors((BROKEN / f"{name}.yaml").read_text(encoding="utf-8")))


if __name__ == "__main__":
    unittest.main()
