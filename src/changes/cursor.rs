//! Where a mirror stands in the feed: opaque, and good for as long as the feed is the same.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Where a mirror stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) feed: Uuid,
    /// The last change it has seen.
    pub(super) number: i64,
}

/// Why a mirror cannot go on from a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    /// It is none.
    #[error("since is not a cursor of changes: give `next` as it came, or nothing to begin at the start")]
    NotOne,
    /// It is of another database, or of this one before it was restored.
    #[error(
        "since is a cursor of another feed, or of this one before its database was restored: begin anew without it"
    )]
    OfAnotherFeed,
    /// It is further on than the feed: the database was restored.
    #[error("since is further on than the feed, whose database was restored: begin anew without it")]
    Ahead,
}

impl Cursor {
    /// The cursor that is written so.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor::NotOne)?;
        let (feed, number) = bytes.split_first_chunk().ok_or(BadCursor::NotOne)?;
        let number = number.try_into().map_err(|_| BadCursor::NotOne)?;
        let number = i64::from_be_bytes(number);
        if number < 0 {
            return Err(BadCursor::NotOne);
        }
        let feed = Uuid::from_bytes(*feed);
        Ok(Self { feed, number })
    }

    /// The number to go on after, in this feed that has come so far.
    pub(super) fn within(self, feed: Uuid, last: i64) -> Result<i64, BadCursor> {
        match self {
            Self { feed: other, .. } if other != feed => Err(BadCursor::OfAnotherFeed),
            Self { number, .. } if number > last => Err(BadCursor::Ahead),
            Self { number, .. } => Ok(number),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [self.feed.as_bytes().as_slice(), &self.number.to_be_bytes()].concat();
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_cursor_reads_back_as_itself(feed: u128, number in 0..=i64::MAX) {
            let cursor = Cursor { feed: Uuid::from_u128(feed), number };
            prop_assert_eq!(Cursor::read(&cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text: String) {
            let _ = Cursor::read(&text);
        }
    }

    #[test]
    fn a_cursor_is_good_in_its_own_feed_and_no_further_than_it_has_come() {
        let (feed, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let cursor = Cursor { feed, number: 7 };
        assert_eq!(cursor.within(feed, 7), Ok(7));
        assert_eq!(cursor.within(feed, 6), Err(BadCursor::Ahead));
        assert_eq!(cursor.within(other, 9), Err(BadCursor::OfAnotherFeed));
    }

    #[test]
    fn what_is_too_short_or_long_or_negative_is_no_cursor() {
        let written = |bytes: &[u8]| Cursor::read(&URL_SAFE_NO_PAD.encode(bytes));
        assert!(written(&[0; 24]).is_ok());
        let negative = [[0; 16].as_slice(), &[0xff; 8]].concat();
        for bytes in [&[0; 23][..], &[0; 25], &[], &negative] {
            assert_eq!(written(bytes), Err(BadCursor::NotOne), "{bytes:?}");
        }
    }
}
