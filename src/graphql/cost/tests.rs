//! Costs against examples, and against themselves: spread or written out, a larger page or a smaller.

use super::sizes::{DEFAULT_PAGE, MAX_PAGE, PLAIN_LIST};
use super::*;
use async_graphql::parser::parse_query;
use async_graphql::{Value, value};
use proptest::prelude::*;

const SDL: &str = "
    type Query { contract: Contract, contracts(first: Int): ContractConnection!, rows: [[Row!]!]! }
    type Mutation { signIn: Boolean }
    type ContractConnection { edges: [ContractEdge!]!, nodes: [Contract!]!, totalCount: Int }
    type ContractEdge { node: Contract! }
    interface Node { id: ID! }
    type Contract implements Node { id: ID!, tags: [String!]!, council: Council!, windows: [Row!]! }
    type Council { id: ID!, contracts(first: Int): ContractConnection! }
    type Row { id: ID! }
    schema { query: Query mutation: Mutation }";

fn sizes() -> ListSizes {
    ListSizes::from_sdl(SDL).unwrap()
}

fn cost_with(query: &str, variables: Value) -> Result<Cost, TooCostly> {
    of(
        &parse_query(query).unwrap(),
        None,
        &variables_of(variables),
        &sizes(),
    )
}

fn variables_of(value: Value) -> Variables {
    Variables::from_value(value)
}

fn cost(query: &str) -> Cost {
    cost_with(query, Value::Null).unwrap()
}

fn checked(query: &str) -> Result<Cost, TooCostly> {
    check(
        &parse_query(query).unwrap(),
        None,
        &Variables::default(),
        &sizes(),
    )
}

/// The introspection query that GraphiQL and code generators send (graphql-js 16, all options on).
fn introspection_query(type_depth: usize) -> String {
    let of_type = "ofType { name kind ".repeat(type_depth) + &"}".repeat(type_depth);
    format!(
        "query IntrospectionQuery {{ __schema {{
            description queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
            types {{ ...FullType }}
            directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }}
        }} }}
        fragment FullType on __Type {{
            kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{
                name description args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }}
                isDeprecated deprecationReason
            }}
            inputFields(includeDeprecated: true) {{ ...InputValue }}
            interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
            possibleTypes {{ ...TypeRef }}
        }}
        fragment InputValue on __InputValue {{
            name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason
        }}
        fragment TypeRef on __Type {{ kind name {of_type} }}"
    )
}

#[test]
fn the_introspection_query_of_tools_passes() {
    for type_depth in [3, 7, 9] {
        let query = introspection_query(type_depth);
        assert_eq!(guard::tokens(&query).map(drop), Ok(()));
        let cost = checked(&query).unwrap();
        assert!(cost.fields < 400, "{cost:?}");
    }
}

#[test]
fn introspection_beyond_that_is_refused() {
    for inner in [
        "types { fields { type { fields { name } } } }",
        "types { interfaces { possibleTypes { fields { name } } } }",
        "types { name a: name }",
        "types { ...f ...f }",
        "a: types { name } b: types { name }",
    ] {
        let query = format!("{{ __schema {{ {inner} }} }} fragment f on __Type {{ kind }}");
        assert_eq!(checked(&query), Err(TooCostly::Introspection), "{query}");
    }
    let twice = "{ a: __schema { queryType { name } } b: __schema { queryType { name } } }";
    assert!(matches!(checked(twice), Err(TooCostly::Nodes(_))));
}

#[test]
fn a_page_counts_its_items_once() {
    let found = cost("{ contracts(first: 7) { edges { node { id } } totalCount } }");
    assert_eq!(
        found,
        Cost {
            fields: 5,
            depth: 4,
            nodes: 1 + 7 * 4,
            lists: 1,
            roots: 1
        }
    );
    assert_eq!(cost("{ contracts(first: 7) { nodes { id } } }").nodes, 1 + 7 * 2);
}

#[test]
fn lists_without_pages_count_as_ten_and_scalars_as_one() {
    assert_eq!(
        cost("{ contract { windows { id } tags } }").nodes,
        1 + 1 + PLAIN_LIST + 1
    );
    assert_eq!(cost("{ rows { id } }").nodes, 1 + PLAIN_LIST);
    assert_eq!(cost("{ contract { tags } }").lists, 0);
    assert_eq!(cost("{ contract { windows { id } } }").lists, 1);
}

#[test]
fn a_page_is_as_large_as_its_variable_or_default_says() {
    let nodes = |declared: &str, given: Value| {
        let query = format!("query($n: Int{declared}) {{ contracts(first: $n) {{ totalCount }} }}");
        cost_with(&query, given).unwrap().nodes - 1
    };
    assert_eq!(nodes("", Value::Null), DEFAULT_PAGE);
    assert_eq!(nodes(" = 7", Value::Null), 7);
    assert_eq!(nodes(" = 7", value!({"n": 9})), 9);
    assert_eq!(nodes(" = 7", value!({ "n": null })), DEFAULT_PAGE);
    for odd in [
        value!(-1),
        value!(1000),
        value!("7"),
        value!([7]),
        value!(7.5),
        value!(true),
    ] {
        assert_eq!(nodes(" = 7", value!({ "n": odd })), MAX_PAGE);
    }
    assert_eq!(nodes("", value!({"n": 0})), 1);
    assert_eq!(
        cost("{ contracts(first: 1, first: 100) { totalCount } }").nodes,
        101
    );
}

#[test]
fn a_field_the_schema_does_not_show_counts_as_a_list() {
    assert_eq!(cost("{ hidden { a } }").nodes, 1 + PLAIN_LIST);
    assert_eq!(
        cost("{ hidden }"),
        Cost {
            fields: 1,
            depth: 1,
            nodes: 1,
            lists: 0,
            roots: 1
        }
    );
}

#[test]
fn costs_beyond_counting_stop_at_the_top() {
    let inner = "council { contracts(first: 100) { nodes { ";
    let query = format!(
        "{{ contract {{ {} id {} }} }}",
        inner.repeat(12),
        "} } }".repeat(12)
    );
    assert_eq!(cost(&query).nodes, u64::MAX);
}

#[test]
fn fragments_that_spread_out_too_far_are_refused() {
    for leaf in ["id", "...unknown"] {
        let bomb: String = (0..25)
            .map(|n| format!("fragment f{n} on Contract {{ ...f{} ...f{} }} ", n + 1, n + 1))
            .collect();
        let query = format!("{{ contract {{ id }} }} {bomb} fragment f25 on Contract {{ {leaf} }}");
        assert_eq!(
            checked(&query),
            Err(TooCostly::Fields),
            "nobody has to spread them"
        );
    }
}

#[test]
fn fragments_that_spread_themselves_are_refused() {
    for query in [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ contract { id } } fragment a on Query { contract { ... { ...a } } }",
    ] {
        assert!(
            matches!(checked(query), Err(TooCostly::FragmentCycle(_))),
            "{query}"
        );
    }
    let inside = "{ __schema { ...a } } fragment a on __Schema { ...a }";
    assert!(checked(inside).is_err());
}

#[test]
fn unknown_fragments_and_operations_are_left_to_the_validator() {
    assert_eq!(cost("{ ...nowhere }").nodes, 0);
    let document = parse_query("query a { contract { id } }").unwrap();
    let found = check(&document, Some("b"), &Variables::default(), &sizes());
    assert_eq!(found, Ok(Cost::default()));
}

#[test]
fn the_operation_that_would_run_is_the_one_that_counts() {
    let document = parse_query("query a { contract { id } } query b { contracts { nodes { id } } }").unwrap();
    let nodes = |name| {
        of(&document, Some(name), &Variables::default(), &sizes())
            .unwrap()
            .nodes
    };
    assert_eq!((nodes("a"), nodes("b")), (2, 1 + DEFAULT_PAGE * 2));
}

#[test]
fn operations_that_would_not_run_are_spread_out_as_well() {
    let operations: String = (0..10).map(|n| format!("query q{n} {{ ...f }} ")).collect();
    let many: String = (0..250).map(|n| format!("a{n}: id ")).collect();
    let document = format!("{operations} fragment f on Query {{ contract {{ {many} }} }}");
    let found = check(
        &parse_query(document).unwrap(),
        Some("q0"),
        &Variables::default(),
        &sizes(),
    );
    assert_eq!(found, Err(TooCostly::Fields));
}

#[test]
fn each_limit_holds_at_its_edge() {
    let roots = |kind: &str, n: u64| {
        let fields: String = (0..n).map(|n| format!("a{n}: __typename ")).collect();
        checked(&format!("{kind} {{ {fields} }}"))
    };
    assert!(roots("query", MAX_QUERIES).is_ok());
    assert_eq!(
        roots("query", MAX_QUERIES + 1),
        Err(TooCostly::Roots(MAX_QUERIES))
    );
    assert!(roots("mutation", MAX_MUTATIONS).is_ok());
    assert_eq!(
        roots("mutation", MAX_MUTATIONS + 1),
        Err(TooCostly::Roots(MAX_MUTATIONS))
    );
    let lists = |n: u64| {
        let fields: String = (0..n).map(|n| format!("a{n}: windows {{ id }} ")).collect();
        checked(&format!("{{ contract {{ {fields} }} }}"))
    };
    assert!(lists(MAX_LISTS).is_ok());
    assert_eq!(lists(MAX_LISTS + 1), Err(TooCostly::Lists));
    let deep = |n: usize| {
        checked(&format!(
            "{{ {} b {} }}",
            "contract(first: 1) { ".repeat(n),
            "} ".repeat(n)
        ))
    };
    assert!(deep(15).is_ok());
    assert_eq!(deep(16), Err(TooCostly::Depth));
    let declared = |n: usize| {
        let variables: String = (0..n).map(|n| format!("$v{n}: Int ")).collect();
        checked(&format!("query({variables}) {{ contract {{ id }} }}"))
    };
    assert!(declared(MAX_VARIABLES).is_ok());
    assert_eq!(declared(MAX_VARIABLES + 1), Err(TooCostly::Variables));
}

#[test]
fn a_full_page_of_contracts_passes_and_pages_in_pages_do_not() {
    let fields: String = (0..30).map(|n| format!("f{n}: id ")).collect();
    let page = |inner: &str| format!("{{ contracts(first: 100) {{ edges {{ node {{ {inner} }} }} }} }}");
    assert!(
        checked(&page(&format!(
            "{fields} council {{ id }} windows {{ id a: id }}"
        )))
        .is_ok()
    );
    let pages = page("council { contracts(first: 100) { nodes { id } } }");
    assert!(matches!(checked(&pages), Err(TooCostly::Nodes(_))));
}

#[test]
fn the_sdl_that_the_library_prints_can_be_read() {
    struct Query;
    /// With what SDL has to say.
    #[derive(async_graphql::OneofObject)]
    enum By {
        Id(i32),
    }
    #[async_graphql::Object]
    impl Query {
        /// A "quoted" description.
        #[graphql(deprecation = "use by")]
        async fn numbers(&self, #[graphql(default = 3)] of: i32) -> Vec<i32> {
            vec![of]
        }
        async fn by(&self, by: By) -> i32 {
            let By::Id(id) = by;
            id
        }
    }
    let schema = async_graphql::Schema::new(
        Query,
        async_graphql::EmptyMutation,
        async_graphql::EmptySubscription,
    );
    let sizes = ListSizes::from_sdl(&schema.sdl()).unwrap();
    assert_eq!(sizes.field("Query", "numbers").0, super::sizes::Size::List);
    assert_eq!(sizes.field("Query", "by").0, super::sizes::Size::One);
}

/// Selections of one contract, nested; `{` and `}` of what may become a fragment are `<` and `>`.
fn selections() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![Just("id"), Just("tags"), Just("__typename"), Just("hidden")].prop_map(str::to_owned);
    leaf.prop_recursive(4, 20, 4, |inner| {
        let some = prop::collection::vec(inner, 1..4).prop_map(|all| all.join(" "));
        (some, 0..4, 0..120_i32).prop_map(|(inner, kind, first)| match kind {
            0 => format!("council {{ contracts(first: {first}) {{ edges {{ node {{ {inner} }} }} }} }}"),
            1 => format!("council {{ contracts {{ nodes {{ {inner} }} }} }}"),
            _ => format!("<{inner}>"),
        })
    })
}

/// The same document with its `<..>` as inline fragments, and as named ones (the innermost first).
fn both(selections: &str) -> (String, String) {
    let inline = selections.replace('<', "... on Contract {").replace('>', "}");
    let (mut rest, mut fragments) = (selections.to_owned(), Vec::new());
    while let Some(end) = rest.find('>') {
        let start = rest[..end].rfind('<').unwrap();
        let body = rest[start + 1..end].to_owned();
        // Equal bodies are one fragment, spread twice.
        let at = fragments
            .iter()
            .position(|known| *known == body)
            .unwrap_or(fragments.len());
        if at == fragments.len() {
            fragments.push(body);
        }
        rest.replace_range(start..=end, &format!("...f{at}"));
    }
    let numbered = fragments.iter().enumerate();
    let fragments: String = numbered
        .map(|(at, body)| format!("fragment f{at} on Contract {{ {body} }} "))
        .collect();
    (
        format!("{{ contract {{ {inline} }} }}"),
        format!("{{ contract {{ {rest} }} }} {fragments}"),
    )
}

proptest! {
    #[test]
    fn fragments_cost_what_they_cost_written_out(selections in selections()) {
        let (inline, named) = both(&selections);
        prop_assert_eq!(cost(&inline), cost(&named), "{}", named);
    }

    #[test]
    fn a_larger_page_never_costs_less(selections in selections(), first in 0..110_i32, more in 0..50_i32) {
        let nodes = |first: i32| {
            let inner = selections.replace('<', "... {").replace('>', "}");
            let query = format!("query($n: Int) {{ contracts(first: $n) {{ nodes {{ {inner} }} }} }}");
            cost_with(&query, value!({ "n": first })).unwrap().nodes
        };
        prop_assert!(nodes(first) <= nodes(first + more));
    }
}
