//! What a body may hold, and how much of it: each bound, from both sides.

use super::*;

/// What is refused of bodies, and how.
fn bodies() -> Vec<(&'static str, Vec<u8>, (u16, String))> {
    let (operations, map) = (operations().to_string(), r#"{"0":["variables.name"]}"#);
    let (ops, file) = (operations.as_bytes(), ("0", &b"x"[..]));
    let (malformed, large) = (refused(400, "MALFORMED"), refused(413, "MALFORMED"));
    let mapped = |map: &str| parts(&[("operations", ops), ("map", map.as_bytes()), file]);
    let padded = |bytes: usize| {
        let query = format!("{SAVE} #{}", "x".repeat(bytes));
        json!({ "query": query, "variables": { "name": null } }).to_string()
    };
    let mut all = Vec::new();
    for (how, map) in [
        ("two files", r#"{"0":["variables.name"],"1":["variables.other"]}"#),
        (
            "two places",
            r#"{"0":["variables.name","variables.deep.0.place"]}"#,
        ),
        ("no place", r#"{"0":[]}"#),
        ("a place that is taken", r#"{"0":["variables.other"]}"#),
        ("a place that is not there", r#"{"0":["variables.nothing"]}"#),
        ("a place in no list", r#"{"0":["variables.deep.9.place"]}"#),
        ("a place in the query", r#"{"0":["query"]}"#),
        ("a place in a list of operations", r#"{"0":["0.variables.name"]}"#),
        ("another file's place", r#"{"9":["variables.name"]}"#),
        ("the operation's own", r#"{"operations":["variables.name"]}"#),
        ("no map", "[]"),
        ("half a map", "{"),
    ] {
        all.push((how, mapped(map), malformed.clone()));
    }
    let batch = format!("[{operations}]");
    let nul = operations.replace("\"x\"", r#""\u0000""#);
    let long = format!("{{\"0\":[\"variables.name\"]}}{}", " ".repeat(1024));
    let headers = format!("--xYx\r\nx: {}\r\n\r\n", "y".repeat(200_000));
    for (how, body, told) in [
        (
            "a batch",
            parts(&[("operations", batch.as_bytes()), ("map", map.as_bytes()), file]),
            &malformed,
        ),
        (
            "U+0000",
            parts(&[("operations", nul.as_bytes()), ("map", map.as_bytes()), file]),
            &malformed,
        ),
        (
            "the file first",
            parts(&[file, ("operations", ops), ("map", map.as_bytes())]),
            &malformed,
        ),
        (
            "the map first",
            parts(&[("map", map.as_bytes()), ("operations", ops), file]),
            &malformed,
        ),
        (
            "no file",
            parts(&[("operations", ops), ("map", map.as_bytes())]),
            &malformed,
        ),
        (
            "two files",
            parts(&[("operations", ops), ("map", map.as_bytes()), file, ("1", b"x")]),
            &malformed,
        ),
        (
            "a file twice",
            parts(&[("operations", ops), ("map", map.as_bytes()), file, file]),
            &malformed,
        ),
        (
            "no end",
            sound(b"x")[..sound(b"x").len() - 6].to_vec(),
            &malformed,
        ),
        ("nothing", Vec::new(), &malformed),
        ("another boundary", b"--zZz--\r\n".to_vec(), &malformed),
        (
            "an operation over 64 kB",
            parts(&[
                ("operations", padded(65_536).as_bytes()),
                ("map", map.as_bytes()),
                file,
            ]),
            &large,
        ),
        (
            "a map over 1 kB",
            parts(&[("operations", ops), ("map", long.as_bytes()), file]),
            &large,
        ),
        (
            "200 kB before the first part",
            [&[b'x'; 200_000][..], &sound(b"x")].concat(),
            &large,
        ),
        ("200 kB of headers", headers.into_bytes(), &large),
        (
            "a file over 10 MiB and a little",
            sound(&vec![b'x'; (10 << 20) + 65_537]),
            &large,
        ),
    ] {
        all.push((how, body, told.clone()));
    }
    all
}

#[tokio::test]
async fn a_body_has_one_operation_and_one_file_in_their_order_and_within_their_sizes() {
    let world = World::new().await;
    let token = ann(&world).await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer), PREFLIGHT, MULTIPART];
    for (how, body, expected) in bodies() {
        assert_eq!(
            told(send(&world.client, &headers, body).await).await,
            expected,
            "{how}"
        );
    }
    for boundary in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        &format!("multipart/form-data; boundary={}", "x".repeat(71)),
    ] {
        let headers = [headers[0], PREFLIGHT, ("content-type", boundary)];
        assert_eq!(
            told(send(&world.client, &headers, sound(b"x")).await).await,
            refused(400, "MALFORMED"),
            "{boundary}"
        );
    }
    let (read, body) = watched(sound(b"x"));
    let huge = [headers[0], headers[1], headers[2], ("content-length", "99999999")];
    assert_eq!(
        told(send(&world.client, &huge, body).await).await,
        refused(413, "MALFORMED")
    );
    assert!(
        !read.load(Ordering::SeqCst),
        "what says that it is too large is not read"
    );
    assert_eq!(searches(&world, &token).await, 0, "nothing was done");
    let most = sound(&vec![b'x'; 10 << 20]);
    assert_eq!(
        send(&world.client, &headers, most).await.0.status(),
        StatusCode::OK
    );
    assert_eq!(searches(&world, &token).await, 1);
}
