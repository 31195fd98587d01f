//! A file's text as it is read: bytes decoded into a window of UTF-8 that moves over the file.
//! Holds what is asked to be held and no more; must not know of records. Next: `records.rs`, which cuts it.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{CoderResult, Decoder};

use super::encoding::Encoding;

/// Bytes read at once.
const READ: usize = 64 * 1024;

/// A walk over the text of a file.
pub(super) struct Window<R> {
    file: R,
    /// Bytes in the file.
    length: u64,
    encoding: Encoding,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Text from `at` to `end` is decoded and not yet passed over.
    text: Vec<u8>,
    at: usize,
    end: usize,
    over: bool,
}

impl<R: Read + Seek> Window<R> {
    /// Stands at the beginning of the text.
    pub(super) fn new(mut file: R, encoding: Encoding) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        let mut window = Self {
            file,
            length,
            encoding,
            decoder: encoding.table().new_decoder_without_bom_handling(),
            bytes: vec![0; READ],
            text: Vec::new(),
            at: 0,
            end: 0,
            over: false,
        };
        window.go_back()?;
        Ok(window)
    }

    /// Stands at the beginning again.
    pub(super) fn go_back(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.encoding.mark()))?;
        self.decoder = self.encoding.table().new_decoder_without_bom_handling();
        (self.at, self.end, self.over) = (0, 0, false);
        Ok(())
    }

    /// Bytes in the file.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The text that is at hand, from where the walk stands.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.text[self.at..self.end]
    }

    /// Passes over text that was at hand.
    pub(super) fn pass(&mut self, length: usize) {
        self.at = (self.at + length).min(self.end);
    }

    /// Brings more text to hand, keeping what is there. Says no when there is no more.
    pub(super) fn more(&mut self) -> io::Result<bool> {
        let had = self.end - self.at;
        while !self.over && self.end - self.at == had {
            self.read()?;
        }
        Ok(self.end - self.at > had)
    }

    fn read(&mut self) -> io::Result<()> {
        if self.at > 0 {
            self.text.copy_within(self.at..self.end, 0);
            (self.at, self.end) = (0, self.end - self.at);
        }
        let read = match self.file.read(&mut self.bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            read => read?,
        };
        self.over = read == 0;
        let mut bytes = &self.bytes[..read];
        loop {
            // As much room as any encoding can need; all but the rare record is shorter than a read.
            if self.text.len() < self.end + 3 * READ + 16 {
                self.text.resize(self.end + 3 * READ + 16, 0);
            }
            let room = &mut self.text[self.end..];
            let (result, taken, made, _) = self.decoder.decode_to_utf8(bytes, room, self.over);
            self.end += made;
            bytes = &bytes[taken..];
            if result == CoderResult::InputEmpty {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn read(bytes: &[u8], encoding: Encoding) -> String {
        let mut window = Window::new(Cursor::new(bytes), encoding).unwrap();
        while window.more().unwrap() {}
        String::from_utf8(window.ahead().to_vec()).unwrap()
    }

    #[test]
    fn each_encoding_is_decoded_without_its_mark() {
        assert_eq!(read("£5 café".as_bytes(), Encoding::Utf8), "£5 café");
        assert_eq!(read(b"\xEF\xBB\xBF\xC2\xA35", Encoding::Utf8Bom), "£5");
        assert_eq!(read(b"\xFF\xFE\xA3\x005\x00", Encoding::Utf16Le), "£5");
        assert_eq!(read(b"\xFE\xFF\x00\xA3\x005", Encoding::Utf16Be), "£5");
        assert_eq!(read(b"\xA35 caf\xE9 \x80", Encoding::Windows1252), "£5 café €");
        assert_eq!(read(b"a\xFFb", Encoding::Utf8Damaged), "a\u{FFFD}b");
    }

    #[test]
    fn characters_on_the_seam_of_two_reads_stay_whole_and_going_back_reads_the_same() {
        let text = "£".repeat(READ);
        let shifted = format!("a{text}");
        assert_eq!(read(shifted.as_bytes(), Encoding::Utf8), shifted);
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&utf16, Encoding::Utf16LeUnmarked), text);
        let mut window = Window::new(Cursor::new(utf16), Encoding::Utf16LeUnmarked).unwrap();
        assert!(window.more().unwrap());
        window.pass(100);
        window.go_back().unwrap();
        while window.more().unwrap() {}
        assert_eq!(window.ahead(), text.as_bytes());
    }
}
