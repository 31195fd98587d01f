//! The guard's lexer: GraphQL's lexical rules (October 2021, section 2.1) as async-graphql's parser reads
//! them, so that nothing is a string or a comment here and a bracket there.
//!
//! It must not be more lenient than that parser about where a string ends; `guard/tests.rs` compares them.

use super::{MAX_DIRECTIVES, MAX_NAME_BYTES, MAX_NESTING, MAX_TOKENS, Refusal};

/// One pass over a document.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
    directives: usize,
    /// The closing brackets awaited, outermost first.
    awaited: [u8; MAX_NESTING],
    depth: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn over(document: &'a str) -> Self {
        Self {
            bytes: document.as_bytes(),
            at: 0,
            tokens: 0,
            directives: 0,
            awaited: [0; MAX_NESTING],
            depth: 0,
        }
    }

    /// Reads to the end, and counts the tokens.
    pub(super) fn run(mut self) -> Result<usize, Refusal> {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b',' => self.at += 1,
                b'#' => self.skip_while(|byte| !matches!(byte, b'\r' | b'\n')),
                0xEF if self.bytes[self.at..].starts_with(b"\xEF\xBB\xBF") => self.at += 3,
                _ => self.token(byte)?,
            }
        }
        match self.depth {
            0 => Ok(self.tokens),
            _ => Err(Refusal::Unbalanced),
        }
    }

    fn token(&mut self, byte: u8) -> Result<(), Refusal> {
        self.tokens += 1;
        if self.tokens > MAX_TOKENS {
            return Err(Refusal::TooManyTokens);
        }
        match byte {
            b'"' => return self.string(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => return self.name(),
            b'-' | b'0'..=b'9' => self.number(),
            b'.' if self.bytes[self.at..].starts_with(b"...") => self.at += 3,
            _ => self.at += 1,
        }
        match byte {
            b'{' => self.open(b'}'),
            b'[' => self.open(b']'),
            b'(' => self.open(b')'),
            b'}' | b']' | b')' => self.close(byte),
            b'@' => self.directive(),
            _ => Ok(()),
        }
    }

    fn open(&mut self, closing: u8) -> Result<(), Refusal> {
        let place = self.awaited.get_mut(self.depth).ok_or(Refusal::TooDeep)?;
        *place = closing;
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, closing: u8) -> Result<(), Refusal> {
        self.depth = self.depth.checked_sub(1).ok_or(Refusal::Unbalanced)?;
        match self.awaited[self.depth] == closing {
            true => Ok(()),
            false => Err(Refusal::Unbalanced),
        }
    }

    fn directive(&mut self) -> Result<(), Refusal> {
        self.directives += 1;
        match self.directives > MAX_DIRECTIVES {
            true => Err(Refusal::TooManyDirectives),
            false => Ok(()),
        }
    }

    fn name(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
        match self.at - start > MAX_NAME_BYTES {
            true => Err(Refusal::NameTooLong),
            false => Ok(()),
        }
    }

    /// A number, with letters that spoil it. The parser reads `007` as three numbers, so that is three
    /// tokens: else a list of 16,000 zeros were one.
    fn number(&mut self) {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
                return;
            }
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            let exponent = matches!(self.bytes[self.at - usize::from(self.at > start)], b'e' | b'E');
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' => self.at += 1,
                b'+' | b'-' if exponent => self.at += 1,
                _ => break,
            }
        }
    }

    fn string(&mut self) -> Result<(), Refusal> {
        if self.bytes[self.at..].starts_with(b"\"\"\"") {
            return self.block_string();
        }
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\r' | b'\n' => return Err(Refusal::Unterminated),
                // Whether the escape is a known one is the parser's to say.
                b'\\' if !matches!(self.bytes.get(self.at + 1), Some(b'\r' | b'\n')) => self.at += 2,
                _ => self.at += 1,
            }
        }
        Err(Refusal::Unterminated)
    }

    fn block_string(&mut self) -> Result<(), Refusal> {
        self.at += 3;
        while let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with(b"\"\"\"") {
                self.at += 3;
                return Ok(());
            }
            self.at += if rest.starts_with(b"\\\"\"\"") { 4 } else { 1 };
        }
        Err(Refusal::Unterminated)
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).copied().is_some_and(&keep) {
            self.at += 1;
        }
    }
}
