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


def plan(flags, segments=(), experiments=(), layers=(), holdouts=(), overrides=(), form=2):
    """Of format 1 or 2: what is new in 2 is absent in 1, also from experiments."""
    newer = {
        "layers": {each["key"]: each for each in layers},
        "holdouts": {each["key"]: each for each in holdouts},
        "overrides": {each["key"]: each for each in overrides},
    }
    return {
        "format": form,
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
        **(newer if form == 2 else {}),
    }


plans = {}
cases = []


def case(name, plan_name, flag_key, expect, unit=ANY, attributes=None, now=1_000, **others):
    """`others` are the context's optional members: sessionId, key, kept."""
    context = {"unitId": unit, "attributes": attributes or {}, "now": now, **others}
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
    ],
    form=1,
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
    form=1,
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

# --- each operator: holds, does not, negated, missing, of the wrong type -----------------------------------------

# (op, constant, a value that holds, one that does not, values of the wrong type)
NUMBERS_WRONG = ["5", True, [5], {"n": 5}]
TEXTS_WRONG = [5, True, ["abc"], {"t": "abc"}]
OPERATORS = [
    ("eq", "abc", "abc", "abd", TEXTS_WRONG),
    ("neq", "abc", "abd", "abc", TEXTS_WRONG),
    ("in", ["abc", "b"], "abc", "c", TEXTS_WRONG),
    ("not_in", ["abc", "b"], "c", "abc", TEXTS_WRONG),
    ("lt", 5, 4, 5, NUMBERS_WRONG),
    ("lte", 5, 5, 5.5, NUMBERS_WRONG),
    ("gt", 5, 6, 5, NUMBERS_WRONG),
    ("gte", 5, 5, 4.5, NUMBERS_WRONG),
    ("between", [1, 5], 5, 6, NUMBERS_WRONG),
    ("contains", "b", "abc", "xyz", TEXTS_WRONG),
    ("not_contains", "b", "xyz", "abc", TEXTS_WRONG),
    ("starts_with", "ab", "abc", "cab", TEXTS_WRONG),
    ("ends_with", "bc", "abc", "bca", TEXTS_WRONG),
    ("matches", "^a.c$", "abc", "abcd", TEXTS_WRONG),
    ("semver_eq", "1.2.3", "1.2.3", "1.2.4", [1.2, "1.2", "v1.2.3", ["1.2.3"]]),
    ("semver_lt", "1.2.3", "1.2.2", "1.2.3", [1.2, "1", "1.2.3.4", True]),
    ("semver_lte", "1.2.3", "1.2.3", "1.2.4", [1, "1.02.3", "", {}]),
    ("semver_gt", "1.2.3", "1.2.10", "1.2.3", [2, " 1.2.10", "1.2.x", []]),
    ("semver_gte", "1.2.3", "1.2.3", "1.2.3-rc.1", [2, "1.2.3-", "1.2.3-01", False]),
    ("semver_range", "^1.2.0", "1.9.9", "2.0.0", [1.3, "1.3", "latest", ["1.3.0"]]),
    ("before", "2026-03-01T12:00:00Z", "2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z",
     ["2026-03-01", "2026-03-01T11:00:00", "yesterday", True, ["2026-01-01T00:00:00Z"]]),
    ("after", 1_000, 1_001, 1_000, ["1001", True, "1970-01-01T00:00:61Z", {}]),
    ("in_cidr", "10.0.0.0/8", "10.1.2.3", "11.1.2.3", [10, "10.1.2", "010.1.2.3", "10.1.2.3/32", ["10.1.2.3"]]),
    ("has_any", ["a", 1], ["z", 1], ["z", 2], ["a", 1, {"a": 1}]),
    ("has_all", ["a", 1], [1, "a", "z"], ["a", "1"], ["a", 1, True]),
]


def condition_case(name, plan_name, flag_key, attributes, holds, **others):
    expect = served("a", "TARGETING_MATCH", "rule_match", ruleId="tested") if holds else served("b", "DEFAULT", "fallthrough")
    shown = json.dumps(attributes, ensure_ascii=False)
    case(f"{name}: {shown} {'holds' if holds else 'does not hold'}", plan_name, flag_key, expect, attributes=attributes, **others)


operator_flags = []
for op, constant, good, bad, wrong in OPERATORS:
    for negate in (False, True):
        condition = {"attribute": "x", "op": op, "value": constant, **({"negate": True} if negate else {})}
        key = f"{op}-negated" if negate else op
        operator_flags.append(flag(key, rules=[rule("tested", {"variation": "a"}, condition)]))
        for attributes, holds in [({"x": good}, not negate), ({"x": bad}, negate), ({}, False), ({"x": None}, False)]:
            condition_case(f"operator {key}", "operators", key, attributes, holds)
        for value in wrong:
            condition_case(f"operator {key}, wrong type", "operators", key, {"x": value}, False)
plans["operators"] = plan(operator_flags)

# --- values and texts of every kind -------------------------------------------------------------------------------

COMBINED, DECOMPOSED = "\u00e9", "e\u0301"
TEXTS = [
    ("texts are not normalised", {"attribute": "x", "op": "eq", "value": COMBINED}, [({"x": COMBINED}, True), ({"x": DECOMPOSED}, False)]),
    ("an emoji is a text like any other", {"attribute": "x", "op": "ends_with", "value": "🚦"}, [({"x": "go 🚦"}, True), ({"x": "go 🚥"}, False)]),
    ("a dot of a pattern is one character, also beyond the basic plane", {"attribute": "x", "op": "matches", "value": "^.$"},
     [({"x": "🚦"}, True), ({"x": "ab"}, False)]),
    ("classes of a pattern know Unicode", {"attribute": "x", "op": "matches", "value": "^\\p{Cyrillic}+$"}, [({"x": "щука"}, True), ({"x": "pike"}, False)]),
    ("a pattern's text of 1024 code units is looked at", {"attribute": "x", "op": "matches", "value": "z$"}, [({"x": "a" * 1_023 + "z"}, True)]),
    ("a longer one has the wrong type", {"attribute": "x", "op": "matches", "value": "z$", "negate": False}, [({"x": "a" * 1_024 + "z"}, False)]),
    ("the empty text is there", {"attribute": "x", "op": "eq", "value": ""}, [({"x": ""}, True), ({}, False)]),
    ("the empty text is part of every text", {"attribute": "x", "op": "contains", "value": ""}, [({"x": "a"}, True), ({"x": ""}, True), ({"x": 1}, False)]),
    ("case counts", {"attribute": "x", "op": "starts_with", "value": "Straße"}, [({"x": "Straße 5"}, True), ({"x": "STRASSE 5"}, False)]),
    ("numbers are doubles", {"attribute": "x", "op": "eq", "value": 0.3}, [({"x": 0.3}, True), ({"x": 0.30000000000000004}, False)]),
    ("large numbers too", {"attribute": "x", "op": "eq", "value": 9_007_199_254_740_992}, [({"x": 9_007_199_254_740_993}, True)]),
    ("negative zero is zero", {"attribute": "x", "op": "eq", "value": 0}, [({"x": -0.0}, True), ({"x": 1}, False)]),
    ("less than zero", {"attribute": "x", "op": "lt", "value": 0}, [({"x": -5e-324}, True), ({"x": -0.0}, False), ({"x": 0}, False)]),
    ("more than the next smaller double", {"attribute": "x", "op": "gt", "value": 1}, [({"x": 1.0000000000000002}, True), ({"x": 1}, False)]),
    ("between with one point", {"attribute": "x", "op": "between", "value": [2, 2]}, [({"x": 2}, True), ({"x": 2.000001}, False)]),
    ("in, of booleans", {"attribute": "x", "op": "in", "value": [True]}, [({"x": True}, True), ({"x": False}, False), ({"x": "true"}, False)]),
    ("not_in, of another type than any of the list", {"attribute": "x", "op": "not_in", "value": [1, 2]}, [({"x": 3}, True), ({"x": "3"}, False)]),
    ("neq of a number", {"attribute": "x", "op": "neq", "value": 1}, [({"x": 2}, True), ({"x": "1"}, False), ({}, False)]),
    ("neq of a boolean, negated", {"attribute": "x", "op": "neq", "value": True, "negate": True}, [({"x": True}, True), ({"x": False}, False), ({}, False)]),
    ("exists with true", {"attribute": "x", "op": "exists", "value": True}, [({"x": False}, True), ({}, False)]),
    ("exists with false asks for absence", {"attribute": "x", "op": "exists", "value": False}, [({}, True), ({"x": None}, True), ({"x": 0}, False)]),
    ("exists with false, negated", {"attribute": "x", "op": "exists", "value": False, "negate": True}, [({"x": []}, True), ({}, False)]),
    ("members of a list are compared without converting", {"attribute": "x", "op": "has_any", "value": [True, "1"]},
     [({"x": [1]}, False), ({"x": ["1"]}, True), ({"x": [True]}, True), ({"x": [[True]]}, False)]),
    ("has_all of one that occurs twice", {"attribute": "x", "op": "has_all", "value": ["a", "a"]}, [({"x": ["a"]}, True), ({"x": []}, False)]),
    ("has_any negated", {"attribute": "x", "op": "has_any", "value": ["a"], "negate": True}, [({"x": ["b"]}, True), ({"x": []}, True), ({"x": ["a"]}, False), ({"x": "b"}, False)]),
]
VERSIONS = [
    ("1.0.0-alpha", "1.0.0-alpha.1"), ("1.0.0-alpha.1", "1.0.0-alpha.beta"), ("1.0.0-alpha.beta", "1.0.0-beta"),
    ("1.0.0-beta", "1.0.0-beta.2"), ("1.0.0-beta.2", "1.0.0-beta.11"), ("1.0.0-beta.11", "1.0.0-rc.1"),
    ("1.0.0-rc.1", "1.0.0"), ("1.0.0", "1.0.1"), ("1.9.0", "1.10.0"), ("1.99.99", "2.0.0"),
    ("0.0.131071", "0.0.131072"), ("1.0.0-9", "1.0.0-a"),
]
for lower, higher in VERSIONS:
    TEXTS.append((f"semver {lower} < {higher}", {"attribute": "x", "op": "semver_lt", "value": higher},
                  [({"x": lower}, True), ({"x": higher}, False)]))
TEXTS += [
    ("semver: build metadata has no rank", {"attribute": "x", "op": "semver_eq", "value": "1.0.0+a"}, [({"x": "1.0.0+b"}, True), ({"x": "1.0.0-b"}, False)]),
    ("semver_range with alternatives", {"attribute": "x", "op": "semver_range", "value": "1.x || >=3.1.0"},
     [({"x": "1.4.9"}, True), ({"x": "2.0.0"}, False), ({"x": "3.1.0"}, True)]),
    ("semver_range that names a pre-release", {"attribute": "x", "op": "semver_range", "value": ">=1.2.3-beta.2"},
     [({"x": "1.2.3-beta.4"}, True), ({"x": "1.2.4-beta.4"}, False), ({"x": "1.2.4"}, True)]),
    ("semver_range with a tilde, negated", {"attribute": "x", "op": "semver_range", "value": "~1.2.3", "negate": True},
     [({"x": "1.3.0"}, True), ({"x": "1.2.9"}, False), ({"x": "1.3"}, False)]),
    ("an instant with an offset", {"attribute": "x", "op": "after", "value": "2026-03-01T00:00:00+02:00"},
     [({"x": "2026-02-28T22:00:00.001Z"}, True), ({"x": "2026-02-28T22:00:00Z"}, False)]),
    ("lower-case letters and a blank are RFC 3339", {"attribute": "x", "op": "before", "value": "2026-03-01t00:00:00z"},
     [({"x": "2026-02-28 23:59:59z"}, True)]),
    ("29 February of a leap year", {"attribute": "x", "op": "after", "value": 0}, [({"x": "2024-02-29T00:00:00Z"}, True), ({"x": "2100-02-29T00:00:00Z"}, False)]),
    ("24:00 and a leap second are no instants", {"attribute": "x", "op": "after", "value": 0}, [({"x": "2024-01-01T24:00:00Z"}, False), ({"x": "2016-12-31T23:59:60Z"}, False)]),
    ("digits beyond milliseconds are cut", {"attribute": "x", "op": "after", "value": "2026-01-01T00:00:00.123Z"},
     [({"x": "2026-01-01T00:00:00.1239Z"}, False), ({"x": "2026-01-01T00:00:00.124Z"}, True)]),
    ("an instant before 1970", {"attribute": "x", "op": "before", "value": 0}, [({"x": "1969-12-31T23:59:59Z"}, True), ({"x": -1}, True), ({"x": 0}, False)]),
    ("a network of one address", {"attribute": "x", "op": "in_cidr", "value": "10.0.0.7/32"}, [({"x": "10.0.0.7"}, True), ({"x": "10.0.0.8"}, False)]),
    ("the network of all addresses", {"attribute": "x", "op": "in_cidr", "value": "0.0.0.0/0"}, [({"x": "255.255.255.255"}, True), ({"x": "::1"}, False)]),
    ("IPv6 in all its forms", {"attribute": "x", "op": "in_cidr", "value": "2001:db8::/33"},
     [({"x": "2001:0DB8:7fff::1"}, True), ({"x": "2001:db8:8000::1"}, False), ({"x": "2001:db8::1%eth0"}, False)]),
    ("an address mapped into IPv6 against an IPv6 network", {"attribute": "x", "op": "in_cidr", "value": "::ffff:0:0/96"}, [({"x": "::ffff:1.2.3.4"}, True), ({"x": "1.2.3.4"}, False)]),
    ("a path of three", {"attribute": "a.b.c", "op": "eq", "value": 1}, [({"a": {"b": {"c": 1}}}, True), ({"a": {"b.c": 1}}, False), ({"a.b": {"c": 1}}, False)]),
    ("a path through a missing member", {"attribute": "a.b", "op": "exists", "negate": True}, [({"a": {}}, True), ({"a": None}, True), ({"a": {"b": 1}}, False)]),
    ("a path into a text", {"attribute": "a.length", "op": "exists"}, [({"a": "text"}, False)]),
    ("a path into a list", {"attribute": "a.0", "op": "exists"}, [({"a": ["first"]}, False), ({"a": {"0": "first"}}, True)]),
    ("a member of the language's own", {"attribute": "__proto__", "op": "exists"}, [({}, False)]),
    ("a null at the full name does not hide the path", {"attribute": "a.b", "op": "eq", "value": 1}, [({"a.b": 1, "a": {"b": 2}}, True)]),
]
# --- nesting ------------------------------------------------------------------------------------------------------

X, Y, Z = ({"attribute": name, "op": "eq", "value": 1} for name in "xyz")
NESTED = [
    ("all of any", {"all": [{"any": [X, Y]}, {"any": [Y, Z]}]}, [({"y": 1}, True), ({"x": 1, "z": 1}, True), ({"x": 1}, False)]),
    ("any of all", {"any": [{"all": [X, Y]}, {"all": [Y, Z]}]}, [({"x": 1, "y": 1}, True), ({"x": 1, "z": 1}, False)]),
    ("not all", {"not": {"all": [X, Y]}}, [({"x": 1}, True), ({}, True), ({"x": 1, "y": 1}, False)]),
    ("not any", {"not": {"any": [X, Y]}}, [({}, True), ({"y": 1}, False)]),
    ("not not", {"not": {"not": X}}, [({"x": 1}, True), ({}, False)]),
    ("not of an empty all", {"not": {"all": []}}, [({}, False)]),
    ("not of an empty any", {"not": {"any": []}}, [({}, True)]),
    ("one member is itself", {"all": [{"any": [X]}]}, [({"x": 1}, True), ({"x": 2}, False)]),
    ("32 levels of not", None, [({"x": 1}, True), ({"x": 2}, False)]),
    ("33 levels are beyond", None, [({"x": 1}, False), ({"x": 2}, False)]),
    ("negate under not", {"not": {"attribute": "x", "op": "eq", "value": 1, "negate": True}}, [({"x": 1}, True), ({}, True), ({"x": 2}, False)]),
]


def negations(levels):
    condition = X
    for _ in range(levels):
        condition = {"not": condition}
    return condition


ROWS = [
    (name, {"32 levels of not": negations(32), "33 levels are beyond": negations(33)}.get(name, condition), rows)
    for name, condition, rows in TEXTS + NESTED
]
plans["values"] = plan([flag(f"value-{index}", rules=[rule("tested", {"variation": "a"}, condition)]) for index, (_, condition, _) in enumerate(ROWS)])
for index, (name, _, rows) in enumerate(ROWS):
    for attributes, holds in rows:
        shown = json.dumps(attributes, ensure_ascii=False)
        expect = served("a", "TARGETING_MATCH", "rule_match", ruleId="tested") if holds else served("b", "DEFAULT", "fallthrough")
        case(f"{name}: {shown if len(shown) < 200 else 'long'} {'holds' if holds else 'does not hold'}", "values", f"value-{index}", expect, attributes=attributes)

# --- segments -----------------------------------------------------------------------------------------------------

OTHER = UNITS[3]
CHAIN = [segment("link-0", rules=[IS_PRO])] + [
    segment(f"link-{level}", rules=[{"op": "in_segment", "value": f"link-{level - 1}"}]) for level in range(1, 33)
]
plans["segments"] = plan(
    [flag(key, rules=[rule("tested", {"variation": "a"}, condition)]) for key, condition in [
        ("listed", {"op": "in_segment", "value": "list"}),
        ("not-listed", {"op": "in_segment", "value": "list", "negate": True}),
        ("either", {"op": "in_segment", "value": ["empty", "list"]}),
        ("neither", {"op": "in_segment", "value": ["empty", "list"], "negate": True}),
        ("without-the-excluded", {"op": "in_segment", "value": "all-but-one"}),
        ("deep", {"op": "in_segment", "value": "link-31"}),
        ("too-deep", {"not": {"op": "in_segment", "value": "link-32"}}),
        ("circular", {"not": {"op": "in_segment", "value": "ring"}}),
        ("unknown", {"not": {"op": "in_segment", "value": "nobody-made-it"}}),
        ("odd", {"op": "in_segment", "value": "odd-ids"}),
    ]],
    segments=[
        segment("list", included=[ANY, UNITS[1]]),
        segment("empty"),
        segment("all-but-one", excluded=[OTHER], rules=[{"all": []}]),
        segment("ring", rules=[{"op": "in_segment", "value": "ring"}]),
        segment("odd-ids", included=["AAAAAAAAAAAAAAAAAAAAA_"]),
        *CHAIN,
    ],
)
for key, unit, holds in [
    ("listed", ANY, True), ("listed", OTHER, False), ("not-listed", ANY, False), ("not-listed", OTHER, True),
    ("either", ANY, True), ("either", OTHER, False), ("neither", ANY, False), ("neither", OTHER, True),
    ("without-the-excluded", ANY, True), ("without-the-excluded", OTHER, False),
    ("odd", "AAAAAAAAAAAAAAAAAAAAA_", True), ("odd", "AAAAAAAAAAAAAAAAAAAAA-", False), ("odd", "AAAAAAAAAAAAAAAAAAAAAA", False),
    ("too-deep", ANY, False), ("circular", ANY, False), ("unknown", ANY, False),
]:
    condition_case(f"segment {key}, unit {unit}", "segments", key, {}, holds, unit=unit)
condition_case("segments 32 deep", "segments", "deep", {"x": "pro"}, True)
condition_case("segments 32 deep", "segments", "deep", {"x": "free"}, False)

# --- rollouts, shadows, models ------------------------------------------------------------------------------------

STEPS = [{"at": 1_000, "share": 1_000}, {"at": 2_000, "share": 5_000}, {"at": 3_000, "share": 10_000}]
SHRINKING = [{"at": 1_000, "share": 5_000}, {"at": 2_000, "share": 2_001}]


def rollout(**members):
    return {"rollout": {"variation": "a", "ramp": "step", "steps": STEPS, **members}}


MODEL = {"registry": "models.example.org", "name": "ranker", "version": "7", "alias": "champion"}
plans["rollouts"] = plan([
    flag("stepped", rules=[rule("ramp", rollout(otherwise="c"))]),
    flag("stepped-or-below", rules=[rule("ramp", rollout())]),
    flag("stepped-last", fallthrough=rollout()),
    flag("linear", fallthrough=rollout(otherwise="b", ramp="linear")),
    flag("shrinking", fallthrough=rollout(otherwise="b", ramp="linear", steps=SHRINKING)),
    flag("salted", salt="stepped", rules=[rule("ramp", rollout(otherwise="c"))]),
    flag("shadow", rules=[rule("compare", {"shadow": {"variation": "a", "candidate": "b"}}, IS_PRO)], fallthrough={"shadow": {"variation": "b", "candidate": "c"}}),
    flag("shadow-only", fallthrough={"shadow": {"variation": "b", "candidate": "a"}}),
    flag("modelled", variations=[{"key": "a", "value": "A", "model": MODEL}, {"key": "b", "value": "B"}, {"key": "c", "value": "C"}],
         rules=[rule("pros", {"variation": "a"}, IS_PRO)]),
])


def unit_in(salt, low, high):
    return unit_where(lambda unit: low <= bucket(f"{SALT}:{salt}", unit) < high)


STEP_TABLE = [(999, 0), (1_000, 1_000), (1_999, 1_000), (2_000, 5_000), (2_999, 5_000), (3_000, 10_000), (9_999_999, 10_000)]
for now, share in STEP_TABLE:
    for low, high in [(0, 1_000), (1_000, 5_000), (5_000, 10_000)]:
        unit = unit_in("stepped", low, high)
        inside = low < share
        for key in ("stepped", "salted"):
            expect = served("a" if inside else "c", "SPLIT", "split", ruleId="ramp", propensity=(share if inside else 10_000 - share) / 10_000)
            case(f"rollout {key} at {now}, bucket {low} to {high}", "rollouts", key, expect, unit=unit, now=now)
for now, inside in [(999, False), (1_000, True)]:
    unit = unit_in("stepped-or-below", 0, 1_000)
    expect = served("a", "SPLIT", "split", ruleId="ramp", propensity=0.1) if inside else served("b", "DEFAULT", "fallthrough")
    case(f"a rollout without otherwise, at {now}", "rollouts", "stepped-or-below", expect, unit=unit, now=now)
case("outside of a rollout that is the fallthrough", "rollouts", "stepped-last", served("c", "DEFAULT", "fallthrough"), unit=unit_in("stepped-last", 5_000, 10_000), now=2_500)
case("inside of a rollout that is the fallthrough", "rollouts", "stepped-last", served("a", "SPLIT", "split", propensity=0.5), unit=unit_in("stepped-last", 0, 5_000), now=2_500)


def linear_share(steps, now):
    """Integer arithmetic, rounded down."""
    before = [step for step in steps if step["at"] <= now]
    behind = [step for step in steps if step["at"] > now]
    if not before:
        return 0
    last = before[-1]
    if not behind:
        return last["share"]
    return last["share"] + (behind[0]["share"] - last["share"]) * (now - last["at"]) // (behind[0]["at"] - last["at"])


for key, steps, times in [("linear", STEPS, (999, 1_000, 1_001, 1_500, 1_999, 2_333, 2_999, 3_000)), ("shrinking", SHRINKING, (1_000, 1_001, 1_500, 1_999, 2_000, 5_000))]:
    for now in times:
        share = linear_share(steps, now)
        for inside in (True, False):
            if (share == 0 and inside) or (share == 10_000 and not inside):
                continue
            # The closest units on both sides of the border.
            within = [unit for unit in UNITS if (bucket(f"{SALT}:{key}", unit) < share) == inside]
            unit = (max if inside else min)(within, key=lambda each: bucket(f"{SALT}:{key}", each))
            expect = served("a" if inside else "b", "SPLIT", "split", propensity=(share if inside else 10_000 - share) / 10_000)
            case(f"{key} ramp at {now}, {'inside' if inside else 'outside'} {share}", "rollouts", key, expect, unit=unit, now=now)
case("a shadow in a rule", "rollouts", "shadow", served("a", "TARGETING_MATCH", "rule_match", ruleId="compare", shadow="b"), attributes={"x": "pro"})
case("a shadow in the fallthrough", "rollouts", "shadow", served("b", "DEFAULT", "fallthrough", shadow="c"))
case("a shadow and nothing else", "rollouts", "shadow-only", served("b", "STATIC", "fallthrough", shadow="a"))
case("a variation with a model", "rollouts", "modelled", served("a", "TARGETING_MATCH", "rule_match", ruleId="pros", model=MODEL), attributes={"x": "pro"})
case("a variation without one", "rollouts", "modelled", served("b", "DEFAULT", "fallthrough"))

# --- layers, holdouts, participation, kept variants, remembered ranges ---------------------------------------------


def salted(key, kind):
    return f"{SALT}:{key}:{kind}"


def in_layer(layer, low, high):
    return lambda unit: low <= bucket(salted(layer, "layer"), unit) < high


def slots(layer, *ranges):
    return {"layer": {"key": layer, "slots": [{"from": low, "to": high} for low, high in ranges]}}


def held_out(key, share):
    return lambda unit: bucket(salted(key, "holdout"), unit) < share


NEWER_EXPERIMENTS = {
    "left": slots("pages", (0, 4_000), (9_000, 10_000)),
    "right": slots("pages", (4_000, 9_000)),
    "half-of-left": {**slots("pages", (0, 4_000), (9_000, 10_000)), "allocation": 5_000},
    "salted-layer": slots("other-pages", (0, 4_000), (9_000, 10_000)),
    "lost-layer": slots("nowhere", (0, 10_000)),
    "held": {"tags": ["money"]},
    "held-targeted": {"tags": ["money"], "targeting": IS_PRO},
    "held-in-layer": {"tags": ["money"], **slots("pages", (0, 1))},
    "free": {"tags": ["colour"]},
    "remembered": {"ranges": [{"from": 0, "to": 1_000, "variant": 0}, {"from": 1_000, "to": 8_000, "variant": 1}, {"from": 8_000, "to": 10_000, "variant": 0}]},
    "short": {"variants": [{"key": "control", "variation": "a", "weight": 3_000}, {"key": "treatment", "variation": "b", "weight": 0}]},
    "kept": {"sticky": "store", "phase": 3},
    "kept-nowhere": {"sticky": "store", "phase": 3, "allocation": 0, **slots("pages", (0, 1)), "participationLimit": 1, "unit": "kept"},
    "kept-paused": {"sticky": "store", "phase": 3, "status": "paused"},
    "kept-targeted": {"sticky": "store", "phase": 3, "targeting": IS_PRO},
    "kept-held": {"sticky": "store", "phase": 3, "tags": ["money"]},
    "not-kept": {"phase": 3},
}
RANKED = {
    # Over units of a kind of its own, so that the experiments above do not count.
    "first": {"priority": 10, "targeting": {"attribute": "first", "op": "exists"}},
    "second": {"priority": 5, "targeting": {"attribute": "second", "op": "exists"}},
    "third": {"priority": 0, "participationLimit": 1},
    "third-too": {"priority": 0, "participationLimit": 3},
    "last": {"priority": -5, "participationLimit": 2},
    "paused-first": {"priority": 50, "status": "paused"},
    "alone": {"priority": -9, "participationLimit": 1, "unit": "session"},
}
plans["experiments-2"] = plan(
    [flag(key, rules=[rule("try", {"experiment": key, "otherwise": "c"})]) for key in NEWER_EXPERIMENTS]
    + [flag(key, fallthrough={"experiment": key, "otherwise": "c"}) for key in RANKED],
    experiments=[experiment(key, key, **{"unit": "device", **members}) for key, members in NEWER_EXPERIMENTS.items()]
    + [experiment(key, key, **{"unit": "user", **members}) for key, members in RANKED.items()],
    layers=[{"key": "pages", "quarantineDays": 7, "quarantine": []}, {"key": "other-pages", "salt": "pages", "quarantineDays": 7, "quarantine": []}],
    holdouts=[{"key": "money-free", "share": 2_000, "tags": ["money", "price"]}, {"key": "ended", "share": 10_000, "tags": ["money"], "endsAt": 500}],
)
NOT_HELD = held_out("money-free", 2_000)


def experiment_case(name, key, expect, unit=ANY, **others):
    case(f"{key}: {name}", "experiments-2", key, expect, unit=unit, **others)


def given(key, unit, share=1.0, **members):
    return assigned(key, is_control(key)(unit), share, ruleId="try", **members)


def turned_away(code, **members):
    return served("c", "DEFAULT", code, ruleId="try", **members)


for name, low, high in [("first range of slots", 0, 4_000), ("second range of slots", 9_000, 10_000)]:
    unit = unit_where(in_layer("pages", low, high))
    for key in ("left", "salted-layer"):
        experiment_case(name, key, given(key, unit), unit)
    experiment_case(f"slots of another, {name}", "right", turned_away("domain_conflict", propensity=0.5), unit)
unit = unit_where(in_layer("pages", 4_000, 9_000))
experiment_case("slots of its own", "right", given("right", unit), unit)
for key in ("left", "salted-layer", "half-of-left"):
    experiment_case("slots of another", key, turned_away("domain_conflict", propensity=0.5), unit)
for inside in (True, False):
    unit = unit_where(lambda each: in_layer("pages", 0, 4_000)(each) and (bucket(salted("half-of-left", "allocation"), each) < 5_000) == inside)
    expect = given("half-of-left", unit, 0.5) if inside else turned_away("outside_traffic_allocation", propensity=0.5)
    experiment_case(f"slot and allocation are two draws, {'inside' if inside else 'outside'}", "half-of-left", expect, unit)
experiment_case("a layer that is not there has no slots", "lost-layer", turned_away("domain_conflict", propensity=0))

unit = unit_where(NOT_HELD)
experiment_case("held out", "held", turned_away("holdout", propensity=0.2), unit)
experiment_case("targeting is asked before the holdout", "held-targeted", turned_away("targeting_mismatch"), unit)
experiment_case("the holdout is asked after targeting", "held-targeted", turned_away("holdout", propensity=0.2), unit, attributes={"x": "pro"})
experiment_case("the holdout is asked before the slot", "held-in-layer", turned_away("holdout", propensity=0.2), unit)
experiment_case("a holdout of other tags", "free", given("free", unit), unit)
experiment_case("before its end, the other holdout", "held", turned_away("holdout", propensity=1), unit, now=499)
unit = unit_where(lambda each: not NOT_HELD(each))
experiment_case("not held out", "held", given("held", unit), unit)
experiment_case("at its end a holdout holds nobody", "held", given("held", unit), unit, now=500)
experiment_case("just before its end", "held", turned_away("holdout", propensity=1), unit, now=499)

for low, high, control in [(0, 1_000, True), (1_000, 3_000, False), (3_000, 8_000, False), (8_000, 10_000, True)]:
    unit = unit_where(lambda each: low <= bucket(salted("remembered", "variant"), each) < high)
    experiment_case(f"remembered ranges, buckets {low} to {high}", "remembered", assigned("remembered", control, ruleId="try"), unit)
experiment_case("weights that leave buckets to nobody: dealt", "short", assigned("short", True, ruleId="try"), unit_where(is_control("short")))
experiment_case("weights that leave buckets to nobody", "short", turned_away("no_variants"), unit_where(lambda each: not is_control("short")(each)))


def kept(key, variant, phase=3):
    return {"kept": {key: {"phase": phase, "variant": variant}}}


for variant in ("control", "treatment"):
    for key in ("kept", "kept-nowhere"):
        share = 1.0 if key == "kept" else 0.0
        experiment_case(f"{variant} was kept", key, assigned(key, variant == "control", share, ruleId="try"), **kept(key, variant))
    experiment_case(f"{variant} was kept in another phase", "kept", given("kept", ANY), **kept("kept", variant, 2))
    experiment_case(f"{variant} was kept for another experiment", "kept", given("kept", ANY), **kept("other", variant))
    experiment_case(f"{variant} was kept, but it deals by hashing alone", "not-kept", given("not-kept", ANY), **kept("not-kept", variant))
experiment_case("the kept variant is no more", "kept", given("kept", ANY), **kept("kept", "gone"))
experiment_case("nothing was kept", "kept", given("kept", ANY))
experiment_case("status is asked before what was kept", "kept-paused", turned_away("no_active_experiment"), **kept("kept-paused", "control"))
experiment_case("targeting is asked before what was kept", "kept-targeted", turned_away("targeting_mismatch"), **kept("kept-targeted", "control"))
unit = unit_where(NOT_HELD)
experiment_case("the holdout is asked before what was kept", "kept-held", turned_away("holdout", propensity=0.2), unit, **kept("kept-held", "control"))


def ranked(key, attributes, code=None):
    control = is_control(key)(ANY)
    return assigned(key, control) if code is None else served("c", "DEFAULT", code)


BOTH = {"first": 1, "second": 1}
for key, attributes, code in [
    ("first", BOTH, None), ("second", BOTH, None),
    ("third", {}, None), ("third", {"first": 1}, "participation_limit"), ("third", {"second": 1}, "participation_limit"), ("third", BOTH, "participation_limit"),
    # `third` has the same priority and sorts before it, so it counts, when it takes the unit itself.
    ("third-too", BOTH, None), ("third-too", {}, None),
    ("last", BOTH, "participation_limit"), ("last", {"first": 1}, "participation_limit"), ("last", {}, "participation_limit"),
    ("alone", BOTH, None),
]:
    case(f"{key} under a limit, {json.dumps(attributes)}", "experiments-2", key, ranked(key, attributes, code), attributes=attributes)
plans["participation"] = plan(
    [flag(key, fallthrough={"experiment": key, "otherwise": "c"}) for key in ("a1", "b1", "c1", "d1")],
    experiments=[
        experiment("b1", "b1", priority=7, targeting=X),
        experiment("a1", "a1", priority=7, targeting=Y, participationLimit=1),
        experiment("c1", "c1", priority=1, participationLimit=2),
        experiment("d1", "d1", priority=1, participationLimit=2, sticky="store"),
    ],
)
for key, attributes, code in [
    ("a1", {"x": 1, "y": 1}, None), ("b1", {"x": 1, "y": 1}, None), ("c1", {"x": 1, "y": 1}, "participation_limit"),
    ("c1", {"x": 1}, None), ("c1", {"y": 1}, None), ("d1", {"x": 1}, "participation_limit"), ("d1", {}, None), ("d1", {"x": 1, "y": 1}, "participation_limit"),
]:
    case(f"participation of {key}, {json.dumps(attributes)}", "participation", key, ranked(key, attributes, code), attributes=attributes)
case("a kept variant is not asked about participation", "participation", "d1", assigned("d1", True), attributes={"x": 1, "y": 1}, kept={"d1": {"phase": 1, "variant": "control"}})

# --- overrides ----------------------------------------------------------------------------------------------------

SESSION = unit_id("session-1", "session")


def override(key, target, unit=ANY, **members):
    return {"key": key, "unit": unit, "target": target, **members}


plans["overrides"] = plan(
    [
        flag("forced"), flag("forced-killed", killed=True), flag("forced-archived", status="archived"),
        flag("forced-needs", prerequisites=[{"flag": "gone", "variations": ["a"]}]),
        flag("needs-forced", prerequisites=[{"flag": "forced", "variations": ["a"]}], rules=[GOES_A]),
        flag("expiring"), flag("twice"), flag("both"), flag("unit-and-session"), flag("other-unit"), flag("unknown-variation"),
        flag("tested", fallthrough={"experiment": "tested"}), flag("drafted"), flag("put-away"),
        flag("flag-first", fallthrough={"experiment": "flag-first"}),
    ],
    experiments=[
        experiment("tested", "tested"), experiment("drafted", "drafted", status="draft"), experiment("put-away", "put-away", status="archived"),
        experiment("flag-first", "flag-first"),
    ],
    overrides=[
        override("o-forced", {"flag": "forced", "variation": "a"}),
        override("o-killed", {"flag": "forced-killed", "variation": "a"}),
        override("o-archived", {"flag": "forced-archived", "variation": "a"}),
        override("o-needs", {"flag": "forced-needs", "variation": "a"}),
        override("o-expiring", {"flag": "expiring", "variation": "a"}, expiresAt=1_000),
        override("o-twice-1", {"flag": "twice", "variation": "a"}, expiresAt=1_000),
        override("o-twice-2", {"flag": "twice", "variation": "c"}),
        override("o-session", {"flag": "both", "variation": "a"}, SESSION),
        override("o-unit", {"flag": "unit-and-session", "variation": "c"}),
        override("a-session-first-by-key", {"flag": "unit-and-session", "variation": "a"}, SESSION),
        override("o-other", {"flag": "other-unit", "variation": "a"}, OTHER),
        override("o-unknown", {"flag": "unknown-variation", "variation": "z"}),
        override("o-nowhere", {"flag": "nowhere", "variation": "a"}),
        override("o-tested", {"experiment": "tested", "variant": "control"}),
        override("o-drafted", {"experiment": "drafted", "variant": "treatment"}),
        override("o-put-away", {"experiment": "put-away", "variant": "control"}),
        override("a-experiment", {"experiment": "flag-first", "variant": "control"}),
        override("o-flag", {"flag": "flag-first", "variation": "c"}),
        override("o-no-variant", {"experiment": "tested", "variant": "gone"}, OTHER),
    ],
)


def forced(variation, **members):
    return served(variation, "STATIC", "override", **members)


for key in ("forced", "forced-killed", "forced-archived", "forced-needs"):
    case(f"override of a flag: {key}", "overrides", key, forced("a"))
case("no override of another unit", "overrides", "forced", served("b", "STATIC", "fallthrough"), unit=OTHER)
case("an overridden flag meets a prerequisite", "overrides", "needs-forced", served("a", "TARGETING_MATCH", "rule_match", ruleId="to-a"))
case("and for others it does not", "overrides", "needs-forced", served("c", "DEFAULT", "prerequisite_failed"), unit=OTHER)
case("before an override expires", "overrides", "expiring", forced("a"), now=999)
case("when an override expires", "overrides", "expiring", served("b", "STATIC", "fallthrough"), now=1_000)
case("of two overrides the key that sorts first", "overrides", "twice", forced("a"), now=999)
case("when that has expired, the other", "overrides", "twice", forced("c"), now=1_000)
case("override of a session", "overrides", "both", forced("a"), unit=OTHER, sessionId=SESSION)
case("override of a session that is not this one", "overrides", "both", served("b", "STATIC", "fallthrough"), unit=OTHER, sessionId=OTHER)
case("without a session", "overrides", "both", served("b", "STATIC", "fallthrough"), unit=OTHER)
case("the unit's override goes before the session's", "overrides", "unit-and-session", forced("c"), sessionId=SESSION)
case("the session's override where the unit has none", "overrides", "unit-and-session", forced("a"), unit=OTHER, sessionId=SESSION)
case("override of a unit that asks", "overrides", "other-unit", forced("a"), unit=OTHER)
case("an override to a variation that is not there", "overrides", "unknown-variation", served("b", "STATIC", "fallthrough"))
case("override of an experiment", "overrides", "tested", forced("a", experiment="tested", variant="control"))
case("override of an experiment that has not begun", "overrides", "drafted", forced("b", experiment="drafted", variant="treatment"))
case("override of an archived experiment", "overrides", "put-away", served("b", "STATIC", "fallthrough"))
case("the flag's override goes before its experiment's", "overrides", "flag-first", forced("c"))
case("an override to a variant that is not there", "overrides", "tested", assigned("tested", is_control("tested")(OTHER)), unit=OTHER)

# --- imported hash recipes ------------------------------------------------------------------------------------------


def fnv1a32(text):
    value = 2_166_136_261
    for unit in text.encode("utf-16-le")[::2]:  # ASCII only here: one byte of each code unit
        value = ((value ^ unit) * 16_777_619) & 0xFFFF_FFFF
    return value


def growthbook(seed, key):
    return fnv1a32(str(fnv1a32(seed + key))) % 10_000 / 10_000


def eppo(salt, shards, key):
    return int.from_bytes(hashlib.md5(f"{salt}-{key}".encode()).digest()[:4], "big") % shards / shards


KEYS = [f"person-{index}" for index in range(500)]


def key_where(holds):
    return next(key for key in KEYS if holds(key))


GB = {"profile": "growthbook", "version": 2, "seed": "imported"}
EP = {"profile": "eppo", "salt": "imported", "shards": 1_000, "attribute": "account.id"}
IMPORTED = [
    {"key": "control", "variation": "a", "weight": 5_000, "range": {"from": 0, "to": 0.25}},
    {"key": "treatment", "variation": "b", "weight": 5_000, "range": {"from": 0.5, "to": 0.75}},
]
plans["recipes"] = plan(
    [
        flag("split", fallthrough={"hash": GB, "split": [{key: part[key] for key in ("variation", "weight", "range")} for part in IMPORTED]}),
        flag("split-in-rule", rules=[rule("deal", {"hash": EP, "split": [{key: part[key] for key in ("variation", "weight", "range")} for part in IMPORTED]})]),
        flag("rollout", fallthrough=rollout(hash=GB, otherwise="b")),
        flag("rollout-or-below", rules=[rule("ramp", rollout(hash=GB))]),
        flag("tried", fallthrough={"experiment": "tried", "otherwise": "c"}),
        flag("tried-or-below", rules=[rule("try", {"experiment": "tried-or-below"})]),
        flag("half-tried", fallthrough={"experiment": "half-tried", "otherwise": "c"}),
        flag("unheard", rules=[rule("deal", {"hash": {"profile": "unheard"}, "split": [{"variation": "a", "weight": 10_000, "range": {"from": 0, "to": 1}}]})]),
    ],
    experiments=[
        experiment("tried", "tried", hash=GB, variants=IMPORTED),
        experiment("tried-or-below", "tried-or-below", hash=GB, variants=IMPORTED),
        experiment("half-tried", "half-tried", hash=EP, variants=IMPORTED, allocation=5_000),
    ],
)


def within(low, high):
    return lambda key: low <= growthbook("imported", key) < high


for low, high, variation, variant in [(0, 0.25, "a", "control"), (0.25, 0.5, None, None), (0.5, 0.75, "b", "treatment"), (0.75, 1, None, None)]:
    key = key_where(within(low, high))
    place = f"position {low} to {high}"
    expect = served("c", "DEFAULT", "fallthrough") if variation is None else served(variation, "SPLIT", "split", propensity=0.25)
    case(f"imported split, {place}", "recipes", "split", expect, key=key)
    expect = served("c", "DEFAULT", "outside_traffic_allocation", propensity=0.5) if variant is None else served(
        variation, "SPLIT", "experiment_assigned", experiment="tried", variant=variant, propensity=0.25)
    case(f"imported experiment, {place}", "recipes", "tried", expect, key=key)
    inside = high <= 0.5
    expect = served("a" if inside else "b", "SPLIT", "split", propensity=0.5)
    case(f"imported rollout, {place}", "recipes", "rollout", expect, key=key, now=2_000)
for low, high, variation in [(0, 0.25, "a"), (0.25, 0.5, None), (0.5, 0.75, "b")]:
    for identity in ("person", 1):
        found = next(value for value in ([f"person-{n}" for n in range(500)] if identity == "person" else list(range(500)))
                     if low <= eppo("imported", 1_000, str(value)) < high)
        expect = served("b", "DEFAULT", "fallthrough") if variation is None else served(variation, "SPLIT", "split", ruleId="deal", propensity=0.25)
        case(f"imported split by attribute {found}, position {low} to {high}", "recipes", "split-in-rule", expect, attributes={"account": {"id": found}})
case("no key: the split passes on and says why", "recipes", "split", served("c", "DEFAULT", "no_key"))
case("no key: an empty one is none", "recipes", "split", served("c", "DEFAULT", "no_key"), key="")
case("no attribute: the split in a rule passes on", "recipes", "split-in-rule", served("b", "DEFAULT", "no_key"))
case("an attribute that is no text or number", "recipes", "split-in-rule", served("b", "DEFAULT", "no_key"), attributes={"account": {"id": [1]}})
case("no key: a rollout's otherwise", "recipes", "rollout", served("b", "DEFAULT", "no_key"), now=2_000)
case("no key: a rollout passes on", "recipes", "rollout-or-below", served("b", "DEFAULT", "no_key", ), now=2_000)
case("no key: an experiment refuses", "recipes", "tried", served("c", "DEFAULT", "no_key"))
case("no key: the refusal of a rule has the last word", "recipes", "tried-or-below", served("b", "DEFAULT", "no_key"))
for inside in (True, False):
    unit = unit_where(lambda each: (bucket(salted("half-tried", "allocation"), each) < 5_000) == inside)
    found = next(key for key in KEYS if eppo("imported", 1_000, key) < 0.25)
    expect = served("a", "SPLIT", "experiment_assigned", experiment="half-tried", variant="control", propensity=0.125) if inside else served(
        "c", "DEFAULT", "outside_traffic_allocation", propensity=0.75)
    case(f"an allocation beside a recipe, {'inside' if inside else 'outside'}", "recipes", "half-tried", expect, unit=unit, attributes={"account": {"id": found}})
case("a recipe of a newer version: the rule is skipped", "recipes", "unheard", served("b", "DEFAULT", "fallthrough"), key="person-1")

# --- plans of a newer version -----------------------------------------------------------------------------------

NEWER = {"attribute": "x", "op": "sounds_like", "value": "pro"}
plans["newer"] = plan(
    [
        flag("unknown-operator", rules=[rule("newer", {"variation": "a"}, NEWER), rule("known", {"variation": "c"}, IS_PRO)]),
        flag("unknown-under-not", rules=[rule("newer", {"variation": "a"}, {"not": NEWER})]),
        flag("unknown-under-any", rules=[rule("newer", {"variation": "a"}, {"any": [ALWAYS, NEWER]})]),
        flag("unknown-form", rules=[rule("newer", {"variation": "a"}, {"xor": []})]),
        flag("unknown-serve", rules=[rule("newer", {"rollout": []})]),
        flag("unknown-serving", rules=[rule("newer", {"lottery": {"variation": "a"}})]),
        flag("unknown-ramp", rules=[rule("newer", rollout(ramp="spiral"))]),
        flag("unknown-constant", rules=[rule("newer", {"variation": "a"}, {"not": {"attribute": "x", "op": "lt", "value": {"least": 1}}})]),
        flag("unknown-in-segment", rules=[rule("newer", {"variation": "a"}, {"op": "in_segment", "value": "newer"})]),
        flag("unknown-not-in-segment", rules=[rule("older", {"variation": "c"}, {"op": "in_segment", "value": "newer", "negate": True})]),
        flag("unknown-targeting", fallthrough={"experiment": "unknown-targeting", "otherwise": "c"}),
        flag("unknown-fallthrough", fallthrough={"lottery": []}),
    ],
    segments=[segment("newer", rules=[NEWER, IS_PRO])],
    experiments=[experiment("unknown-targeting", "unknown-targeting", targeting={"not": NEWER})],
)
for key in ("unknown-under-not", "unknown-under-any", "unknown-form", "unknown-serve", "unknown-operator", "unknown-serving", "unknown-ramp",
            "unknown-constant", "unknown-in-segment"):
    case(f"{key}: the rule is skipped", "newer", key, served("b", "DEFAULT", "fallthrough"))
case("in a segment, only the rule of a newer version is skipped", "newer", "unknown-in-segment",
     served("a", "TARGETING_MATCH", "rule_match", ruleId="newer"), attributes={"x": "pro"})
case("so a unit may be outside of it", "newer", "unknown-not-in-segment", served("c", "TARGETING_MATCH", "rule_match", ruleId="older"))
case("targeting of a newer version fits nobody", "newer", "unknown-targeting", refused("targeting_mismatch"), attributes={"x": "pro"})
case("a fallthrough of a newer version: off variation", "newer", "unknown-fallthrough", served("c", "DEFAULT", "fallthrough"))
case("below a skipped rule, evaluation goes on", "newer", "unknown-operator",
     served("c", "TARGETING_MATCH", "rule_match", ruleId="known"), attributes={"x": "pro"})

names = [each["name"] for each in cases]
assert len(set(names)) == len(names), "two cases share a name"
document = {
    "specVersion": "2.0.0",
    "madeBy": "make-vectors.py, Python hashlib",
    "buckets": BUCKETS,
    "unitIds": UNIT_IDS,
    "plans": plans,
    "cases": cases,
}
target = pathlib.Path(__file__).with_name("evaluation.json")
target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
print(f"{len(BUCKETS)} buckets, {len(UNIT_IDS)} unit ids, {len(cases)} cases")
