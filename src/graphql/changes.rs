//! What changed in public, in the graph: a page at a time, each kind of object read in one statement or two.
//!
//! Whether an object is public still is asked of its capability as nobody in particular; the feed itself does not know.

use super::contracts::Contract;
use super::councils;
use super::errors::Told;
use super::ids::{Id, Sort};
use super::needs::Need;
use super::node::Node;
use super::pilots::Pilot;
use super::products::Product;
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::changes::{self, Kind, MOST};
use crate::contracts::Columns;
use crate::runtime::{App, Error};
use crate::suppliers::products;
use crate::{contracts, needs, pilots, suppliers};
use async_graphql::{Context, ErrorExtensions, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// What changed in public, to read.
#[derive(Debug, Default)]
pub struct ChangesQuery;

/// Some of what changed, and where to go on.
#[derive(SimpleObject)]
pub struct ChangePage {
    /// What changed, in the order in which it last did; each object once.
    changes: Vec<Change>,
    /// Give it as `since` for what comes after, at once or in a year; it is there also where nothing changed.
    next: String,
    /// Whether there is more by now.
    more: bool,
}

/// That an object changed that everybody sees, or saw.
#[derive(SimpleObject)]
pub struct Change {
    /// What kind of object it is.
    kind: Kind,
    /// Its id, as in `node`.
    id: Id,
    /// The object as it is now, which may be later than this change; null when it is not public any more.
    node: Option<Node>,
    /// Whether it is not public any more: take it out of the mirror.
    removed: bool,
    /// When it last changed; of what was public before there was a feed, when the feed began.
    changed_at: DateTime<Utc>,
}

#[Object]
impl ChangesQuery {
    /// What changed in public since a cursor, for mirrors: begin without one and go on with `next` until there is no
    /// `more`, then ask again from time to time. Whoever does so has every council, contract, supplier, published product,
    /// stated need and published pilot that everybody sees, as it is, and misses none, whatever is written meanwhile: a
    /// change is told once it is committed, never before one that was committed earlier. Several changes of an object are
    /// told once, in the place of the last.
    ///
    /// It tells of what is written. What only the clock changes (a pilot closes, a window opens, a contract ends) is
    /// not told: the dates are in the objects. Nor is what is reckoned from other objects or from the table of law when it
    /// is read: `Product.usedBy`, `Council.windowsByMonth`, `Pilot.guidance`. What an object refers to is told as itself.
    ///
    /// A cursor outlives restarts and upgrades. One that is of no use is refused as `BAD_CURSOR`: of another database, or
    /// of this one before it was restored from a backup. The mirror then begins anew, and drops what it does not meet.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "`next` of the page before; from the start, if not given.")] since: Option<String>,
        #[graphql(desc = "How many, at most 100.", default = 100)] first: i32,
    ) -> Result<ChangePage> {
        let app = ctx.data_unchecked::<App>();
        let first = u64::try_from(first)
            .ok()
            .filter(|first| (1..=MOST).contains(first));
        let first = first.ok_or_else(|| refused("BAD_PAGE", format!("first must be 1 to {MOST}")))?;
        let page = changes::since(app, since.as_deref(), first).await.told(ctx)?;
        let page = page.map_err(|bad| refused("BAD_CURSOR", bad.to_string()))?;
        let asked = ctx.look_ahead().field("changes");
        let mut public = match asked.field("node").exists() || asked.field("removed").exists() {
            true => public(app, &page.changes).await.told(ctx)?,
            false => HashMap::new(),
        };
        let told = page.changes.iter().map(|change| {
            let node = public.remove(&(change.kind, change.id));
            Change {
                kind: change.kind,
                id: Id::new(sort(change.kind), change.id),
                removed: node.is_none(),
                node,
                changed_at: change.changed_at,
            }
        });
        Ok(ChangePage {
            changes: told.collect(),
            next: page.next.to_string(),
            more: page.more,
        })
    }
}

fn refused(code: &'static str, message: String) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, e| e.set("code", code))
}

fn sort(kind: Kind) -> Sort {
    match kind {
        Kind::Council => Sort::Council,
        Kind::Contract => Sort::Contract,
        Kind::Supplier => Sort::Supplier,
        Kind::Product => Sort::Product,
        Kind::Need => Sort::Need,
        Kind::Pilot => Sort::Pilot,
    }
}

/// Those of the objects that everybody sees now.
async fn public(app: &App, changes: &[changes::Change]) -> Result<HashMap<(Kind, Uuid), Node>, Error> {
    let mut found = HashMap::with_capacity(changes.len());
    for &kind in Kind::ALL {
        let of_kind = changes.iter().filter(|change| change.kind == kind);
        let ids: Vec<Uuid> = of_kind.map(|change| change.id).collect();
        if !ids.is_empty() {
            let nodes = nodes(app, kind, &ids).await?;
            found.extend(nodes.into_iter().map(|(id, node)| ((kind, id), node)));
        }
    }
    Ok(found)
}

async fn nodes(app: &App, kind: Kind, ids: &[Uuid]) -> Result<Vec<(Uuid, Node)>, Error> {
    let nobody = &Viewer::Anonymous;
    Ok(match kind {
        Kind::Council => {
            let known = |id: &Uuid| Some((*id, Node::Council(councils::council(*id)?)));
            ids.iter().filter_map(known).collect()
        }
        Kind::Contract => {
            let found = contracts::by_ids(app, nobody, ids, &Columns::all()).await?;
            let node = |found: contracts::Contract| Node::Contract(Box::new(Contract::from(found)));
            found.into_iter().map(|(id, found)| (id, node(found))).collect()
        }
        Kind::Supplier => {
            let found = suppliers::by_ids(app, ids).await?.into_iter();
            found
                .map(|(id, found)| (id, Node::Supplier(Supplier::from(found))))
                .collect()
        }
        Kind::Product => {
            let found = products::public(app, ids).await?.into_iter();
            found
                .map(|(id, found)| (id, Node::Product(Product::from(found))))
                .collect()
        }
        Kind::Need => {
            let found = needs::by_ids(app, nobody, ids).await?.into_iter();
            found
                .map(|(id, found)| (id, Node::Need(Need::from(found))))
                .collect()
        }
        Kind::Pilot => {
            let found = pilots::by_ids(app, nobody, ids).await?.into_iter();
            found
                .map(|(id, found)| (id, Node::Pilot(Box::new(Pilot::from(found)))))
                .collect()
        }
    })
}
