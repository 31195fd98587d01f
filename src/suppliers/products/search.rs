//! Finding published products: by words, with the choices there are and how many products each would find.
//!
//! Three statements, however many products there are: those that have the words, with how well they fit; who uses which;
//! and the page. What is chosen is applied in memory by [`super::facets`], because each count leaves out another choice.

use super::facets::{self, Candidate, Chosen, Facets};
use super::{Product, store, usage};
use crate::councils::directory;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error, whole};
use std::cmp::Reverse;
use std::collections::HashMap;
use uuid::Uuid;

/// Words that are looked for at most; a longer text is cut.
const MOST_WORDS: usize = 8;

/// A page of what was found, and the counts over all of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The page.
    pub page: Page<Product>,
    /// The counts.
    pub facets: Facets,
}

/// Searches published products: each word must begin a word of name, summary or description, the best fit comes first.
///
/// # Errors
/// When the database fails.
pub async fn search(app: &App, text: &str, chosen: &Chosen, cut: &Cut) -> Result<Found, Error> {
    let words: Vec<String> = split(text).take(MOST_WORDS).collect();
    let (users, mut candidates) = whole::in_turn(async {
        let users = usage::of_published(app).await?;
        Ok((users, store::candidates(app.db.read(), &words).await?))
    })
    .await?;
    for candidate in &mut candidates {
        let uses = users.get(&candidate.id).into_iter().flatten();
        candidate.used_by = uses.filter_map(|one| directory().by_id(one.council_id)).collect();
    }
    let (found, facets) = facets::search(candidates, chosen);
    let page = page(app, &found, cut).await?;
    Ok(Found { page, facets })
}

async fn page(app: &App, found: &[Candidate], cut: &Cut) -> Result<Page<Product>, Error> {
    let from = cut.after.as_ref().map_or(0, |(key, id)| {
        let (score, name) = key.split_once(' ').unwrap_or_default();
        let last = (Reverse(score.parse::<i32>().unwrap_or_default()), name, *id);
        found.partition_point(|one| one.place() <= last)
    });
    let first = usize::try_from(cut.first).unwrap_or(usize::MAX);
    let wanted: Vec<&Candidate> = found[from..].iter().take(first).collect();
    let ids: Vec<Uuid> = wanted.iter().map(|one| one.id).collect();
    let mut products: HashMap<Uuid, Product> = store::by_ids(app.db.read(), &ids)
        .await?
        .into_iter()
        .map(|product| (product.id, product))
        .collect();
    let items = wanted.iter().filter_map(|one| {
        Some(Item {
            key: format!("{} {}", one.score, one.name),
            id: one.id,
            value: products.remove(&one.id)?,
        })
    });
    Ok(Page {
        items: items.collect(),
        more: found.len() > from + wanted.len(),
        total: u64::try_from(found.len()).ok(),
    })
}

/// A word is as good as what it begins with; SQLite takes no pattern over 50,000 bytes.
const LONGEST_WORD: usize = 50;

/// The words of a text, in lower case.
fn split(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let short = |word: &str| word.chars().take(LONGEST_WORD).collect::<String>();
    words
        .filter(|word| !word.is_empty())
        .map(move |word| short(word).to_lowercase())
}

/// A text as it is searched: its words, a blank before each.
pub(super) fn words(text: &str) -> String {
    split(text).map(|word| format!(" {word}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_searched_by_their_words_in_lower_case() {
        assert_eq!(words("In-cab TABLETS, 100%"), " in cab tablets 100");
        assert_eq!(words(" Ÿ_%' "), " ÿ");
        assert_eq!(words("--"), "");
    }
}
