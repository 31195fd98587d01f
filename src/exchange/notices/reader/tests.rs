use super::*;

/// What a file gives: places with processes, or what is wrong in brackets; and how it ended.
fn all(file: &[u8]) -> (Vec<(u32, String)>, Result<(), NoticesError>) {
    let mut seen = Vec::new();
    let done = read(file, &mut |place, found| {
        seen.push((
            place,
            match found {
                Found::Release(release) => release.ocid.unwrap_or_default(),
                Found::Linked(ocid) => format!("linked {ocid}"),
                Found::TooLong(ocid) => format!("long {ocid}"),
                Found::Unreadable(text) => format!("({text})"),
            },
        ));
        true
    });
    (seen, done)
}

fn seen(file: &str) -> Vec<(u32, String)> {
    let (seen, done) = all(file.as_bytes());
    done.unwrap();
    seen
}

fn places(of: &[(u32, &str)]) -> Vec<(u32, String)> {
    of.iter()
        .map(|(place, text)| (*place, (*text).to_owned()))
        .collect()
}

#[test]
fn releases_come_out_of_packages_lists_lines_and_by_themselves() {
    let two = places(&[(1, "a"), (2, "b")]);
    for file in [
        r#"{"uri":"x","version":"1.1","releases":[{"ocid":"a"},{"ocid":"b"}],"links":{"next":"y"}}"#,
        "{\n \"uri\": \"x\",\n \"releases\": [\n{\"ocid\": \"a\"},\n{\"ocid\": \"b\"}\n ]\n}\n",
        "{\"ocid\":\"a\"}\n{\"ocid\":\"b\"}\n",
        "\u{feff}{\"ocid\":\"a\"}\r\n{\"ocid\":\"b\"}",
        "[\n{\"ocid\":\"a\"},\n{\"ocid\":\"b\"}\n]",
        "{\n  \"ocid\": \"a\"\n}\n{\n  \"ocid\": \"b\"\n}\n",
        "{\"releases\":[{\"ocid\":\"a\"}]} {\"releases\":[{\"ocid\":\"b\"}]}",
    ] {
        assert_eq!(seen(file), two, "{file}");
    }
    assert_eq!(seen(r#"{"ocid":"a","tag":["award"]}"#), places(&[(1, "a")]));
}

#[test]
fn records_give_their_releases_else_what_was_compiled_of_them() {
    let file = r#"{"records":[
        {"ocid":"a","releases":[{"ocid":"a","id":"1"},{"id":"2"}],"compiledRelease":{"ocid":"no"}},
        {"ocid":"b","releases":[{"url":"https://example.org","date":"2025-01-01"}],"compiledRelease":{"id":"3"}},
        {"ocid":"c","releases":[{"url":"https://example.org"}]}
    ]}"#;
    assert_eq!(
        seen(file),
        places(&[(1, "a"), (2, "a"), (3, "b"), (4, "linked c")])
    );
}

#[test]
fn an_empty_package_is_read_and_an_empty_file_is_not() {
    for file in [
        r#"{"releases":[]}"#,
        r#"{"releases":null}"#,
        "[]",
        r#"{"records":[]}"#,
    ] {
        assert_eq!(seen(file), [], "{file}");
    }
    for file in ["", " \n ", "\u{feff}"] {
        assert!(
            matches!(all(file.as_bytes()).1, Err(NoticesError::Empty)),
            "{file:?}"
        );
    }
}

#[test]
fn a_line_that_is_no_json_is_told_by_its_number_and_passed_over() {
    let file =
        "{\"ocid\":\"a\"}\n\n{\"ocid\": garbage}\n{\"other\":1}\n{\"ocid\":\"b\"} x\n{\"ocid\":\"c\"}\n";
    let seen = seen(file);
    let at: Vec<u32> = seen.iter().map(|(place, _)| *place).collect();
    assert_eq!(at, [1, 3, 4, 5, 5, 6]);
    assert!(
        seen[1].1.contains("garbage") && seen[1].1.contains("expected value"),
        "{seen:?}"
    );
    assert!(seen[2].1.contains("neither `releases` nor an `ocid`"), "{seen:?}");
    assert_eq!(seen[5].1, "c");
}

#[test]
fn a_package_that_ends_in_the_middle_names_the_release_and_the_line() {
    let (seen, done) = all(b"{\"releases\": [\n{\"ocid\": \"a\"},\n{\"ocid\": \"b\", }\n]}");
    assert_eq!(seen, places(&[(1, "a")]));
    let error = done.unwrap_err().to_string();
    assert!(
        error.contains("in or after release 2") && error.contains("line 3"),
        "{error}"
    );
    let error = all(b"<html>").1.unwrap_err().to_string();
    assert!(error.starts_with("this is not JSON: "), "{error}");
    assert!(all(b"\xff\xfe{\x00").1.is_err());
    assert!(
        all("[".repeat(100_000).as_bytes()).1.is_err(),
        "deeper than anything sound"
    );
}

#[test]
fn what_is_no_release_or_too_long_is_told_and_the_next_is_read() {
    let long = "x".repeat(LONGEST_RELEASE);
    let file = format!(r#"{{"releases":[7,{{"ocid":"l","tender":{{"title":"{long}"}}}},{{"ocid":"b"}}]}}"#);
    assert_eq!(seen(&file), places(&[(1, "(7)"), (2, "long l"), (3, "b")]));
    let line = "y".repeat(usize::try_from(LONGEST_LINE).unwrap());
    let file = format!("{{\"ocid\":\"a\"}}\n{line}z\n{{\"ocid\":\"b\"}}\n");
    let seen = seen(&file);
    assert_eq!((seen.len(), seen[1].0, &seen[2]), (3, 2, &(3, "b".to_owned())));
    assert!(seen[1].1.starts_with("long yyy"));
}

#[test]
fn reading_stops_when_nobody_listens() {
    for file in [
        "{\"releases\":[{\"ocid\":\"a\"},{\"ocid\":\"b\"}]}",
        "{\"ocid\":\"a\"}\n{\"ocid\":\"b\"}\n",
    ] {
        let mut heard = 0;
        read(file.as_bytes(), &mut |_, _| {
            heard += 1;
            false
        })
        .unwrap();
        assert_eq!(heard, 1);
    }
}

/// A file that is never there as a whole: a package of releases that are made as they are read.
struct Endless {
    left: usize,
    part: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.part.len() {
            self.at = 0;
            self.part = match self.left {
                0 => return Ok(0),
                1 => b"{\"ocid\":\"z\"}]}".to_vec(),
                n => format!("{{\"ocid\":\"{n}\",\"language\":\"{}\"}},", "e".repeat(1000)).into_bytes(),
            };
            self.left -= 1;
        }
        let given = into.len().min(self.part.len() - self.at);
        into[..given].copy_from_slice(&self.part[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}

#[test]
fn a_package_is_read_as_it_comes() {
    let file = Endless {
        left: 20_000,
        part: b"{\"releases\":[".to_vec(),
        at: 0,
    };
    let mut count = 0;
    read(file, &mut |place, _| {
        count += 1;
        assert_eq!(place, count);
        true
    })
    .unwrap();
    assert_eq!(count, 20_000);
}
