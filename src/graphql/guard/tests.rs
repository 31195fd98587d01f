//! The guard against examples, against the parser it stands before, and against noise.

use super::*;
use async_graphql::parser::parse_query;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn check(query: &str) -> Result<(), Refusal> {
    tokens(query).map(drop)
}

#[test]
fn the_queries_known_to_kill_the_parser_are_refused() {
    let lists = format!("{{a(b:{}{})}}", "[".repeat(1_800), "]".repeat(1_800));
    let objects = format!("{{a(b:{}1{})}}", "{c:".repeat(1_500), "}".repeat(1_500));
    assert_eq!(check(&lists), Err(Refusal::TooDeep));
    assert_eq!(check(&objects), Err(Refusal::TooDeep));
}

#[test]
fn what_people_and_tools_send_passes() {
    for query in [
        "{ __typename }",
        "query($id: ID!) { node(id: $id) { ... on Contract { title } } }",
        "# the list\nquery List($after: String) { contracts(first: 100, after: $after) { totalCount } }",
        "\u{feff}query @live { a @include(if: true) { ...f } } fragment f on A { b(c: {d: [1, -2.5e+3]}) }",
        r#"mutation { needWrite(input: {text: """He said "no" \""" [{("""}) { errors { code } } }"#,
        r#"{ a(b: "") c(d: "\" \\ \u00e9 }") }"#,
    ] {
        assert_eq!(check(query), Ok(()), "{query}");
        assert!(parse_query(query).is_ok(), "{query}");
    }
}

#[test]
fn each_limit_holds_at_its_edge() {
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!(check(&nested(MAX_NESTING)), Ok(()));
    assert_eq!(check(&nested(MAX_NESTING + 1)), Err(Refusal::TooDeep));
    assert_eq!(check(&" ".repeat(MAX_BYTES)), Ok(()));
    assert_eq!(check(&" ".repeat(MAX_BYTES + 1)), Err(Refusal::TooLarge));
    assert_eq!(check(&"a ".repeat(MAX_TOKENS)), Ok(()));
    assert_eq!(check(&"a ".repeat(MAX_TOKENS + 1)), Err(Refusal::TooManyTokens));
    assert_eq!(check(&"@a ".repeat(MAX_DIRECTIVES)), Ok(()));
    assert_eq!(
        check(&"@a ".repeat(MAX_DIRECTIVES + 1)),
        Err(Refusal::TooManyDirectives)
    );
    assert_eq!(check(&"a".repeat(MAX_NAME_BYTES)), Ok(()));
    assert_eq!(check(&"a".repeat(MAX_NAME_BYTES + 1)), Err(Refusal::NameTooLong));
}

#[test]
fn brackets_that_do_not_match_are_refused() {
    for query in ["{", "}", "{ a(] }", "{ a ) (", "{ a } }", "{ a(b: [1}) ] }"] {
        assert_eq!(check(query), Err(Refusal::Unbalanced), "{query}");
    }
}

#[test]
fn a_string_without_an_end_is_refused() {
    for query in [
        "\"",
        "\"a\n\"",
        "\"a\\",
        "\"a\\\n\"",
        "\"\"\"a\"\"",
        "\"\"\"a\\\"\"\"",
        "\"a\r\"",
    ] {
        assert_eq!(check(query), Err(Refusal::Unterminated), "{query:?}");
    }
}

#[test]
fn a_comment_ends_with_its_line_whatever_ends_that() {
    let deep = "[".repeat(MAX_NESTING + 1);
    for end in ["\n", "\r", "\r\n"] {
        assert_eq!(
            check(&format!("# \"{end}{deep}")),
            Err(Refusal::TooDeep),
            "{end:?}"
        );
    }
    assert_eq!(check(&format!("# {deep}")), Ok(()));
}

#[test]
fn numbers_the_parser_reads_apart_count_apart() {
    assert_eq!(check(&"0".repeat(3_000)), Err(Refusal::TooManyTokens));
    assert_eq!(check(&"1-".repeat(2_500)), Err(Refusal::TooManyTokens));
    assert_eq!(check(&"-0.25e-10 ".repeat(1_600)), Ok(()));
}

#[test]
fn the_largest_documents_take_no_time() {
    let parts = [
        "[]",
        "\"\\\"\"",
        "\"\"\"\\\"\"\"",
        "#\"\n",
        "a ",
        "1.",
        "-",
        "\u{feff}",
        "\"\"\"\" ",
        "é",
    ];
    for part in parts {
        let document = part.repeat(MAX_BYTES / part.len());
        let start = Instant::now();
        let _ = check(&document);
        // A pass takes under a millisecond unoptimised; quadratic would take seconds.
        assert!(start.elapsed() < Duration::from_millis(50), "{part}");
    }
}

#[test]
fn a_flood_of_errors_leaves_as_twenty_short_ones() {
    let worst = ["\"\\".repeat(2_000), "💣".repeat(2_000), "\u{1}".repeat(2_000)];
    for message in worst {
        let error = ServerError::new(message, Some(Pos { line: 1, column: 1 }));
        let mut errors = vec![error; 650];
        trim_errors(&mut errors);
        assert_eq!(errors.len(), MAX_ERRORS);
        assert_eq!(errors[MAX_ERRORS - 1].message, "and 631 more errors");
        let answer = serde_json::to_string(&errors).unwrap();
        assert!(answer.len() < 16 * 1024, "{}", answer.len());
    }
}

#[test]
fn few_errors_stay_as_they_are() {
    let mut errors = vec![ServerError::new("unknown field", None); MAX_ERRORS];
    let before = errors.clone();
    trim_errors(&mut errors);
    assert_eq!(errors, before);
}

/// Values as clients may write them, with brackets and quotes where only a lexer can tell what they are.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,3})?([eE][+-]?[0-9])?",
        "\\$?[a-z_][a-zA-Z0-9_]{0,8}",
        r##""([ -!#-\[\]-~é💣]|\\["\\/bfnrt]|\\u00[0-9a-f]{2}){0,12}""##,
        r##""""([ -!#-\[\]-~\n]|\\"""|" ){0,12}""""##,
        "#[ -~]{0,12}\n[a-z]{1,4}",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|all| format!("[{}]", all.join(" "))),
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("{{{}}}", all_fields(&all))),
        ]
    })
}

fn all_fields(values: &[String]) -> String {
    values.iter().map(|value| format!("k: {value}, ")).collect()
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = check(&text);
    }

    #[test]
    fn no_soup_of_tokens_makes_it_panic(text in r#"[\[\]{}()"\\#\n\r:a0.@$e+\-!]{0,200}"#) {
        let _ = check(&text);
    }

    #[test]
    fn what_the_parser_reads_it_lets_through(value in value()) {
        let query = format!("{{ a(b: {value}) }}");
        prop_assert!(parse_query(&query).is_ok(), "{query}");
        prop_assert_eq!(check(&query), Ok(()));
    }

    #[test]
    fn no_string_or_comment_hides_a_bracket(before in value(), after in value()) {
        let deep = "[".repeat(MAX_NESTING) + &"]".repeat(MAX_NESTING);
        let query = format!("{{ a(b: [{before} {deep} {after}]) }}");
        prop_assert_eq!(check(&query), Err(Refusal::TooDeep));
    }

    #[test]
    fn soup_it_lets_through_the_parser_survives(text in r#"[\[\]{}()"\\#\n:a0.@$]{0,200}"#) {
        if check(&text).is_ok() {
            let _ = parse_query(&text);
        }
    }
}
