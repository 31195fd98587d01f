//! A page of a list: where it is cut, and what came of it. Keyset, so that a page costs the same wherever it
//! stands.

use uuid::Uuid;

/// Which page is wanted.
#[derive(Clone, Debug)]
pub struct Cut {
    /// How many items.
    pub first: u64,
    /// Those after the item with this sort key (as text) and id.
    pub after: Option<(String, Uuid)>,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its items, in order.
    pub items: Vec<Item<T>>,
    /// Whether there are more.
    pub more: bool,
    /// How many there are in all, if that was asked for.
    pub total: Option<u64>,
}

/// An item, with what the next page would start after.
#[derive(Clone, Debug)]
pub struct Item<T> {
    /// Its sort key as text.
    pub key: String,
    /// Its id.
    pub id: Uuid,
    /// Itself.
    pub value: T,
}

impl<T> Page<T> {
    /// The same page of something else.
    pub fn map<U>(self, mut wrap: impl FnMut(T) -> U) -> Page<U> {
        let items = self.items.into_iter().map(|item| Item {
            key: item.key,
            id: item.id,
            value: wrap(item.value),
        });
        Page {
            items: items.collect(),
            more: self.more,
            total: self.total,
        }
    }

    /// A page from one item more than was asked for, which tells whether there are more.
    pub fn from_one_more(mut items: Vec<Item<T>>, cut: &Cut, total: Option<u64>) -> Self {
        let first = usize::try_from(cut.first).unwrap_or(usize::MAX);
        let more = items.len() > first;
        items.truncate(first);
        Self { items, more, total }
    }
}
