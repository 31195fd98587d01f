//! The pieces of a tender box: all of one size, each encrypted, whether there is anything in it or not. Whose a piece is
//! shows only to who has the server's secret. Nothing here asks a database.

use crate::runtime::secret::Secret;
use crate::runtime::{App, Error};
use entity::bid_piece;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Bytes of content in a piece.
const CONTENT: usize = 4096;
/// Before the content: whose it is, which of theirs it is, of how many, and how many bytes of it count.
const HEAD: usize = 16 + 3 * 4;
/// A box has so many pieces, or a multiple: it grows when fewer than half of them are empty.
const AT_A_TIME: usize = 128;
/// Whose an empty piece is.
const NOBODY: Uuid = Uuid::nil();
/// What the server's secret is used for here.
const USE: &str = "tender box";

/// A piece as it is stored.
pub(super) type Piece = bid_piece::Model;

/// What is outside of a piece.
#[derive(Clone, Debug)]
pub(super) struct Lid {
    pub(super) ordinal: i32,
    pub(super) mask: Vec<u8>,
    pub(super) owner: Vec<u8>,
}

impl Lid {
    fn place(&self) -> usize {
        usize::try_from(self.ordinal).unwrap_or_default()
    }

    /// Whose the piece is, with nobody for an empty one.
    pub(super) fn is_of(&self, secret: &Secret, supplier: Uuid) -> bool {
        is_of(secret, &self.mask, &self.owner, supplier)
    }
}

fn is_of(secret: &Secret, mask: &[u8], owner: &[u8], supplier: Uuid) -> bool {
    secret.verify(USE, &owned(mask, supplier), owner)
}

fn owned(mask: &[u8], supplier: Uuid) -> Vec<u8> {
    [mask, supplier.as_bytes()].concat()
}

/// So many empty pieces as a box grows by, from an ordinal on.
pub(super) fn empty(app: &App, pilot: Uuid, from: usize) -> Vec<Piece> {
    (from..from + AT_A_TIME)
        .map(|place| vacant(app, pilot, place))
        .collect()
}

fn vacant(app: &App, pilot: Uuid, place: usize) -> Piece {
    piece(app, pilot, place, (NOBODY, 0, 1), &[])
}

/// A supplier's content in as many pieces as it needs, in these places.
pub(super) fn packed(
    app: &App,
    pilot: Uuid,
    supplier: Uuid,
    content: &[u8],
    places: impl Iterator<Item = usize>,
) -> Vec<Piece> {
    let of = content.len().div_ceil(CONTENT);
    let chunks = content.chunks(CONTENT).enumerate().zip(places);
    let packed = chunks.map(|((at, chunk), place)| piece(app, pilot, place, (supplier, at, of), chunk));
    packed.collect()
}

/// The pieces that are written when a supplier's content changes: those of before are emptied, and the new ones are put
/// in places that were empty, drawn by lot.
pub(super) fn rewritten(app: &App, pilot: Uuid, supplier: Uuid, content: &[u8], lids: &[Lid]) -> Vec<Piece> {
    let of = |owner| {
        let theirs = lids.iter().filter(move |lid| lid.is_of(&app.secret, owner));
        theirs.map(|lid| lid.place())
    };
    let (mine, mut free): (Vec<usize>, Vec<usize>) = (of(supplier).collect(), of(NOBODY).collect());
    let needed = content.len().div_ceil(CONTENT);
    let mut written: BTreeMap<usize, Piece> = BTreeMap::new();
    let mut size = lids.len();
    while free.len() < needed || (free.len() + mine.len() - needed) * 2 < size {
        written.extend((size..).zip(empty(app, pilot, size)));
        free.extend(size..size + AT_A_TIME);
        size += AT_A_TIME;
    }
    free.sort_by_cached_key(|_| app.entropy.bytes::<8>());
    written.extend(mine.into_iter().map(|place| (place, vacant(app, pilot, place))));
    let places = free.iter().copied();
    let packed = packed(app, pilot, supplier, content, places.clone());
    written.extend(places.zip(packed));
    written.into_values().collect()
}

fn piece(app: &App, pilot: Uuid, place: usize, (owner, at, of): (Uuid, usize, usize), chunk: &[u8]) -> Piece {
    let mut plain = Vec::with_capacity(HEAD + CONTENT);
    plain.extend(owner.as_bytes());
    for number in [at, of, chunk.len()] {
        plain.extend(u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes());
    }
    plain.extend(chunk);
    plain.resize(HEAD + CONTENT, 0);
    let ordinal = i32::try_from(place).unwrap_or(i32::MAX);
    let mask = app.entropy.bytes::<16>().to_vec();
    let sealed = app
        .secret
        .seal(USE, &belongs(pilot, ordinal, &mask), app.entropy.bytes(), &plain);
    Piece {
        pilot_id: pilot,
        ordinal,
        owner: app.secret.tag(USE, &owned(&mask, owner)).to_vec(),
        mask,
        sealed,
    }
}

/// Where a piece opens, and nowhere else.
fn belongs(pilot: Uuid, ordinal: i32, mask: &[u8]) -> Vec<u8> {
    [&pilot.as_bytes()[..], &ordinal.to_be_bytes(), mask].concat()
}

/// What is in these pieces, by whose it is. Whoever has something in them has all of it: a piece that was changed or left
/// out is a fault, never a bid less.
pub(super) fn put_together(app: &App, pilot: Uuid, pieces: Vec<Piece>) -> Result<Vec<Vec<u8>>, Error> {
    let mut of: BTreeMap<Uuid, BTreeMap<u32, (u32, Vec<u8>)>> = BTreeMap::new();
    for piece in pieces {
        if is_of(&app.secret, &piece.mask, &piece.owner, NOBODY) {
            continue;
        }
        let belongs = belongs(pilot, piece.ordinal, &piece.mask);
        let plain = app.secret.open(USE, &belongs, &piece.sealed);
        let (owner, at, count, chunk) = plain.and_then(|plain| read(&plain)).ok_or_else(|| {
            broken(
                pilot,
                "a piece was changed, or the server's secret is not the same",
            )
        })?;
        of.entry(owner).or_default().insert(at, (count, chunk));
    }
    let whole = of.into_values().map(|pieces| {
        let count = pieces.values().map(|(count, _)| *count).max().unwrap_or_default();
        if pieces.len() as u64 != u64::from(count) {
            return Err(broken(pilot, "a piece is missing"));
        }
        Ok(pieces.into_values().flat_map(|(_, chunk)| chunk).collect())
    });
    whole.collect()
}

fn read(plain: &[u8]) -> Option<(Uuid, u32, u32, Vec<u8>)> {
    let (owner, rest) = plain.split_at_checked(16)?;
    let (numbers, content) = rest.split_at_checked(HEAD - 16)?;
    let number = |at: usize| {
        let bytes = numbers.get(at * 4..at * 4 + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes))
    };
    let chunk = content.get(..number(2)? as usize)?;
    Some((
        Uuid::from_slice(owner).ok()?,
        number(0)?,
        number(1)?,
        chunk.to_vec(),
    ))
}

fn broken(pilot: Uuid, why: &str) -> Error {
    Error::fault(format!("the tender box of pilot {pilot}: {why}"))
}
