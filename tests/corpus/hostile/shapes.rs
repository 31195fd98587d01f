//! Hostile queries by their shape: nested, spread out, multiplied. Floods are in `floods.rs`.

use super::{each, nest};

/// What overflows a parser's stack, or an executor's.
pub(super) fn nested() -> Vec<(&'static str, String)> {
    let argument = |value: &str| format!("{{ contracts(filter: {value}) {{ __typename }} }}");
    let contracts = "contracts(first: 100) { edges { node { suppliers(first: 100) { edges { node { ";
    vec![
        ("1,800 nested lists", argument(&nest(1_800, "[", "", "]"))),
        ("1,500 nested objects", argument(&nest(1_500, "{a:", "1", "}"))),
        ("8,000 nested lists, never closed", argument(&"[".repeat(8_000))),
        (
            "lists and objects in turn",
            argument(&nest(900, "[{a:", "1", "}]")),
        ),
        (
            "nested lists in a directive",
            format!("{{ __typename @skip(if: {}) }}", nest(1_800, "[", "", "]")),
        ),
        (
            "nested lists in a default",
            format!("query($a: X = {}) {{ __typename }}", nest(1_800, "[", "", "]")),
        ),
        (
            "a nested variable type",
            format!("query($a: {}) {{ __typename }}", nest(1_800, "[", "Int", "]")),
        ),
        (
            "1,800 nested selections",
            format!("{{ {} }}", nest(1_800, "a{", "b", "}")),
        ),
        (
            "1,000 nested inline fragments",
            format!("{{ {} }}", nest(1_000, "...{", "__typename", "}")),
        ),
        (
            "30 nested inline fragments over conflicting fields",
            nest(
                30,
                "{ ... ",
                &format!("{{ {} }}", each(300, |n| format!("a: f{n}"))),
                " }",
            ),
        ),
        (
            "25 nested inline fragments over conflicting fields of one contract",
            {
                let conflicts = each(380, |n| format!("a: f{n}"));
                format!(
                    "{{ contract(id: \"x\") {} }}",
                    nest(25, "{ ... ", &format!("{{ {conflicts} }}"), " }")
                )
            },
        ),
        (
            "nested to-one relations",
            format!("{{ {} }}", nest(15, "contract{council{", "id", "}}")),
        ),
        (
            "nested pages",
            format!("{{ {} id {} }}", contracts.repeat(3), "} } } } } } ".repeat(3)),
        ),
        ("only closing brackets", "}".repeat(16_000)),
        ("brackets of the wrong kind", "{ a(b: [1}) ] }".to_owned()),
    ]
}

/// `count` fragments, each spreading the next `times`, the last with `leaf`.
fn doubling(count: usize, times: usize, leaf: &str) -> String {
    let next = |n: usize| format!("...f{} ", n + 1).repeat(times);
    let chain = each(count, |n| format!("fragment f{n} on Query {{ {} }}", next(n)));
    format!("{{ ...f0 }} {chain} fragment f{count} on Query {{ {leaf} }}")
}

/// What is small as written and large spread out.
pub(super) fn fragments() -> Vec<(&'static str, String)> {
    let wrapped = |n: usize| {
        format!(
            "fragment f{n} on Query {{ contracts {{ ...f{} ...f{} }} }}",
            n + 1,
            n + 1
        )
    };
    let ring = |n: usize| format!("fragment f{n} on Query {{ ...f{} }}", (n + 1) % 200);
    let operation = |n: usize| format!("query q{n} {{ ...f0 }}");
    vec![
        ("fragments doubling 25 times", doubling(25, 2, "__typename")),
        (
            "fragments growing tenfold 12 times",
            doubling(12, 10, "__typename"),
        ),
        (
            "doubling fragments that end in an unknown one",
            doubling(25, 2, "...nowhere"),
        ),
        (
            "doubling fragments nobody spreads",
            format!("{{ __typename }} {}", &doubling(25, 2, "id")[9..]),
        ),
        (
            "doubling fragments through fields",
            format!("{{ ...f0 }} {} fragment f25 on Query {{ id }}", each(25, wrapped)),
        ),
        (
            "a fragment that spreads itself",
            "{ ...a } fragment a on Query { ...a }".to_owned(),
        ),
        (
            "two fragments that spread each other",
            "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(),
        ),
        (
            "a ring of 200 fragments",
            format!("{{ ...f0 }} {}", each(200, ring)),
        ),
        (
            "a fragment cycle nobody spreads",
            "{ __typename } fragment a on Query { ...a }".to_owned(),
        ),
        (
            "a fragment cycle through fields",
            "{ ...a } fragment a on Query { contracts { edges { node { ...a } } } }".to_owned(),
        ),
        (
            "a fragment cycle within introspection",
            "{ __schema { ...a } } fragment a on __Schema { ...a }".to_owned(),
        ),
        ("a chain of 240 fragments", doubling(240, 1, "__typename")),
        (
            "80 operations of one large fragment",
            format!(
                "{} fragment f0 on Query {{ {} }}",
                each(80, operation),
                each(400, |n| format!("a{n}:id"))
            ),
        ),
        (
            "600 unknown fragments",
            format!("{{ {} }}", each(600, |n| format!("...unknown{n}"))),
        ),
        (
            "200 unused fragments",
            format!(
                "{{ id }} {}",
                each(200, |n| format!("fragment u{n} on Query {{ id }}"))
            ),
        ),
        (
            "fragments on unknown types",
            format!("{{ {} }}", each(300, |n| format!("... on T{n} {{ id }}"))),
        ),
        ("every fragment spread in every selection", {
            let spreads = |n: usize| {
                format!(
                    "fragment f{n} on Contract {{ {} }}",
                    each(30 - n, |m| format!("...f{}", n + m + 1))
                )
            };
            format!(
                "{{ contract(id: \"x\") {{ ...f0 }} }} {} fragment f30 on Contract {{ id }}",
                each(30, spreads)
            )
        }),
        ("100 contracts, each with the fragments of all", {
            let contract = |n: usize| format!("a{n}: contract(id: \"{n}\") {{ ...f0 ...f9 }}");
            let next = |n: usize| format!("fragment f{n} on Contract {{ id ...f{} }}", n + 1);
            format!(
                "{{ {} }} {} fragment f20 on Contract {{ id }}",
                each(100, contract),
                each(20, next)
            )
        }),
    ]
}

/// What asks the database for too much.
pub(super) fn lists() -> Vec<(&'static str, String)> {
    let page =
        |n: usize, first: &str| format!("a{n}: contracts(first: {first}) {{ edges {{ node {{ id }} }} }}");
    let pages_of = |first: &str| format!("{{ {} }}", each(40, |n| page(n, first)));
    let fields = each(400, |n| format!("a{n}: title"));
    vec![
        (
            "60 pages of 100 by alias",
            format!("{{ {} }}", each(60, |n| page(n, "100"))),
        ),
        ("200 lists of one by alias", {
            let list = |n: usize| format!("a{n}: contracts(first: 1) {{ __typename }}");
            format!("{{ {} }}", each(200, list))
        }),
        ("pages in pages", {
            let inner = "suppliers(first: 100) { nodes { contracts(first: 100) { nodes { id } } } }";
            format!("{{ contracts(first: 100) {{ nodes {{ {inner} }} }} }}")
        }),
        (
            "a page of 400 aliases",
            format!("{{ contracts(first: 100) {{ edges {{ node {{ {fields} }} }} }} }}"),
        ),
        ("pages of two thousand million", pages_of("2147483647")),
        ("pages of minus one", pages_of("-1")),
        ("pages of 100 and 1 at once", pages_of("1, first: 100")),
        ("pages as large as a list", pages_of("[100]")),
        ("council pages under contracts under councils", {
            let inner = "contracts { edges { node { council { contracts { edges { node { id } } } } } } }";
            format!("{{ councils {{ edges {{ node {{ {inner} }} }} }} }}")
        }),
    ]
}

/// What asks the schema for itself, times itself.
pub(super) fn introspection() -> Vec<(&'static str, String)> {
    let everything = "types { fields { name description args { name description type { name } } } }";
    let selves = |levels: usize| nest(levels, "fields { type { ", "name", " } } ");
    let typed = |n: usize| format!("a{n}: __type(name: \"Query\") {{ fields {{ name }} }}");
    let of_type = |n: usize| format!("fragment t{n} on __Type {{ ofType {{ ...t{} }} }}", n + 1);
    vec![
        (
            "ofType 40 deep",
            format!(
                "{{ __type(name: \"Query\") {{ {} }} }}",
                nest(40, "ofType{", "name", "}")
            ),
        ),
        (
            "ofType 40 deep through fragments",
            format!(
                "{{ __schema {{ types {{ ...t0 }} }} }} {} fragment t40 on __Type {{ name }}",
                each(40, of_type)
            ),
        ),
        (
            "fields of types of fields",
            format!("{{ __schema {{ types {{ {} }} }} }}", selves(4)),
        ),
        (
            "fields of types of fields of one type",
            format!("{{ __type(name: \"Query\") {{ {} }} }}", selves(6)),
        ),
        ("possible types of interfaces of types", {
            let inner = nest(5, "interfaces { possibleTypes { ", "name", " } } ");
            format!("{{ __schema {{ types {{ {inner} }} }} }}")
        }),
        (
            "30 schemas by alias",
            format!(
                "{{ {} }}",
                each(30, |n| format!("a{n}: __schema {{ {everything} }}"))
            ),
        ),
        ("30 times all types by alias", {
            format!(
                "{{ __schema {{ {} }} }}",
                each(30, |n| format!("a{n}: {everything}"))
            )
        }),
        ("400 descriptions of every field", {
            let aliases = each(400, |n| format!("a{n}: description"));
            format!("{{ __schema {{ types {{ fields {{ {aliases} }} }} }} }}")
        }),
        ("100 types by alias", format!("{{ {} }}", each(100, typed))),
    ]
}
