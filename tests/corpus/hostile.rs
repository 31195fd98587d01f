//! Hostile anonymous requests (bar G1): complete HTTP bodies, each to be answered by the same process
//! within 100 ms and 16 kB, with memory up at most 64 MB.
//!
//! Nothing here may be valid use: what a page or a tool sends belongs in the tests of what accepts it. To
//! add one: a name that says what it attacks, and the smallest text that shows it.

use serde_json::{Value, json};

// Said in full, so that this file can itself be included by path.
#[path = "hostile/floods.rs"]
mod floods;
#[path = "hostile/shapes.rs"]
mod shapes;

/// The requests: a name that says what each attacks, and the bytes of its body.
pub(crate) fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = Vec::new();
    all.extend(
        queries()
            .into_iter()
            .map(|(name, query)| (name, body(&json!({ "query": query })))),
    );
    all.extend(
        variables()
            .into_iter()
            .map(|(name, request)| (name, body(&request))),
    );
    all.extend(envelopes());
    all
}

fn body(request: &Value) -> Vec<u8> {
    request.to_string().into_bytes()
}

fn queries() -> Vec<(&'static str, String)> {
    let shapes = [
        shapes::nested(),
        shapes::fragments(),
        shapes::lists(),
        shapes::introspection(),
    ];
    let floods = [floods::floods(), floods::strings(), floods::oddities()];
    shapes.into_iter().chain(floods).flatten().collect()
}

/// `open` so many times, then `middle`, then `close` as often.
fn nest(times: usize, open: &str, middle: &str, close: &str) -> String {
    [&open.repeat(times), middle, &close.repeat(times)].concat()
}

/// `one(0) one(1) ...`
fn each(times: usize, one: impl Fn(usize) -> String) -> String {
    (0..times).map(one).collect::<Vec<_>>().join(" ")
}

/// Requests whose variables are the weapon.
fn variables() -> Vec<(&'static str, Value)> {
    let query = "query($v: [[Int]]) { contracts(filter: $v) { __typename } }";
    let pages = "query($n: Int) { contracts(first: $n) { edges { node { suppliers(first: $n) { edges { node { id } } } } } } }";
    let with = |variables: Value| json!({ "query": query, "variables": variables });
    let many: serde_json::Map<_, _> = (0..10_000).map(|n| (format!("v{n}"), json!(n))).collect();
    vec![
        (
            "a variable of 10,000 lists",
            with(json!({ "v": vec![json!([]); 10_000] })),
        ),
        (
            "a variable of 100 nested lists",
            with(json!({ "v": (0..100).fold(json!(1), |v, _| json!([v])) })),
        ),
        ("10,000 variables", with(many.into())),
        (
            "a variable of a megabyte",
            with(json!({ "v": "x".repeat(1_000_000) })),
        ),
        ("a variable with NUL", with(json!({ "v": "\u{0}" }))),
        (
            "pages in pages by variable",
            json!({ "query": pages, "variables": { "n": 100 } }),
        ),
        (
            "a page as large as a string",
            json!({ "query": pages, "variables": { "n": "1" } }),
        ),
        (
            "a page as large as a float",
            json!({ "query": pages, "variables": { "n": 1e300 } }),
        ),
        ("variables that are a list", with(json!([1, 2]))),
        ("variables that are a string", with(json!("v"))),
        ("a query that is a number", json!({ "query": 1 })),
        ("a query that is a list", json!({ "query": ["{ __typename }"] })),
        (
            "an operation name that is an object",
            json!({ "query": "{ __typename }", "operationName": {} }),
        ),
        ("an unknown operation name of 10 kB", {
            json!({ "query": "query a { __typename }", "operationName": "b".repeat(10_000) })
        }),
        ("no query", json!({ "operationName": "a" })),
        ("a persisted query nobody persisted", {
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "00" } } })
        }),
    ]
}

/// Bodies that are not one well-formed request.
fn envelopes() -> Vec<(&'static str, Vec<u8>)> {
    let one = r#"{"query":"{ __typename }"}"#;
    let text = |text: String| text.into_bytes();
    let deep = nest(100_000, "[", "", "]");
    vec![
        (
            "a batch of 1,000",
            text(format!("[{}]", vec![one; 1_000].join(","))),
        ),
        ("a batch of two", text(format!("[{one},{one}]"))),
        ("a batch of none", text("[]".to_owned())),
        ("a number", text("7".to_owned())),
        ("null", text("null".to_owned())),
        ("a string", text("\"{ __typename }\"".to_owned())),
        ("no body", Vec::new()),
        ("half a body", text(one[..12].to_owned())),
        ("two requests in a row", text(one.repeat(2))),
        ("JSON nested 100,000 times", text(deep.clone())),
        (
            "variables nested 100,000 times",
            text(format!("{{\"query\":\"{{a}}\",\"variables\":{{\"v\":{deep}}}}}")),
        ),
        (
            "a lone surrogate in JSON's escape",
            text(r#"{"query":"{ a(b: \"\ud800\") }"}"#.to_owned()),
        ),
        (
            "bytes that are not UTF-8",
            b"{\"query\":\"{ \xff\xfe\xc0\x80 }\"}".to_vec(),
        ),
        ("UTF-16", one.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a byte order mark", text(format!("\u{feff}{one}"))),
        (
            "the same key twice",
            text(r#"{"query":"{ __typename }","query":"{ a }"}"#.to_owned()),
        ),
        ("a form", text("query=%7B__typename%7D".to_owned())),
        (
            "a GET request in the body",
            text("GET /graphql?query={__typename} HTTP/1.1\r\n\r\n".to_owned()),
        ),
        (
            "the start of a zip bomb",
            [&b"PK\x03\x04"[..], &[0; 10_000]].concat(),
        ),
        ("a million zero bytes", vec![0; 1_000_000]),
    ]
}
