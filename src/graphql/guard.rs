//! Refuses queries that would hurt the parser, before the parser sees them: one pass over the bytes.
//!
//! async-graphql's own limits run after parsing and do not bound nested values; 3.6 kB of brackets overflow its
//! stack. What a query that parses may cost is not judged here.

/// A query this long is somebody's mistake or worse.
const BYTES: usize = 16 * 1024;
/// The longest sensible introspection has some 400.
const TOKENS: usize = 2_000;
/// Brackets of all three kinds, open at once.
const DEPTH: usize = 32;
/// `@` signs.
const DIRECTIVES: usize = 20;

/// Whether the parser may be given this query; if not, why.
pub(super) fn check(query: &str) -> Result<(), String> {
    if query.len() > BYTES {
        return Err(format!(
            "the query has {} bytes; it may have {BYTES}",
            query.len()
        ));
    }
    let bytes = query.as_bytes();
    let (mut at, mut tokens, mut depth, mut directives) = (0, 0, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => 1,
            0xEF if bytes[at..].starts_with("\u{feff}".as_bytes()) => 3,
            b'#' => comment(&bytes[at..]),
            _ => {
                tokens += 1;
                match byte {
                    b'{' | b'[' | b'(' => depth += 1,
                    b'}' | b']' | b')' => depth = depth.saturating_sub(1),
                    b'@' => directives += 1,
                    _ => {}
                }
                token(&bytes[at..])
            }
        };
        if tokens > TOKENS {
            return Err(format!("the query has more than {TOKENS} tokens"));
        }
        if depth > DEPTH {
            return Err(format!("the query nests more than {DEPTH} brackets"));
        }
        if directives > DIRECTIVES {
            return Err(format!("the query has more than {DIRECTIVES} directives"));
        }
    }
    Ok(())
}

/// Bytes of a comment, up to the end of its line.
fn comment(rest: &[u8]) -> usize {
    rest.iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .unwrap_or(rest.len())
}

/// Bytes of the token at the start of `rest`.
fn token(rest: &[u8]) -> usize {
    match rest[0] {
        b'"' if rest.starts_with(br#"""""#) => block_string(rest),
        b'"' => string(rest),
        b'.' if rest.starts_with(b"...") => 3,
        byte if word(byte) => rest.iter().position(|byte| !word(*byte)).unwrap_or(rest.len()),
        _ => 1,
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// A string ends at its quote, or unfinished at the end of its line, where the parser gives up as well.
fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    rest.len()
}

fn block_string(rest: &[u8]) -> usize {
    let mut at = 3;
    while at < rest.len() {
        if rest[at..].starts_with(br#"\""""#) {
            at += 4;
        } else if rest[at..].starts_with(br#"""""#) {
            return at + 3;
        } else {
            at += 1;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nested_values_are_refused_before_the_parser_sees_them() {
        let lists = format!("{{a(b:{}{})}}", "[".repeat(1_800), "]".repeat(1_800));
        assert!(check(&lists).unwrap_err().contains("nests"));
        let objects = format!("{{a(b:{}1{})}}", "{c:".repeat(1_500), "}".repeat(1_500));
        assert!(check(&objects).is_err());
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_count() {
        let many = "[".repeat(100);
        assert!(check(&format!("{{a(b:\"{many}\\\"{many}\")}}")).is_ok());
        assert!(check(&format!("{{a(b:\"\"\"{many} \\\"\"\" {many}\"\"\")}}")).is_ok());
        assert!(check(&format!("{{a}} # {many}\n")).is_ok());
    }

    #[test]
    fn brackets_after_a_string_or_a_comment_do() {
        let many = "[".repeat(100);
        assert!(check(&format!("{{a(b:\"\" {many}")).is_err());
        assert!(check(&format!("{{a(b:\"\"\"x\"\"\" {many}")).is_err());
        assert!(check(&format!("# \"\n{many}")).is_err());
        assert!(check(&format!("# \"\r{many}")).is_err());
        assert!(check(&format!("\"unfinished\n{many}")).is_err());
    }

    #[test]
    fn aliases_directives_and_length_have_their_limits() {
        assert!(check(&format!("{{{}}}", "a ".repeat(1_999))).is_err());
        assert!(check(&format!("{{{}}}", "a ".repeat(1_990))).is_ok());
        assert!(check(&format!("{{a {}}}", "@x ".repeat(21))).is_err());
        assert!(check(&" ".repeat(16 * 1024 + 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = check(&text);
        }
    }
}
