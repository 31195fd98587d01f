//! Lists as connections: `first` with a cap, keyset cursors, no offsets.
//!
//! A cursor is the sort key and the id of an item, opaque to the caller. Front doors give a [`Page`] from a
//! [`Cut`]; this file turns arguments into the one and the other into a connection.

use crate::runtime::page::{Cut, Page};
use async_graphql::{ErrorExtensions, OutputType, SimpleObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Items a page has when `first` is not given.
pub(super) const DEFAULT_PAGE: i32 = 20;
/// Items a page may have.
pub(super) const MAX_PAGE: i32 = 100;

/// Where a page stands in its list.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// Whether there are more items after this page.
    pub has_next_page: bool,
    /// Always false: lists are read forwards.
    pub has_previous_page: bool,
    /// Cursor of the first item.
    pub start_cursor: Option<String>,
    /// Cursor of the last item: give it as `after` for the next page.
    pub end_cursor: Option<String>,
}

/// Reads `first` and `after`.
pub(super) fn cut(first: Option<i32>, after: Option<&str>) -> async_graphql::Result<Cut> {
    let first = first.unwrap_or(DEFAULT_PAGE);
    if !(0..=MAX_PAGE).contains(&first) {
        return Err(bad(format!("first is {first}; it must be 0 to {MAX_PAGE}")));
    }
    let after = after.map(decode).transpose()?;
    Ok(Cut {
        first: u64::try_from(first).unwrap_or_default(),
        after,
    })
}

fn decode(cursor: &str) -> async_graphql::Result<(String, uuid::Uuid)> {
    let refuse = bad_cursor;
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refuse())?;
    let (id, key) = bytes.split_at_checked(16).ok_or_else(refuse)?;
    let id = uuid::Uuid::from_slice(id).map_err(|_| refuse())?;
    let key = std::str::from_utf8(key).map_err(|_| refuse())?;
    Ok((key.to_owned(), id))
}

/// That a cursor is none of the list.
pub(super) fn bad_cursor() -> async_graphql::Error {
    bad("after is not a cursor of this list".to_owned())
}

fn encode(key: &str, id: uuid::Uuid) -> String {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(key.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn bad(message: String) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "BAD_PAGE"))
}

/// A page, as resolvers hand it to their connection type.
pub(super) struct Sliced<T> {
    pub(super) edges: Vec<(String, T)>,
    pub(super) page_info: PageInfo,
    pub(super) total: Option<u64>,
}

/// A page's items with their cursors.
pub(super) fn slice<M, T: OutputType>(page: Page<M>, wrap: impl Fn(M) -> T) -> Sliced<T> {
    let edges: Vec<_> = page
        .items
        .into_iter()
        .map(|item| (encode(&item.key, item.id), wrap(item.value)))
        .collect();
    let page_info = PageInfo {
        has_next_page: page.more,
        has_previous_page: false,
        start_cursor: edges.first().map(|(cursor, _)| cursor.clone()),
        end_cursor: edges.last().map(|(cursor, _)| cursor.clone()),
    };
    Sliced {
        edges,
        page_info,
        total: page.total,
    }
}

/// Declares `XConnection` and `XEdge` over an object, made from a [`Sliced`] page.
macro_rules! connection {
    ($connection:ident, $edge:ident, $object:ty, $what:literal) => {
        #[doc = concat!("A page of ", $what, ".")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $connection {
            #[doc = concat!("The ", $what, " of this page, with their cursors.")]
            pub edges: Vec<$edge>,
            /// Where this page stands.
            pub page_info: crate::graphql::paging::PageInfo,
            /// How many there are in all; counted only when asked for.
            pub total_count: Option<u64>,
        }

        #[doc = concat!("One of the ", $what, ", with its cursor.")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// Where this item stands in the list.
            pub cursor: String,
            /// The item.
            pub node: $object,
        }

        impl From<crate::graphql::paging::Sliced<$object>> for $connection {
            fn from(page: crate::graphql::paging::Sliced<$object>) -> Self {
                let edges = page
                    .edges
                    .into_iter()
                    .map(|(cursor, node)| $edge { cursor, node })
                    .collect();
                Self {
                    edges,
                    page_info: page.page_info,
                    total_count: page.total,
                }
            }
        }
    };
}
pub(super) use connection;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_forged_one_is_refused() {
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(
            decode(&encode("2026-03-31", id)).unwrap(),
            ("2026-03-31".to_owned(), id)
        );
        for forged in ["", "x", "AAAA", "!!"] {
            assert!(cut(None, Some(forged)).is_err(), "{forged}");
        }
    }

    #[test]
    fn a_page_is_at_most_a_hundred_items() {
        assert_eq!(cut(None, None).unwrap().first, 20);
        assert!(cut(Some(100), None).is_ok());
        assert!(cut(Some(101), None).is_err());
        assert!(cut(Some(-1), None).is_err());
    }
}
