//! A register as CSV (RFC 4180, UTF-8), a piece at a time. No cell runs as a formula, and an import gives each back as it
//! was.

use super::{Naming, Publisher, Register};
use crate::councils::Council;
use crate::exchange::register::escape_formula;
use crate::runtime::{App, Error};
use ::csv::{Terminator, Writer, WriterBuilder};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use std::borrow::Cow;

/// Tells Excel that a file is UTF-8.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

/// How a register is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// What the columns are called.
    pub naming: Naming,
    /// Begin with a byte order mark, by which Excel knows UTF-8.
    pub mark: bool,
}

enum Step {
    Begin,
    On(Box<Register>),
}

/// The register of a council in pieces: headings, then rows.
pub fn written(
    app: &App,
    publisher: &Publisher,
    council: &'static Council,
    form: Form,
) -> impl Stream<Item = Result<Vec<u8>, Error>> + Send + use<> {
    let (app, publisher) = (app.clone(), publisher.clone());
    try_unfold(Step::Begin, move |step| {
        let (app, publisher) = (app.clone(), publisher.clone());
        async move {
            match step {
                Step::Begin => {
                    let register = Register::open(&app, &publisher, council, form.naming).await?;
                    let mut head = if form.mark { MARK.to_vec() } else { Vec::new() };
                    head.extend(lines([register.sheet.headings()])?);
                    Ok(Some((head, Step::On(Box::new(register)))))
                }
                Step::On(mut register) => {
                    let Some(rows) = register.piece().await? else {
                        return Ok(None);
                    };
                    let rows = rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()));
                    Ok(Some((lines(rows)?, Step::On(register))))
                }
            }
        }
    })
}

fn lines<'a, R>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>, Error>
where
    R: Iterator<Item = &'a str>,
{
    let mut csv: Writer<Vec<u8>> = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        for cell in row {
            csv.write_field(safe(cell).as_bytes()).map_err(Error::fault)?;
        }
        csv.write_record(None::<&[u8]>).map_err(Error::fault)?;
    }
    csv.into_inner().map_err(Error::fault)
}

/// A number is no formula, whatever its sign.
fn safe(cell: &str) -> Cow<'_, str> {
    let figures = cell.strip_prefix('-').unwrap_or_default();
    let number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    if !figures.is_empty() && figures.bytes().all(number) {
        return Cow::Borrowed(cell);
    }
    escape_formula(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_escaped_and_negative_numbers_are_not() {
        for (cell, written) in [
            ("-3728.50", "-3728.50"),
            ("-1,000", "-1,000"),
            ("-", "'-"),
            ("-1+1", "'-1+1"),
            ("+44 1603 000000", "'+44 1603 000000"),
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("'=1", "''=1"),
            ("O'Neill", "O'Neill"),
        ] {
            assert_eq!(safe(cell), written);
        }
    }

    #[test]
    fn lines_are_those_of_rfc_4180() {
        let rows = [
            ["a", "b,c"].into_iter(),
            ["say \"x\"", "two\r\nlines"].into_iter(),
        ];
        let text = String::from_utf8(lines(rows).unwrap()).unwrap();
        assert_eq!(text, "a,\"b,c\"\r\n\"say \"\"x\"\"\",\"two\r\nlines\"\r\n");
        // A row of one blank cell would else be a blank line.
        assert_eq!(lines([[""].into_iter()]).unwrap(), b"\"\"\r\n");
    }
}
