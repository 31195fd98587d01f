//! Whether the quotation marks of a record are sound: a CSV reader takes anything, and tells nobody.
//! Must not mend; `records.rs` does.

/// The state of the quotes in a stretch of text that begins a record.
pub(super) struct Quotes {
    /// A quoted cell was still open at the end.
    pub(super) open: bool,
    /// Something other than a separator or a line's end followed a closing quote.
    pub(super) stray: bool,
    /// The stretch holds more than one line.
    pub(super) several_lines: bool,
    /// Bytes of its first line, with its line break.
    pub(super) first_line: usize,
}

impl Quotes {
    /// Nothing is wrong with them.
    pub(super) fn sound(&self) -> bool {
        !self.open && !self.stray
    }
}

/// Follows the quotes through one record as the CSV reader cut it.
pub(super) fn examine(slice: &[u8], separator: u8) -> Quotes {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        CellStart,
        Bare,
        Quoted,
        QuoteInQuoted,
    }
    let (mut at, mut stray) = (At::CellStart, false);
    for &byte in slice {
        at = match (at, byte) {
            (At::CellStart, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::QuoteInQuoted,
            (At::Quoted, _) => At::Quoted,
            (At::QuoteInQuoted, b'"') => At::Quoted,
            (_, b'\r' | b'\n') => At::CellStart,
            (_, byte) if byte == separator => At::CellStart,
            (At::QuoteInQuoted, _) => {
                stray = true;
                At::Bare
            }
            _ => At::Bare,
        };
    }
    let line = slice
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(slice.len());
    let first_line = line
        + match &slice[line..] {
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
    Quotes {
        open: at == At::Quoted,
        stray,
        several_lines: first_line < slice.len(),
        first_line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(text: &str) -> (bool, bool) {
        let quotes = examine(text.as_bytes(), b',');
        (quotes.open, quotes.stray)
    }

    #[test]
    fn open_and_stray_quotes_are_told_from_sound_ones() {
        for sound in [
            "a,b\n",
            "\"a\",b\r\n",
            "\"a \"\"b\"\" c\",\"d\ne\"\n",
            "a\"b,c",
            "\"\"",
            "",
        ] {
            assert_eq!(state(sound), (false, false), "{sound}");
        }
        assert_eq!(state("a,\"b\nc"), (true, false));
        assert_eq!(state("a,\"b\"c\n"), (false, true));
    }

    #[test]
    fn the_first_line_ends_with_its_line_break() {
        let measure = |text: &str| {
            (
                examine(text.as_bytes(), b',').first_line,
                examine(text.as_bytes(), b',').several_lines,
            )
        };
        assert_eq!(measure("\"a\r\nb\"\r\n"), (4, true));
        assert_eq!(measure("\"ab\""), (4, false));
        assert_eq!(measure("\"a\rb\""), (3, true));
    }
}
