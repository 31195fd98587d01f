//! Hostile queries by their amounts, and those that are hardly queries. Shapes are in `shapes.rs`.

use super::each;

/// Too much of one thing.
pub(super) fn floods() -> Vec<(&'static str, String)> {
    let argument = |n: usize| format!("first: {n}");
    let variables = |most: usize| each(most, |n| format!("$v{n}: Int"));
    let login = |n: usize| {
        format!("a{n}: signIn(input: {{email: \"a@b.example\", password: \"{n}\"}}) {{ errors {{ code }} }}")
    };
    vec![
        (
            "100,000 aliases of __typename",
            format!("{{ {} }}", each(100_000, |n| format!("a{n}:__typename"))),
        ),
        (
            "600 aliases of __typename",
            format!("{{ {} }}", each(600, |n| format!("a{n}:__typename"))),
        ),
        (
            "100,000 times the same field",
            format!("{{ {} }}", "__typename ".repeat(100_000)),
        ),
        (
            "1,900 times the same field",
            format!("{{ {} }}", "__typename ".repeat(1_900)),
        ),
        (
            "1,000 directives on a query",
            format!("query {} {{ __typename }}", "@a ".repeat(1_000)),
        ),
        (
            "1,000 directives on a field",
            format!("{{ __typename {} }}", "@skip(if: false) ".repeat(1_000)),
        ),
        (
            "20 directives on a query",
            format!("query {} {{ __typename }}", "@skip(if: false) ".repeat(20)),
        ),
        (
            "1,000 times one argument",
            format!("{{ contracts({}) {{ __typename }} }}", each(1_000, argument)),
        ),
        (
            "600 times one argument",
            format!("{{ contracts({}) {{ __typename }} }}", each(600, argument)),
        ),
        (
            "600 unknown arguments",
            format!(
                "{{ contracts({}) {{ __typename }} }}",
                each(600, |n| format!("a{n}:1"))
            ),
        ),
        (
            "1,000 unused variables",
            format!("query({}) {{ __typename }}", variables(1_000)),
        ),
        (
            "400 unused variables",
            format!("query({}) {{ __typename }}", variables(400)),
        ),
        (
            "49 unused variables",
            format!("query({}) {{ __typename }}", variables(49)),
        ),
        (
            "1,000 undeclared variables",
            format!("{{ a(b: [{}]) }}", each(1_000, |n| format!("$v{n}"))),
        ),
        (
            "1,000 unknown names",
            format!("{{ {} }}", each(1_000, |n| format!("unknown{n}"))),
        ),
        (
            "100 unknown names of 120 bytes",
            format!("{{ {} }}", each(100, |n| format!("u{n:0119}"))),
        ),
        (
            "600 unknown names of one contract",
            format!(
                "{{ contract(id: \"x\") {{ {} }} }}",
                each(600, |n| format!("u{n}"))
            ),
        ),
        (
            "100 unknown names of 120 bytes of one contract",
            format!(
                "{{ contract(id: \"x\") {{ {} }} }}",
                each(100, |n| format!("u{n:0119}"))
            ),
        ),
        (
            "490 aliases of __typename of one contract",
            format!(
                "{{ contract(id: \"x\") {{ {} }} }}",
                each(490, |n| format!("a{n}:__typename"))
            ),
        ),
        (
            "a name of 15,000 bytes",
            format!("{{ {} }}", "contract".repeat(1_900)),
        ),
        (
            "15,000 bytes of comments",
            format!("{{ __typename }} {}", "#{[(\n".repeat(3_000)),
        ),
        (
            "a megabyte of comments",
            format!("{{ __typename }} {}", "# no \n".repeat(170_000)),
        ),
        (
            "a megabyte of commas",
            format!("{{ __typename }} {}", ",".repeat(1_000_000)),
        ),
        (
            "16,000 zeros in a list",
            format!("{{ a(b: [{}]) }}", "0".repeat(16_000)),
        ),
        (
            "200 operations and no name",
            each(200, |n| format!("query q{n} {{ __typename }}")),
        ),
        (
            "200 operations of one name",
            each(200, |_| "query q { __typename }".to_owned()),
        ),
        (
            "1,000 sign-ins by alias",
            format!("mutation {{ {} }}", each(1_000, login)),
        ),
        (
            "80 sign-ins by alias",
            format!("mutation {{ {} }}", each(80, login)),
        ),
        ("a field of 600 unknown arguments, ten times", {
            let field = format!("contracts({}) {{ id }}", each(60, |n| format!("a{n}:1")));
            format!("{{ {} }}", each(10, |n| format!("x{n}: {field}")))
        }),
    ]
}

/// Strings, numbers and what stands between tokens.
pub(super) fn strings() -> Vec<(&'static str, String)> {
    let argument = |value: &str| format!("{{ contracts(after: {value}) {{ __typename }} }}");
    vec![
        (
            "a block string of 15,000 bytes",
            argument(&format!("\"\"\"{}\"\"\"", "[{(\n".repeat(3_700))),
        ),
        (
            "a block string of a megabyte",
            argument(&format!("\"\"\"{}\"\"\"", "x".repeat(1_000_000))),
        ),
        (
            "a block string with no end",
            argument(&format!("\"\"\"{}", "\\\"\"\"".repeat(3_000))),
        ),
        ("a string with no end", argument("\"abc")),
        ("a string ended by its line", argument("\"abc\n\"")),
        (
            "brackets hidden after an escaped quote",
            argument(&format!("\"\\\" {}", "[".repeat(2_000))),
        ),
        (
            "5,000 empty strings",
            argument(&format!("[{}]", "\"\"".repeat(5_000))),
        ),
        (
            "a string of 7,000 quotes",
            argument(&format!("\"{}\"", "\\\"".repeat(7_000))),
        ),
        ("NUL in a string", argument("\"\\u0000\"")),
        ("NUL between tokens", "{ \u{0} __typename }".to_owned()),
        ("a lone surrogate in GraphQL's escape", argument("\"\\ud800\"")),
        ("an escape that does not exist", argument("\"\\x41\"")),
        ("an integer of 15,000 digits", argument(&"9".repeat(15_000))),
        ("a number beyond all exponents", argument("1e999999999999")),
        ("control characters in one long line", "\u{1}".repeat(15_000)),
        ("four-byte characters in one long line", "\u{1F4A3}".repeat(4_000)),
        ("15,000 at signs", "@".repeat(15_000)),
        ("15,000 dots", ".".repeat(15_000)),
        (
            "5,000 byte order marks",
            format!("{}{{ nothing }}", "\u{feff}".repeat(5_000)),
        ),
    ]
}

/// What is none of these.
pub(super) fn oddities() -> Vec<(&'static str, String)> {
    vec![
        ("nothing", String::new()),
        ("white space only", " \n\t,".repeat(3_000)),
        ("an empty selection", "{ }".to_owned()),
        ("a schema instead of a query", "type Query { a: Int }".to_owned()),
        (
            "a fragment and nothing to run",
            "fragment a on Query { __typename }".to_owned(),
        ),
        (
            "a subscription over POST",
            "subscription { __typename }".to_owned(),
        ),
        ("SQL", "'; DROP TABLE contracts; --".to_owned()),
    ]
}
