//! Which register each release of a file belongs to: what is held is told, the rest is kept for its council, which needs the
//! viewer's right. What was published from here and comes back is passed over: the register says it already, and better.
//! Next: `import.rs`, which writes what the processes come to.

use super::import::whose;
use super::kept;
use super::known;
use super::parties;
use super::reader::Found;
use super::release::Release;
use super::report::{Imported, Told};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::councils::{Council, directory};
use crate::exchange::import::{is_ocid, published};
use crate::exchange::register::{Doubt, Why};
use crate::exchange::run::{self, Run};
use crate::runtime::{App, Error};
use sea_orm::DatabaseTransaction;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A register that releases of the file belong to.
pub(super) struct Touched {
    pub(super) council: Uuid,
    pub(super) permit: Permit,
    pub(super) run: Run,
    /// Its processes, each with the row of its last release in the file.
    pub(super) processes: BTreeMap<String, u32>,
}

pub(super) struct Registers<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    file: run::File<'a>,
    only: Option<&'static Council>,
    touched: BTreeMap<Uuid, Touched>,
    pub(super) done: Imported,
}

impl<'a> Registers<'a> {
    pub(super) fn new(
        app: &'a App,
        viewer: &'a Viewer,
        file: run::File<'a>,
        only: Option<&'static Council>,
    ) -> Self {
        Self {
            app,
            viewer,
            file,
            only,
            touched: BTreeMap::new(),
            done: Imported::default(),
        }
    }

    /// The registers that were touched, in the order of their councils' ids.
    pub(super) fn into_touched(self) -> impl Iterator<Item = Touched> {
        self.touched.into_values()
    }

    /// Keeps releases, or tells why not.
    pub(super) async fn take(
        &mut self,
        txn: &DatabaseTransaction,
        batch: Vec<(u32, Found)>,
        told: &mut impl FnMut(Told<'_>),
    ) -> Result<(), Error> {
        let published_here = known::councils(txn, batch.iter().filter_map(ours)).await?;
        let mut new = Vec::with_capacity(batch.len());
        for (row, found) in batch {
            self.done.releases += 1;
            let (release, ocid, at) = match sound(row, found) {
                Ok(sound) => sound,
                Err(doubt) => {
                    self.done.held += 1;
                    told(Told::Doubt(&doubt));
                    continue;
                }
            };
            let council = match self.buyer(txn, &release, &ocid).await? {
                Ok(council) => council,
                Err((why, made)) => {
                    self.done.held += 1;
                    let raw = release.buyer_name().unwrap_or_default();
                    let made = format!("{made} ({})", whose(&release));
                    told(Told::Doubt(&doubt(row, "buyer/name", raw, why, made)));
                    continue;
                }
            };
            if self.only.is_some_and(|only| only.id != council.id) {
                self.done.elsewhere += 1;
                continue;
            }
            let touched = self.touched(council.id)?;
            touched.run.counts.rows += 1;
            if published(&ocid).and_then(|id| published_here.get(&id)) == Some(&council.id) {
                self.done.ours += 1;
                continue;
            }
            touched.processes.insert(ocid.clone(), row);
            new.push(kept::New::of(council.id, ocid, at, row, release)?);
        }
        let sound = new.len();
        let new = kept::unknown(txn, new).await?;
        self.done.new += u32::try_from(new.len()).unwrap_or(u32::MAX);
        self.done.known += u32::try_from(sound - new.len()).unwrap_or(u32::MAX);
        let mut of_council: BTreeMap<Uuid, Vec<kept::New>> = BTreeMap::new();
        for release in new {
            of_council.entry(release.council).or_default().push(release);
        }
        for (council, releases) in of_council {
            let (app, file) = (self.app, self.file);
            let touched = self.touched(council)?;
            touched
                .run
                .begin(app, txn, &touched.permit, council, file)
                .await?;
            kept::keep(txn, &touched.permit, touched.run.id, releases).await?;
        }
        Ok(())
    }

    fn touched(&mut self, council: Uuid) -> Result<&mut Touched, Error> {
        use std::collections::btree_map::Entry::{Occupied, Vacant};
        match self.touched.entry(council) {
            Occupied(there) => Ok(there.into_mut()),
            Vacant(blank) => {
                let permit = authorize(self.viewer, Action::ImportRegister, Resource::Council(council))?;
                Ok(blank.insert(Touched {
                    council,
                    permit,
                    run: Run::new(self.app),
                    processes: BTreeMap::new(),
                }))
            }
        }
    }

    /// Who buys. A later release may leave it out; then the process is who it was, if that was one council.
    async fn buyer(
        &self,
        txn: &DatabaseTransaction,
        release: &Release,
        ocid: &str,
    ) -> Result<Result<&'static Council, (Why, String)>, Error> {
        let named = parties::buyer(release);
        if !matches!(named, Err((Why::BuyerBlank, _))) {
            return Ok(named);
        }
        let kept = kept::buyers(txn, ocid).await?;
        let here = self
            .touched
            .values()
            .filter(|touched| touched.processes.contains_key(ocid));
        let mut all: Vec<Uuid> = kept
            .into_iter()
            .chain(here.map(|touched| touched.council))
            .collect();
        all.sort();
        all.dedup();
        let only = match all.as_slice() {
            [only] => directory().by_id(*only),
            _ => None,
        };
        Ok(only.ok_or((Why::BuyerBlank, String::new())))
    }
}

/// The contract that a release is of, if it was published from here, by the form of its OCID: any prefix counts, for it may
/// be another by now.
fn ours((_, found): &(u32, Found)) -> Option<Uuid> {
    match found {
        Found::Release(release) => published(release.ocid.as_deref()?),
        _ => None,
    }
}

/// A release that has what it is told by, or the doubt that it is held for.
fn sound(row: u32, found: Found) -> Result<(Release, String, chrono::DateTime<chrono::Utc>), Doubt> {
    let held = |path, raw: &str, why| Err(doubt(row, path, raw, why, String::new()));
    let release = match found {
        Found::Release(release) => *release,
        Found::Linked(ocid) => return held("releases", &ocid, Why::ReleaseLinked),
        Found::TooLong(ocid) => return held("", &ocid, Why::ReleaseTooLong),
        Found::Unreadable(text) => return held("", &text, Why::ReleaseUnreadable),
    };
    let Some(ocid) = release.ocid.clone().filter(|ocid| is_ocid(ocid)) else {
        let raw: String = release
            .ocid
            .iter()
            .flat_map(|ocid| ocid.chars())
            .take(80)
            .collect();
        return held("ocid", &raw, Why::OcidForm);
    };
    let Some(at) = release.released_at() else {
        let raw = release.date.clone().unwrap_or_default();
        let made = format!("({})", whose(&release));
        return Err(doubt(row, "date", &raw, Why::ReleaseUndated, made));
    };
    Ok((release, ocid, at))
}

fn doubt(row: u32, path: &str, raw: &str, why: Why, made: String) -> Doubt {
    Doubt {
        row,
        column: Arc::from(path),
        raw: raw.to_owned(),
        why,
        others: Vec::new(),
        made: (!made.is_empty()).then(|| made.trim().into()),
    }
}
