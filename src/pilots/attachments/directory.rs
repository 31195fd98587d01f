//! The directory of a ZIP archive (APPNOTE 6.3.10), and no more of it: names, and whether they are encrypted. At most so
//! many entries and bytes are looked at, whatever it says of itself; what does not fit together is no archive.

/// Entries of one archive; a long document with many pictures has some hundreds.
const ENTRIES: usize = 4096;
/// Bytes of the directory.
const BYTES: usize = 1 << 20;
const END: &[u8] = b"PK\x05\x06";
const END_SIZE: usize = 22;
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_SIZE: usize = 46;
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_SIZE: usize = 30;

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) encrypted: bool,
    /// Where it begins.
    pub(super) offset: usize,
    packed: usize,
    method: u16,
}

/// The entries, when it is an archive that begins at the first byte and ends at the last.
pub(super) fn read(archive: &[u8]) -> Option<Vec<Entry<'_>>> {
    let end = end(archive)?;
    let (count, size, start) = (short(end, 10)?, long(end, 12)?, long(end, 16)?);
    let whole = short(end, 4)? == 0 && short(end, 6)? == 0 && short(end, 8)? == count;
    let at = archive.len() - end.len();
    if !whole || usize::from(count) > ENTRIES || size > BYTES || start.checked_add(size)? != at {
        return None;
    }
    let mut rest = &archive[start..at];
    let mut entries = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let (entry, behind) = entry(rest)?;
        // What the directory names is there, by the same name: programs that read from the front see the same.
        let local = archive[..start].get(entry.offset..)?;
        let named = local.get(LOCAL_SIZE..LOCAL_SIZE + entry.name.len())?;
        if !local.starts_with(LOCAL) || named != entry.name.as_bytes() {
            return None;
        }
        entries.push(entry);
        rest = behind;
    }
    let begins = entries.iter().any(|entry| entry.offset == 0);
    (rest.is_empty() && begins).then_some(entries)
}

/// The record at the end, with its comment, which reaches to the last byte.
fn end(archive: &[u8]) -> Option<&[u8]> {
    let last = archive.len().checked_sub(END_SIZE)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let ends = |at: &usize| {
        archive[*at..].starts_with(END) && short(&archive[*at..], 20).map(usize::from) == Some(last - at)
    };
    (first..=last).rev().find(ends).map(|at| &archive[at..])
}

fn entry(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    if !bytes.starts_with(ENTRY) {
        return None;
    }
    let (flags, method) = (short(bytes, 8)?, short(bytes, 10)?);
    let (name, extra, comment) = (short(bytes, 28)?, short(bytes, 30)?, short(bytes, 32)?);
    let name_end = ENTRY_SIZE + usize::from(name);
    let name = str::from_utf8(bytes.get(ENTRY_SIZE..name_end)?).ok()?;
    if name.is_empty()
        || name.starts_with('/')
        || name.contains('\\')
        || name.split('/').any(|part| part == "..")
    {
        return None;
    }
    let entry = Entry {
        name,
        // Bit 0, or the strong encryption of bit 6, or the masked headers of bit 13.
        encrypted: flags & 0x2041 != 0,
        offset: long(bytes, 42)?,
        packed: long(bytes, 20)?,
        method,
    };
    Some((
        entry,
        bytes.get(name_end + usize::from(extra) + usize::from(comment)..)?,
    ))
}

/// The content of an entry that is kept as it is.
pub(super) fn stored<'a>(archive: &'a [u8], entry: &Entry<'_>) -> Option<&'a [u8]> {
    let local = archive.get(entry.offset..)?;
    let start = LOCAL_SIZE + usize::from(short(local, 26)?) + usize::from(short(local, 28)?);
    (entry.method == 0).then(|| local.get(start..start.checked_add(entry.packed)?))?
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
