#!/usr/bin/env python3
"""Writes evaluation.json: vectors and cases that any implementation of Weir's evaluation can run.

Independent of the implementation in evaluation/: hashes come from hashlib, and what a case expects is written by hand
from the specification, except for buckets, which are computed here. Run it beside the file it writes.
"""

import base64
import hashlib
import json
import pathlib

SALT = "env-salt-1"
UNIT_SALT = "unit-salt-1"


def bucket(salt, unit_id):
    return int.from_bytes(hashlib.sha256(f"{salt}:{unit_id}".encode()).digest()[:4], "big") % 10_000


def unit_id(raw_key, unit_type="user", unit_salt=UNIT_SALT):
    digest = hashlib.sha256(f"{unit_salt}:{unit_type}:{raw_key}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:22]


UNITS = [unit_id(f"user-{index}") for index in range(2_000)]
ANY = UNITS[0]


def unit_where(holds):
    """The first unit of which this is true: cases need units on both sides of a border."""
    return next(unit for unit in UNITS if holds(unit))


# --- vectors -----------------------------------------------------------------------------------------------------

SALTS = [
    f"{SALT}:checkout",
    f"{SALT}:checkout:allocation",
    f"{SALT}:checkout:variant",
    "",
    "s" * 32,  # tail of 33 bytes: the longest that leaves the unit id in one block
    "s" * 33,
    "s" * 40,
    "s" * 62,
    "s" * 63,  # salt and colon fill a block exactly
    "s" * 64,
    "s" * 200,
    "größe-щ-日本-🚦",
]
BUCKETS = [
    {"salt": salt, "unitId": unit, "bucket": bucket(salt, unit)} for salt in SALTS for unit in (UNITS[1], UNITS[2])
]

UNIT_IDS = [
    {"unitSalt": salt, "unitType": kind, "rawKey": key, "unitId": unit_id(key, kind, salt)}
    for salt, kind, key in [
        (UNIT_SALT, "user", "user-1"),
        (UNIT_SALT, "device", "user-1"),
        (UNIT_SALT, "session", "0b5f7d0e-6f1b-4a52-9f2a-1df0f6a0f7a1"),
        ("other", "user", "user-1"),
        (UNIT_SALT, "user", "a"),
        (UNIT_SALT, "user", "mail+tag@example.org"),
        (UNIT_SALT, "user", "José Ångström"),
        (UNIT_SALT, "user", "日本語のユーザー"),
        (UNIT_SALT, "user", "🚦🚦"),
        (UNIT_SALT, "user", "x" * 38),  # text of 55 bytes: the longest in one block
        (UNIT_SALT, "user", "x" * 39),
        (UNIT_SALT, "user", "x" * 46),
        (UNIT_SALT, "user", "x" * 47),
        (UNIT_SALT, "user", "x" * 1_024),
        (UNIT_SALT, "user", "a:b:c"),
    ]
]

# --- plans -------------------------------------------------------------------------------------------------------

ALWAYS = {"all": []}


def flag(key, **members):
    return {
        "key": key,
        "type": "string",
        "variations": [{"key": name, "value": name.upper()} for name in ("a", "b", "c")],
        "offVariation": "c",
        "fallthrough": {"variation": "b"},
        "rules": [],
        "prerequisites": [],
        "enabled": True,
        "killed": False,
        "status": "active",
        "tags": [],
        "sensitive": False,
        **members,
    }


def rule(key, serve, when=ALWAYS):
    return {"id": key, "when": when, "serve": serve}


def experiment(key, flag_key, **members):
    return {
        "key": key,
        "flag": flag_key,
        "variants": [
            {"key": "control", "variation": "a", "weight": 3_000},
            {"key": "treatment", "variation": "b", "weight": 7_000},
        ],
        "control": "control",
        "allocation": 10_000,
        "unit": "user",
        "trigger": "view",
        "metrics": {"primary": "orders", "secondary": [], "guardrails": []},
        "analysis": {"alpha": 0.05},
        "status": "running",
        "phase": 1,
        **members,
    }


def plan(flags, segments=(), experiments=()):
    return {
        "format": 1,
        "environment": "conformance",
        "version": 1,
        "publishedAt": 0,
        "salt": SALT,
        "unitSalt": UNIT_SALT,
        "partitions": 8,
        "flags": {each["key"]: each for each in flags},
        "segments": {each["key"]: each for each in segments},
        "experiments": {each["key"]: each for each in experiments},
        "metrics": {
            "orders": {
                "key": "orders",
                "unit": "user",
                "direction": "increase",
                "definition": {"type": "count", "event": "order"},
            }
        },
    }


plans = {}
cases = []


def case(name, plan_name, flag_key, expect, unit=ANY, attributes=None, now=1_000):
    context = {"unitId": unit, "attributes": attributes or {}, "now": now}
    cases.append(
        {"name": name, "plan": plan_name, "flagKey": flag_key, "context": context,
         "expect": {"flagKey": flag_key, **expect}}
    )


def served(variation, reason, code, **members):
    return {"variation": variation, "value": variation.upper(), "reason": reason, "code": code, **members}


# --- conditions: a rule that serves `a` when the condition holds, and `b` to all others --------------------------

# (name, condition, [(attributes, holds)]); the unit is ANY.
CONDITIONS = [
    ("eq string", {"attribute": "x", "op": "eq", "value": "pro"},
     [({"x": "pro"}, True), ({"x": "Pro"}, False), ({}, False), ({"x": None}, False), ({"x": ["pro"]}, False)]),
    ("eq number does not convert", {"attribute": "x", "op": "eq", "value": 1},
     [({"x": 1}, True), ({"x": 1.0}, True), ({"x": "1"}, False), ({"x": True}, False)]),
    ("eq boolean", {"attribute": "x", "op": "eq", "value": False}, [({"x": False}, True), ({"x": 0}, False), ({}, False)]),
    ("eq negated", {"attribute": "x", "op": "eq", "value": "pro", "negate": True},
     [({"x": "free"}, True), ({"x": "pro"}, False), ({}, False), ({"x": 1}, False)]),
    ("neq", {"attribute": "x", "op": "neq", "value": "pro"},
     [({"x": "free"}, True), ({"x": "pro"}, False), ({}, False), ({"x": 1}, False)]),
    ("in", {"attribute": "x", "op": "in", "value": ["a", "b"]}, [({"x": "b"}, True), ({"x": "c"}, False), ({}, False)]),
    ("in with mixed types", {"attribute": "x", "op": "in", "value": ["1", 2, True]},
     [({"x": "1"}, True), ({"x": 1}, False), ({"x": 2}, True), ({"x": True}, True), ({"x": False}, False)]),
    ("not_in", {"attribute": "x", "op": "not_in", "value": ["a", "b"]},
     [({"x": "c"}, True), ({"x": "a"}, False), ({}, False), ({"x": 3}, False)]),
    ("lt", {"attribute": "x", "op": "lt", "value": 10}, [({"x": 9.5}, True), ({"x": 10}, False), ({"x": "9"}, False)]),
    ("lte", {"attribute": "x", "op": "lte", "value": 10}, [({"x": 10}, True), ({"x": 10.1}, False)]),
    ("gt", {"attribute": "x", "op": "gt", "value": -1}, [({"x": 0}, True), ({"x": -1}, False), ({"x": None}, False)]),
    ("gte negated", {"attribute": "x", "op": "gte", "value": 10, "negate": True},
     [({"x": 9}, True), ({"x": 10}, False), ({"x": "9"}, False), ({}, False)]),
    ("between includes both ends", {"attribute": "x", "op": "between", "value": [1, 3]},
     [({"x": 1}, True), ({"x": 3}, True), ({"x": 3.01}, False)]),
    ("contains", {"attribute": "x", "op": "contains", "value": "oo"},
     [({"x": "foot"}, True), ({"x": "FOOT"}, False), ({"x": ["oo"]}, False)]),
    ("not_contains", {"attribute": "x", "op": "not_contains", "value": "oo"}, [({"x": "bar"}, True), ({"x": "foo"}, False), ({}, False)]),
    ("starts_with", {"attribute": "x", "op": "starts_with", "value": "ab"}, [({"x": "abc"}, True), ({"x": "cab"}, False)]),
    ("ends_with", {"attribute": "x", "op": "ends_with", "value": "@example.org"},
     [({"x": "j@example.org"}, True), ({"x": "j@example.org.evil"}, False)]),
    ("matches finds anywhere", {"attribute": "x", "op": "matches", "value": "b+c"},
     [({"x": "abbbc"}, True), ({"x": "ac"}, False), ({"x": 5}, False)]),
    ("matches anchored, with a flag", {"attribute": "x", "op": "matches", "value": "(?i)^beta-\\d{2}$"},
     [({"x": "BETA-07"}, True), ({"x": "beta-7"}, False)]),
    ("exists", {"attribute": "x", "op": "exists"}, [({"x": 0}, True), ({"x": ""}, True), ({"x": None}, False), ({}, False)]),
    ("exists negated asks for absence", {"attribute": "x", "op": "exists", "negate": True}, [({}, True), ({"x": 1}, False)]),
    ("semver_eq", {"attribute": "x", "op": "semver_eq", "value": "2.0.0"},
     [({"x": "2.0.0"}, True), ({"x": "2.0.0+build.7"}, True), ({"x": "v2.0.0"}, False), ({"x": "2.0"}, False), ({"x": "02.0.0"}, False)]),
    ("semver_lt orders pre-releases", {"attribute": "x", "op": "semver_lt", "value": "2.0.0-rc.10"},
     [({"x": "2.0.0-rc.2"}, True), ({"x": "2.0.0-alpha"}, True), ({"x": "2.0.0"}, False), ({"x": "2.0.0-rc.10"}, False)]),
    ("semver_lte", {"attribute": "x", "op": "semver_lte", "value": "1.9.0"}, [({"x": "1.9.0"}, True), ({"x": "1.10.0"}, False)]),
    ("semver_gt", {"attribute": "x", "op": "semver_gt", "value": "1.9.9"}, [({"x": "1.10.0"}, True), ({"x": "1.9.9"}, False)]),
    ("semver_gte negated", {"attribute": "x", "op": "semver_gte", "value": "3.0.0", "negate": True},
     [({"x": "2.9.9"}, True), ({"x": "3.0.0"}, False), ({"x": "2.x"}, False), ({"x": 2}, False)]),
    ("semver_range", {"attribute": "x", "op": "semver_range", "value": ">=1.2.0 <2.0.0"},
     [({"x": "1.2.0"}, True), ({"x": "1.99.1"}, True), ({"x": "2.0.0"}, False), ({"x": "1.5.0-beta"}, False)]),
    ("before", {"attribute": "x", "op": "before", "value": "2026-01-01T00:00:00Z"},
     [({"x": "2026-01-01T00:30:00+01:00"}, True), ({"x": "2026-01-01T00:00:00Z"}, False), ({"x": 1767225599999}, True),
      ({"x": "2025-12-31"}, False), ({"x": "2025-02-30T00:00:00Z"}, False)]),
    ("after epoch ms", {"attribute": "x", "op": "after", "value": 1767225600000},
     [({"x": "2026-01-01T00:00:00.001Z"}, True), ({"x": 1767225600000}, False), ({"x": "soon"}, False)]),
    ("in_cidr", {"attribute": "x", "op": "in_cidr", "value": "10.0.0.0/8"},
     [({"x": "10.255.0.1"}, True), ({"x": "11.0.0.1"}, False), ({"x": "::ffff:10.0.0.1"}, True), ({"x": "10.1"}, False), ({"x": "::1"}, False)]),
    ("in_cidr list", {"attribute": "x", "op": "in_cidr", "value": ["192.168.0.0/16", "2001:db8::/32"]},
     [({"x": "2001:db8:1::5"}, True), ({"x": "192.168.7.7"}, True), ({"x": "2001:db9::"}, False)]),
    ("in_cidr negated", {"attribute": "x", "op": "in_cidr", "value": "10.0.0.0/8", "negate": True},
     [({"x": "11.0.0.1"}, True), ({"x": "10.0.0.1"}, False), ({"x": "nowhere"}, False)]),
    ("has_any", {"attribute": "x", "op": "has_any", "value": ["a", "b"]},
     [({"x": ["z", "b"]}, True), ({"x": ["z"]}, False), ({"x": []}, False), ({"x": "a"}, False)]),
    ("has_all", {"attribute": "x", "op": "has_all", "value": ["a", 1]},
     [({"x": [1, "z", "a"]}, True), ({"x": ["a", "1"]}, False), ({}, False)]),
    ("dotted path", {"attribute": "device.os", "op": "eq", "value": "ios"},
     [({"device": {"os": "ios"}}, True), ({"device.os": "ios"}, True), ({"device": "ios"}, False),
      ({"device": ["ios"]}, False), ({"device.os": "android", "device": {"os": "ios"}}, False)]),
    ("nothing inherited", {"attribute": "constructor.name", "op": "exists"}, [({}, False), ({"constructor": {"name": "x"}}, True)]),
    ("all", {"all": [{"attribute": "x", "op": "eq", "value": 1}, {"attribute": "y", "op": "eq", "value": 2}]},
     [({"x": 1, "y": 2}, True), ({"x": 1}, False)]),
    ("any", {"any": [{"attribute": "x", "op": "eq", "value": 1}, {"attribute": "y", "op": "eq", "value": 2}]},
     [({"y": 2}, True), ({"x": 2}, False)]),
    ("empty any", {"any": []}, [({}, False)]),
    ("not is plain, unlike negate", {"not": {"attribute": "x", "op": "eq", "value": 1}}, [({}, True), ({"x": 1}, False)]),
    ("nested", {"not": {"any": [{"all": [{"attribute": "x", "op": "gt", "value": 5}]}, {"attribute": "y", "op": "exists"}]}},
     [({"x": 5}, True), ({"x": 6}, False), ({"x": 1, "y": 1}, False)]),
    ("in_segment by inclusion", {"op": "in_segment", "value": "listed"}, [({}, True)]),
    ("in_segment: exclusion beats inclusion", {"op": "in_segment", "value": "barred"}, [({"x": "pro"}, False)]),
    ("in_segment by rule", {"op": "in_segment", "value": "pros"}, [({"x": "pro"}, True), ({"x": "free"}, False)]),
    ("in_segment nested", {"op": "in_segment", "value": "outer"}, [({"x": "pro"}, True), ({"x": "free"}, False)]),
    ("in_segment of a list", {"op": "in_segment", "value": ["pros", "listed"]}, [({}, True)]),
    ("in_segment negated", {"op": "in_segment", "value": "pros", "negate": True}, [({"x": "free"}, True), ({"x": "pro"}, False)]),
]

in_pilot = bucket(f"{SALT}:pilot", ANY)
CONDITIONS += [
    ("bucket includes from", {"op": "bucket", "value": {"salt": "pilot", "from": in_pilot, "to": 10_000}}, [({}, True)]),
    ("bucket excludes to", {"op": "bucket", "value": {"salt": "pilot", "from": 0, "to": in_pilot}}, [({}, False)]),
    ("bucket negated", {"op": "bucket", "value": {"salt": "pilot", "from": 0, "to": in_pilot}, "negate": True}, [({}, True)]),
]


def segment(key, included=(), excluded=(), rules=()):
    return {"key": key, "included": list(included), "excluded": list(excluded), "rules": list(rules)}


IS_PRO = {"attribute": "x", "op": "eq", "value": "pro"}
plans["conditions"] = plan(
    [flag(f"condition-{index}", rules=[rule("tested", {"variation": "a"}, condition)])
     for index, (_, condition, _) in enumerate(CONDITIONS)],
    segments=[
        segment("listed", included=[ANY]),
        segment("barred", included=[ANY], excluded=[ANY], rules=[IS_PRO]),
        segment("pros", rules=[IS_PRO]),
        segment("outer", rules=[{"op": "in_segment", "value": "pros"}]),
    ],
)
for index, (name, _, rows) in enumerate(CONDITIONS):
    for attributes, holds in rows:
        expect = served("a", "TARGETING_MATCH", "rule_match", ruleId="tested") if holds else served("b", "DEFAULT", "fallthrough")
        shown = json.dumps(attributes, ensure_ascii=False)
        case(f"{name}: {shown} {'holds' if holds else 'does not hold'}", "conditions", f"condition-{index}", expect, attributes=attributes)

# --- order of evaluation ----------------------------------------------------------------------------------------

HALVES = {"split": [{"variation": "a", "weight": 5_000}, {"variation": "b", "weight": 5_000}]}
THIRDS = {"split": [{"variation": "a", "weight": 1_000}, {"variation": "b", "weight": 0}, {"variation": "c", "weight": 9_000}]}
GOES_A = rule("to-a", {"variation": "a"})

plans["order"] = plan(
    [
        flag("static"),
        flag("json", type="json", variations=[{"key": "c", "value": {"n": [1, None, {"deep": True}]}}], fallthrough={"variation": "c"}),
        flag("killed", killed=True, rules=[GOES_A]),
        flag("archived", status="archived", rules=[GOES_A]),
        flag("not-enabled", enabled=False, rules=[GOES_A]),
        flag("killed-before-prerequisites", killed=True, prerequisites=[{"flag": "static", "variations": ["a"]}]),
        flag("rule-for-all", rules=[GOES_A, rule("to-c", {"variation": "c"})]),
        flag("first-rule-wins", rules=[rule("one", {"variation": "a"}, IS_PRO), rule("two", {"variation": "c"}, {"attribute": "x", "op": "exists"})]),
        flag("needs-static", prerequisites=[{"flag": "static", "variations": ["a", "b"]}], rules=[GOES_A]),
        flag("needs-other", prerequisites=[{"flag": "static", "variations": ["a"]}], rules=[GOES_A]),
        flag("needs-both", prerequisites=[{"flag": "static", "variations": ["b"]}, {"flag": "needs-other", "variations": ["a"]}]),
        flag("needs-chain", prerequisites=[{"flag": "needs-static", "variations": ["a"]}]),
        flag("needs-killed-off", prerequisites=[{"flag": "killed", "variations": ["c"]}]),
        flag("split", fallthrough=HALVES),
        flag("split-with-empty-part", fallthrough=THIRDS),
        flag("split-in-rule", rules=[rule("halves", HALVES, IS_PRO)]),
        flag("split-salted", salt="split", fallthrough=HALVES),
        flag("split-whole", fallthrough={"split": [{"variation": "a", "weight": 10_000}]}),
    ]
)

case("a flag nobody knows", "order", "missing", {"reason": "ERROR", "code": "flag_not_found"})
case("a name of the language's own", "order", "constructor", {"reason": "ERROR", "code": "flag_not_found"})
case("no rules: static", "order", "static", served("b", "STATIC", "fallthrough"))
case("a json value", "order", "json",
     {"variation": "c", "value": {"n": [1, None, {"deep": True}]}, "reason": "STATIC", "code": "fallthrough"})
for key in ("killed", "archived", "not-enabled", "killed-before-prerequisites"):
    case(f"{key} serves the off variation", "order", key, served("c", "DISABLED", "off"))
case("a rule without conditions takes everybody", "order", "rule-for-all", served("a", "TARGETING_MATCH", "rule_match", ruleId="to-a"))
case("rules from top to bottom: first", "order", "first-rule-wins", served("a", "TARGETING_MATCH", "rule_match", ruleId="one"), attributes={"x": "pro"})
case("rules from top to bottom: second", "order", "first-rule-wins", served("c", "TARGETING_MATCH", "rule_match", ruleId="two"), attributes={"x": "free"})
case("rules from top to bottom: none", "order", "first-rule-wins", served("b", "DEFAULT", "fallthrough"))
case("prerequisite met", "order", "needs-static", served("a", "TARGETING_MATCH", "rule_match", ruleId="to-a"))
case("prerequisite unmet serves the off variation", "order", "needs-other", served("c", "DEFAULT", "prerequisite_failed"))
case("one of two prerequisites unmet", "order", "needs-both", served("c", "DEFAULT", "prerequisite_failed"))
case("prerequisite of a prerequisite", "order", "needs-chain", served("b", "STATIC", "fallthrough"))
case("a killed flag meets a prerequisite for its off variation", "order", "needs-killed-off", served("b", "STATIC", "fallthrough"))

low = unit_where(lambda unit: bucket(f"{SALT}:split", unit) < 5_000)
high = unit_where(lambda unit: bucket(f"{SALT}:split", unit) >= 5_000)
for key in ("split", "split-salted"):
    case(f"{key}: low bucket", "order", key, served("a", "SPLIT", "split", propensity=0.5), unit=low)
    case(f"{key}: high bucket", "order", key, served("b", "SPLIT", "split", propensity=0.5), unit=high)
for low_side in (True, False):
    unit = unit_where(lambda each: (bucket(f"{SALT}:split-with-empty-part", each) < 1_000) == low_side)
    case(f"a part of weight 0 serves nobody ({'low' if low_side else 'high'})", "order", "split-with-empty-part",
         served("a" if low_side else "c", "SPLIT", "split", propensity=0.1 if low_side else 0.9), unit=unit)
    unit = unit_where(lambda each: (bucket(f"{SALT}:split-in-rule", each) < 5_000) == low_side)
    case(f"a split in a rule ({'low' if low_side else 'high'})", "order", "split-in-rule",
         served("a" if low_side else "b", "SPLIT", "split", ruleId="halves", propensity=0.5), unit=unit, attributes={"x": "pro"})
case("a split in a rule that does not hold", "order", "split-in-rule", served("b", "DEFAULT", "fallthrough"))
case("a split with one part", "order", "split-whole", served("a", "SPLIT", "split", propensity=1))

# --- experiments ------------------------------------------------------------------------------------------------

EXPERIMENTS = {
    "running": {},
    "half": {"allocation": 5_000},
    "none": {"allocation": 0},
    "paused": {"status": "paused"},
    "draft": {"status": "draft"},
    "dated": {"startAt": 1_000, "stopAt": 2_000},
    "targeted": {"targeting": IS_PRO},
    "paused-targeted": {"status": "paused", "targeting": IS_PRO},
    "targeted-none": {"targeting": IS_PRO, "allocation": 0},
    "salted": {"salt": "running"},
}
plans["experiments"] = plan(
    [flag(f"f-{key}", fallthrough={"experiment": key, "otherwise": "c"}) for key in EXPERIMENTS]
    + [
        flag("in-rule", rules=[rule("try", {"experiment": "in-rule"}, IS_PRO)]),
        flag("refused-in-rule", rules=[rule("try", {"experiment": "refused-in-rule"})]),
        flag("refused-otherwise", rules=[rule("try", {"experiment": "refused-otherwise", "otherwise": "a"})]),
        flag("refused-then-rule", rules=[rule("try", {"experiment": "refused-then-rule"}), rule("below", {"variation": "a"})]),
        flag("refused-then-split", rules=[rule("try", {"experiment": "refused-then-split"})],
             fallthrough={"split": [{"variation": "a", "weight": 10_000}]}),
        flag("refused-last", fallthrough={"experiment": "refused-last"}),
        flag("refused-twice", rules=[rule("first", {"experiment": "refused-twice-1"}), rule("second", {"experiment": "refused-twice-2"})]),
    ],
    experiments=[experiment(key, f"f-{key}", **members) for key, members in EXPERIMENTS.items()]
    + [
        experiment("in-rule", "in-rule"),
        experiment("refused-in-rule", "refused-in-rule", status="paused"),
        experiment("refused-otherwise", "refused-otherwise", targeting=IS_PRO),
        experiment("refused-then-rule", "refused-then-rule", status="paused"),
        experiment("refused-then-split", "refused-then-split", status="paused"),
        experiment("refused-last", "refused-last", allocation=0),
        experiment("refused-twice-1", "refused-twice", status="paused"),
        experiment("refused-twice-2", "refused-twice", targeting=IS_PRO),
    ],
)


def is_control(key):
    return lambda unit: bucket(f"{SALT}:{key}:variant", unit) < 3_000


def assigned(key, control, share=1.0, **members):
    weight = 0.3 if control else 0.7
    return served("a" if control else "b", "SPLIT", "experiment_assigned", **members, experiment=key,
                  variant="control" if control else "treatment", propensity=weight * share)


def refused(code, variation="c", **members):
    return served(variation, "DEFAULT", code, **members)


control = unit_where(is_control("running"))
treatment = unit_where(lambda unit: not is_control("running")(unit))
case("assigned to control", "experiments", "f-running", assigned("running", True), unit=control)
case("assigned to treatment", "experiments", "f-running", assigned("running", False), unit=treatment)
case("a salt of another experiment deals alike", "experiments", "f-salted", assigned("salted", True), unit=control)
inside = unit_where(lambda unit: bucket(f"{SALT}:half:allocation", unit) < 5_000 and is_control("half")(unit))
inside_too = unit_where(lambda unit: bucket(f"{SALT}:half:allocation", unit) < 5_000 and not is_control("half")(unit))
outside = unit_where(lambda unit: bucket(f"{SALT}:half:allocation", unit) >= 5_000)
case("inside the allocation, control", "experiments", "f-half", assigned("half", True, 0.5), unit=inside)
case("inside the allocation, treatment", "experiments", "f-half", assigned("half", False, 0.5), unit=inside_too)
case("outside the allocation", "experiments", "f-half", refused("outside_traffic_allocation", propensity=0.5), unit=outside)
case("nobody is inside an allocation of 0", "experiments", "f-none", refused("outside_traffic_allocation", propensity=1))
case("paused", "experiments", "f-paused", refused("no_active_experiment"))
case("draft", "experiments", "f-draft", refused("no_active_experiment"))
case("before the start", "experiments", "f-dated", refused("no_active_experiment"), now=999)
case("at the start", "experiments", "f-dated", assigned("dated", is_control("dated")(ANY)), now=1_000)
case("just before the end", "experiments", "f-dated", assigned("dated", is_control("dated")(ANY)), now=1_999)
case("at the end", "experiments", "f-dated", refused("no_active_experiment"), now=2_000)
case("targeting holds", "experiments", "f-targeted", assigned("targeted", is_control("targeted")(ANY)), attributes={"x": "pro"})
case("targeting does not hold", "experiments", "f-targeted", refused("targeting_mismatch"), attributes={"x": "free"})
case("status is asked before targeting", "experiments", "f-paused-targeted", refused("no_active_experiment"))
case("targeting is asked before allocation", "experiments", "f-targeted-none", refused("targeting_mismatch"))
case("an experiment in a rule", "experiments", "in-rule", assigned("in-rule", is_control("in-rule")(ANY), ruleId="try"), attributes={"x": "pro"})
case("refused in a rule: the fallthrough says why", "experiments", "refused-in-rule", refused("no_active_experiment", "b"))
case("refused in a rule with otherwise", "experiments", "refused-otherwise", refused("targeting_mismatch", "a", ruleId="try"))
case("refused in a rule: the rule below decides", "experiments", "refused-then-rule", served("a", "TARGETING_MATCH", "rule_match", ruleId="below"))
case("refused in a rule: the split below decides", "experiments", "refused-then-split", served("a", "SPLIT", "split", propensity=1))
case("refused in the fallthrough: off variation", "experiments", "refused-last", refused("outside_traffic_allocation", propensity=1))
case("refused twice: the last refusal says why", "experiments", "refused-twice", refused("targeting_mismatch", "b"))

# --- plans of a newer version -----------------------------------------------------------------------------------

NEWER = {"attribute": "x", "op": "sounds_like", "value": "pro"}
plans["newer"] = plan(
    [
        flag("unknown-operator", rules=[rule("newer", {"variation": "a"}, NEWER), rule("known", {"variation": "c"}, IS_PRO)]),
        flag("unknown-under-not", rules=[rule("newer", {"variation": "a"}, {"not": NEWER})]),
        flag("unknown-under-any", rules=[rule("newer", {"variation": "a"}, {"any": [ALWAYS, NEWER]})]),
        flag("unknown-form", rules=[rule("newer", {"variation": "a"}, {"xor": []})]),
        flag("unknown-serve", rules=[rule("newer", {"rollout": []})]),
    ]
)
for key in ("unknown-under-not", "unknown-under-any", "unknown-form", "unknown-serve", "unknown-operator"):
    case(f"{key}: the rule is skipped", "newer", key, served("b", "DEFAULT", "fallthrough"))
case("below a skipped rule, evaluation goes on", "newer", "unknown-operator",
     served("c", "TARGETING_MATCH", "rule_match", ruleId="known"), attributes={"x": "pro"})

names = [each["name"] for each in cases]
assert len(set(names)) == len(names), "two cases share a name"
document = {
    "specVersion": "1.0.0",
    "madeBy": "make-vectors.py, Python hashlib",
    "buckets": BUCKETS,
    "unitIds": UNIT_IDS,
    "plans": plans,
    "cases": cases,
}
target = pathlib.Path(__file__).with_name("evaluation.json")
target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
print(f"{len(BUCKETS)} buckets, {len(UNIT_IDS)} unit ids, {len(cases)} cases")
